import type { Explanations } from '../diagnostics/diagnostic.ts';
import type { EXPORT_DIAGNOSTICS } from './diagnostics.ts';

/** Why each diagnostic of an export is one, and what to do: for the page of all diagnostics, which no program carries. */
export const EXPORT_EXPLANATIONS: Explanations<typeof EXPORT_DIAGNOSTICS> = {
  'design-illegal': {
    sample: {},
    why: 'Code is generated from the schedule and the types of all streams, which a design with errors does not have.',
    remedy: 'Repair the errors that the problems panel, or the check of the terminal, lists.',
  },
  'link-too-wide': {
    sample: { stream: 'q_proj', from: 'decode_slr0', to: 'decode_slr1', bits: 8192, most: 4096 },
    why: 'Kernels exchange data over AXI4-Stream, whose width the tools limit (UG1399); FIFOs inside a kernel have no such limit.',
    remedy:
      'Place both instances in one SLR, use fewer lanes where the stream crosses, or export the stage as one kernel.',
  },
};
