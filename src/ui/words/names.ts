import type { StageName } from '../../core/design/types.ts';
import type { ModuleEntry } from '../../core/modules/types.ts';

/** Names of the core in the words of the user. */

export const STAGE_TITLES: Readonly<Record<StageName, string>> = { prefill: 'Prefill', decode: 'Decode' };

/** Title of a module where the stage is known anyway. */
export const titleInStage = (title: string): string => title.replace(/ \((prefill|decode)\)$/, '');

export const CATEGORY_NAMES: Readonly<Record<ModuleEntry['category'], string>> = {
  memory: 'Memory',
  linear: 'Linear engines',
  attention: 'Attention',
  norm: 'Normalisation',
  quantization: 'Quantization',
  elementwise: 'Element by element',
  routing: 'Routing',
  output: 'Output',
};
