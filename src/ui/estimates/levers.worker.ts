import { levers } from '../../core/estimate/design/levers.ts';
import { analyze } from '../../core/schedule/analyze.ts';
import { answer } from '../state/worker-side.ts';
import type { LeverQuestion } from './lever-client.ts';

/** Tries parameters off the main thread. */
answer(({ design, about }: LeverQuestion) => levers(analyze(design), about.measure, about));
