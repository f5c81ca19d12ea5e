import { create } from 'zustand';
import type { HardwareReport } from '../../core/models/hardware-report.ts';
import type { ProbeResult } from '../../core/models/probe-result.ts';

interface ReportState {
  /** What the tools and the card said of a build of a design; nothing that a document keeps. */
  readonly report: HardwareReport | undefined;
  readonly file: string;
  /** The last result of a probe, for what was seen; the design keeps the answers. */
  readonly probe: ProbeResult | undefined;
}

export const useReport = create<ReportState>(() => ({ report: undefined, file: '', probe: undefined }));
