import { type CodeOf, error, findingsOf } from '../diagnostics/diagnostic.ts';

/** What keeps a file from being a design. */
export const DESIGN_DIAGNOSTICS = {
  'file-too-long': error<{ characters: number }>({
    sentence: ({ characters }) =>
      `This file has ${characters} characters, more than any design; open a file that the composer saved.`,
    sample: { characters: 5_000_000 },
    why: 'A file of this size is something else. It is refused before it is read, so that it cannot stall the browser.',
    remedy: 'Choose another file. Designs of thousands of instances stay far below the limit.',
  }),
  'file-not-json': error<{ reason: string }>({
    sentence: ({ reason }) => `This file is not valid JSON (${reason}); open a file that the composer saved.`,
    sample: { reason: 'Unexpected end of JSON input' },
    why: 'A design is one JSON document. A file that was cut off, or edited by hand with a slip, cannot be read in part.',
    remedy: 'Repair the place that the reason names, or open an earlier copy of the file.',
  }),
  'no-design': error({
    sentence: () => 'This is not a design: a design file is a JSON object. Open a file that the composer saved.',
    sample: {},
    why: 'The file is JSON, but a list or a single value, which has none of the fields of a design.',
    remedy: 'Open a file that the composer saved, or start from a sample.',
  }),
  'format-unknown': error({
    sentence: () =>
      "This is not a design of the composer: its 'format' is not 'flexllm-composer'. Open a file that the composer saved.",
    sample: {},
    why: "The field 'format' tells a design from any other JSON file, such as the config.json of a model.",
    remedy: 'Open a file that the composer saved. The config.json of a model is read when a design is made, not here.',
  }),
  'version-invalid': error({
    sentence: () => "The design has no valid 'version'; open a file that the composer saved.",
    sample: {},
    why: 'The version of the format, a whole number from 1, says how the other fields are to be read.',
    remedy: 'Restore the version that the file was saved with, or open an earlier copy.',
  }),
  'version-newer': error<{ version: number; known: number }>({
    sentence: ({ version, known }) =>
      `The design was saved by a newer composer (version ${version} of the format, this one knows ${known}); open it there or update this one.`,
    sample: { version: 2, known: 1 },
    why: 'A newer format may hold what this composer does not know; to leave it out would change the design unnoticed.',
    remedy: 'Update the composer, or open the design with the one that saved it.',
  }),
  'version-without-way': error<{ version: number; known: number }>({
    sentence: ({ version, known }) =>
      `There is no way from version ${version} of the format to ${known}; open the design with the composer that saved it.`,
    sample: { version: 1, known: 3 },
    why: 'Files of older versions are brought to the present one version after another, and one of these steps is missing.',
    remedy:
      'Open the design with the composer that saved it, or with one between that one and this one, and save it there.',
  }),
  'value-invalid': error<{ path: string; reason: string }>({
    sentence: ({ path, reason }) => `${path || 'The document'}: ${reason}. Correct the value or remove it.`,
    sample: { path: 'clocks.decode', reason: 'Too big: expected number to be <=1000' },
    why: 'Every field has a type and a range. Names become names in C++, so they are limited to what every tool accepts.',
    remedy: 'Correct the field at the path that the sentence starts with; optional fields can be left out.',
  }),
};

export type DesignCode = CodeOf<typeof DESIGN_DIAGNOSTICS>;
export const found = findingsOf(DESIGN_DIAGNOSTICS);
