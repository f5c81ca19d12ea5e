import { type CodeOf, error, findingsOf } from '../diagnostics/diagnostic.ts';

/** What keeps a file from being a design. */
export const DESIGN_DIAGNOSTICS = {
  'file-too-long': error<{ characters: number }>({
    sentence: ({ characters }) =>
      `This file has ${characters} characters, more than any design; open a file that the composer saved.`,
  }),
  'file-not-json': error<{ reason: string }>({
    sentence: ({ reason }) => `This file is not valid JSON (${reason}); open a file that the composer saved.`,
  }),
  'no-design': error({
    sentence: () => 'This is not a design: a design file is a JSON object. Open a file that the composer saved.',
  }),
  'format-unknown': error({
    sentence: () =>
      "This is not a design of the composer: its 'format' is not 'flexllm-composer'. Open a file that the composer saved.",
  }),
  'version-invalid': error({
    sentence: () => "The design has no valid 'version'; open a file that the composer saved.",
  }),
  'version-newer': error<{ version: number; known: number }>({
    sentence: ({ version, known }) =>
      `The design was saved by a newer composer (version ${version} of the format, this one knows ${known}); open it there or update this one.`,
  }),
  'version-without-way': error<{ version: number; known: number }>({
    sentence: ({ version, known }) =>
      `There is no way from version ${version} of the format to ${known}; open the design with the composer that saved it.`,
  }),
  'value-invalid': error<{ path: string; reason: string }>({
    sentence: ({ path, reason }) => `${path || 'The document'}: ${reason}; correct it or remove it.`,
  }),
};

export type DesignCode = CodeOf<typeof DESIGN_DIAGNOSTICS>;
export const found = findingsOf(DESIGN_DIAGNOSTICS);
