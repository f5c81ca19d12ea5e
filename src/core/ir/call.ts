import type { LaneOrder } from '../models/manifest.ts';
import { type CppType, sameType } from './cpp-type.ts';
import type { ArrayStorage } from './storage.ts';

/** What multiplies the integers of an engine; packed_mul.hpp has the same names. */
export type Multipliers = 'dsp' | 'dsp4' | 'lut';

export type TemplateArgument =
  | number
  | boolean
  | CppType
  | { readonly kind: 'order'; readonly order: LaneOrder }
  | { readonly kind: 'multipliers'; readonly multipliers: Multipliers }
  /** Of `of` neighbouring input channels an output keeps `keep` weights, `share` neighbouring outputs the same ones. */
  | { readonly kind: 'sparse'; readonly keep: number; readonly of: number; readonly share: number }
  /** Where an array of the function is kept. */
  | { readonly kind: 'storage'; readonly storage: ArrayStorage };

/**
 * What a process is for: the arithmetic of a module; moving words between memory and streams (`reader`, `writer`); vectors
 * to words and back (`pack`); words of a table on chip (`table`); choosing among streams (`route`); receiving what another
 * kernel sends (`carry`).
 */
export type CallKind = 'core' | 'reader' | 'writer' | 'pack' | 'table' | 'route' | 'carry';

/** A call of a function of the runtime library. */
export interface Call {
  readonly kind: CallKind;
  /** Header of `hls-runtime/include/flexllm` that has the function, without its ending. */
  readonly header: string;
  readonly function: string;
  readonly templateArguments: readonly TemplateArgument[];
}

export const order = (of: LaneOrder): TemplateArgument => ({ kind: 'order', order: of });
export const multipliers = (of: Multipliers): TemplateArgument => ({ kind: 'multipliers', multipliers: of });

/** The arithmetic of a module. */
export const core = (header: string, name: string, templateArguments: readonly TemplateArgument[] = []): Call => ({
  kind: 'core',
  header,
  function: name,
  templateArguments,
});

function sameArgument(a: TemplateArgument, b: TemplateArgument): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  if (a.kind === 'order') return b.kind === 'order' && a.order === b.order;
  if (a.kind === 'multipliers') return b.kind === 'multipliers' && a.multipliers === b.multipliers;
  if (a.kind === 'storage') return b.kind === 'storage' && a.storage === b.storage;
  if (a.kind === 'sparse') return b.kind === 'sparse' && a.keep === b.keep && a.of === b.of && a.share === b.share;
  return (
    b.kind !== 'order' && b.kind !== 'multipliers' && b.kind !== 'storage' && b.kind !== 'sparse' && sameType(a, b)
  );
}

/** Whether two calls are of the same function with the same template arguments. */
export const sameCall = (a: Call, b: Call): boolean =>
  a === b ||
  (a.function === b.function &&
    a.templateArguments.length === b.templateArguments.length &&
    a.templateArguments.every((argument, index) => sameArgument(argument, b.templateArguments[index] as never)));
