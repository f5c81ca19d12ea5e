import type { StepKind } from '../steps/step.ts';

/** A message of a tool that is known: what it means and what to do. */
export interface KnownError {
  /** Safe and stable, for scripts: `hls-dataflow-channel`. */
  readonly id: string;
  /** Matches a part of one line. */
  readonly pattern: RegExp;
  readonly explanation: string;
  readonly remedy: string;
  /** Only on this board; default: both. */
  readonly board?: 'u280' | 'v80';
  /** Only in these kinds of steps; default: all. */
  readonly kinds?: readonly StepKind[];
  /** Comes after another message that tells more: used only when nothing else is found. */
  readonly follows?: true;
}
