import type { Window } from '../design/types.ts';
import { argument, type Expression, POSITION } from '../ir/expression.ts';
import { firstPosition, inChunks } from './chunks.ts';
import type { DesignContext } from './types.ts';

/** Rows of the KV cache for the tokens that a token attends to besides itself and the sinks, in whole blocks of TP. */
export const recentRows = ({ recent }: Window, tp: number): number => Math.ceil((recent - 1) / tp) * tp;

/** The KV cache of a windowed design: the sinks lie in its first rows, all later tokens go round in a ring behind them. */
export interface WindowRows {
  readonly sinks: number;
  readonly ring: number;
  /** Last position at which the distance to a sink grows. */
  readonly cap: number;
}

/** Rows of the window of a design; undefined where a token attends to all before it. */
export const windowRows = ({ window, capacity }: DesignContext): WindowRows | undefined =>
  window && { sinks: window.sinks, ring: capacity - window.sinks, cap: window.sinks + window.recent };

/** Most tokens in front of a launch, or of the token of decode, whose keys are read for it. */
export const keysBefore = ({ stage, window, tp }: DesignContext): number =>
  window ? window.sinks + (stage === 'prefill' ? recentRows(window, tp) : window.recent - 1) : Number.POSITIVE_INFINITY;

/** Whether a run of the stage always begins with the first token. */
const atStart = (design: DesignContext): boolean => design.stage === 'prefill' && !inChunks(design);

/** Position of the first token of a run. */
export const positionOf = (design: DesignContext): Expression =>
  design.stage === 'prefill' ? firstPosition(design) : POSITION;

/** Row of the KV cache of the first token of a run. */
export const firstRow = (design: DesignContext): Expression =>
  design.window && !atStart(design) ? argument('row') : positionOf(design);

/** Row of the oldest key behind the sinks that a run of a windowed design attends to. */
export const oldestRow = (design: DesignContext): Expression =>
  atStart(design) ? (design.window?.sinks ?? 0) : argument('oldest');
