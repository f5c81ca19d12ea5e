import type { StageName } from '../../core/design/types.ts';
import type { ModuleEntry } from '../../core/modules/types.ts';
import type { ResourceKind } from '../../core/targets/types.ts';

/** Names of the core in the words of the user. */

export const STAGE_TITLES: Readonly<Record<StageName, string>> = { prefill: 'Prefill', decode: 'Decode' };

/** Title of a module where the stage is known anyway. */
export const titleInStage = (title: string): string => title.replace(/ \((prefill|decode)\)$/, '');

export const KIND_NAMES = {
  lut: 'LUT',
  ff: 'FF',
  dsp: 'DSP',
  bram18: 'BRAM18',
  uram: 'URAM',
} as const satisfies Readonly<Record<ResourceKind, string>>;

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
