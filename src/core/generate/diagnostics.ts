import { type CodeOf, error, findingsOf } from '../diagnostics/diagnostic.ts';

/** What keeps a design from being exported. */
export const EXPORT_DIAGNOSTICS = {
  'design-illegal': error({
    sentence: () => 'The design has errors; repair the problems that check lists before exporting.',
    sample: {},
    why: 'Code is generated from the schedule and the types of all streams, which a design with errors does not have.',
    remedy: 'Repair the errors that the problems panel, or the check of the terminal, lists.',
  }),
  'link-too-wide': error<{ stream: string; from: string; to: string; bits: number; most: number }>({
    sentence: ({ stream, from, to, bits, most }) =>
      `The stream '${stream}' from ${from} to ${to} is ${bits} bits wide, but streams between kernels have at most ${most}; put both of its ends into one SLR, or export the stage as one kernel.`,
    sample: { stream: 'q_proj', from: 'decode_slr0', to: 'decode_slr1', bits: 8192, most: 4096 },
    why: 'Kernels exchange data over AXI4-Stream, whose width the tools limit (UG1399); FIFOs inside a kernel have no such limit.',
    remedy:
      'Place both instances in one SLR, use fewer lanes where the stream crosses, or export the stage as one kernel.',
  }),
};

export type ExportCode = CodeOf<typeof EXPORT_DIAGNOSTICS>;
export const found = findingsOf(EXPORT_DIAGNOSTICS);
