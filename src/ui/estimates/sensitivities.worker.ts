import { sensitivities } from '../../core/estimate/design/sensitivities.ts';
import { analyze } from '../../core/schedule/analyze.ts';
import { answer } from '../state/worker-side.ts';
import type { SensitivityQuestion } from './sensitivity-client.ts';

/** Tries parameters off the main thread. */
answer(({ design, about }: SensitivityQuestion) => sensitivities(analyze(design), { ...about, most: 5 }));
