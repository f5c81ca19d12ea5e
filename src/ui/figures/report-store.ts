import { create } from 'zustand';
import type { HardwareReport } from '../../core/models/hardware-report.ts';

interface ReportState {
  /** What the tools and the card said of a build of a design; nothing that a document keeps. */
  readonly report: HardwareReport | undefined;
  readonly file: string;
}

export const useReport = create<ReportState>(() => ({ report: undefined, file: '' }));
