import { type Expression, POSITION } from '../ir/expression.ts';
import type { DesignContext } from './types.ts';

/** Whether the launches of a stage begin at other positions than the first: those of prefill in chunks. */
export const inChunks = ({ stage, maxPrompt, maxChunk }: DesignContext): boolean =>
  stage === 'prefill' && maxChunk < maxPrompt;

/** Most tokens of a launch of prefill; undefined where one takes any prompt. */
export const chunkOf = (design: DesignContext): number | undefined => (inChunks(design) ? design.maxChunk : undefined);

/** Prefill: position of the first token of a launch, a multiple of TP. */
export const firstPosition = (design: DesignContext): Expression => (inChunks(design) ? POSITION : 0);
