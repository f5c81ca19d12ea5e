import { create } from 'zustand';
import type { StageName } from '../../core/design/types.ts';
import type { Measure } from '../../core/estimate/design/measures.ts';
import type { Explanation } from '../../core/estimate/design/explain.ts';
import type { DesignAnalysis } from '../../core/schedule/types.ts';

/** What a figure rests on. */
export type Evidence =
  | 'counted'
  | 'modelled'
  | 'measured'
  | 'measured by others'
  | 'simulated by others'
  | 'projected by others'
  | 'implied by others'
  | 'bound';

/** The figure that steps are tried for, and whose parameters are: of one instance, one stage, or the whole design. */
export interface About {
  readonly measure: Measure;
  readonly stage?: StageName;
  readonly instance?: string;
}

/** A figure that is asked for its derivation. */
export interface Question {
  readonly title: string;
  readonly evidence: Evidence;
  /** Derived anew while the popover is open and the design changes. */
  readonly answer: (analysis: DesignAnalysis) => Explanation | undefined;
  /** What steps are tried for, and where; false: none move this figure. */
  readonly about: About | false;
  /** The stages that the figure needs; both when absent. */
  readonly stages?: readonly StageName[];
}

interface ExplainState {
  readonly question: Question | undefined;
  readonly anchor: HTMLElement | undefined;
}

export const useExplain = create<ExplainState>(() => ({ question: undefined, anchor: undefined }));

export const ask = (question: Question, anchor: HTMLElement): void => useExplain.setState({ question, anchor });
export const closeExplain = (): void => useExplain.setState({ question: undefined, anchor: undefined });
