import { type CodeOf, error, findingsOf } from '../diagnostics/diagnostic.ts';

/** What keeps a design from being exported. */
export const EXPORT_DIAGNOSTICS = {
  'design-illegal': error({
    sentence: () => 'The design has errors; repair the problems that check lists before exporting.',
  }),
  'link-too-wide': error<{ stream: string; from: string; to: string; bits: number; most: number }>({
    sentence: ({ stream, from, to, bits, most }) =>
      `The stream '${stream}' from ${from} to ${to} is ${bits} bits wide, but streams between kernels have at most ${most}; put both of its ends into one SLR, or export the stage as one kernel.`,
  }),
};

export type ExportCode = CodeOf<typeof EXPORT_DIAGNOSTICS>;
export const found = findingsOf(EXPORT_DIAGNOSTICS);
