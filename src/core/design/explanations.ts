import type { Explanations } from '../diagnostics/diagnostic.ts';
import type { DESIGN_DIAGNOSTICS } from './diagnostics.ts';

/** Why each diagnostic of a design document is one, and what to do: for the page of all diagnostics, which no program carries. */
export const DESIGN_EXPLANATIONS: Explanations<typeof DESIGN_DIAGNOSTICS> = {
  'file-too-long': {
    sample: { characters: 5_000_000 },
    why: 'A file of this size is something else. It is refused before it is read, so that it cannot stall the browser.',
    remedy: 'Choose another file. Designs of thousands of instances stay far below the limit.',
  },
  'file-not-json': {
    sample: { reason: 'Unexpected end of JSON input' },
    why: 'A design is one JSON document. A file that was cut off, or edited by hand with a slip, cannot be read in part.',
    remedy: 'Repair the place that the reason names, or open an earlier copy of the file.',
  },
  'no-design': {
    sample: {},
    why: 'The file is JSON, but a list or a single value, which has none of the fields of a design.',
    remedy: 'Open a file that the composer saved, or start from a sample.',
  },
  'format-unknown': {
    sample: {},
    why: "The field 'format' tells a design from any other JSON file, such as the config.json of a model.",
    remedy: 'Open a file that the composer saved. The config.json of a model is read when a design is made, not here.',
  },
  'version-invalid': {
    sample: {},
    why: 'The version of the format, a whole number from 1, says how the other fields are to be read.',
    remedy: 'Restore the version that the file was saved with, or open an earlier copy.',
  },
  'version-newer': {
    sample: { version: 2, known: 1 },
    why: 'A newer format may hold what this composer does not know; to leave it out would change the design unnoticed.',
    remedy: 'Update the composer, or open the design with the one that saved it.',
  },
  'version-without-way': {
    sample: { version: 1, known: 3 },
    why: 'Files of older versions are brought to the present one version after another, and one of these steps is missing.',
    remedy:
      'Open the design with the composer that saved it, or with one between that one and this one, and save it there.',
  },
  'value-invalid': {
    sample: { path: 'clocks.decode', reason: 'must be a number from 10 to 1000, but is 1500' },
    why: 'Every field has a type and a range. Names become names in C++, so they are limited to what every tool accepts.',
    remedy: 'Correct the field at the path that the sentence starts with; optional fields can be left out.',
  },
};
