/** How wide the numbers are that count and address: pass, layer, offsets, lengths. */
import { type Expression, type Range, rangeOf, type Variable } from '../ir/expression.ts';
import type { Actual, ValueType } from '../ir/process.ts';
import { ceilDiv } from '../modules/common.ts';
import { addressBits } from '../modules/hardware.ts';
import type { DesignContext } from '../modules/types.ts';

/** Bits of a number from 0 to `most`, at least one. */
export const bitsFor = (most: number): number => addressBits(most + 1);

const INT: Range = [0, 2 ** 31 - 1];

/** What the variables of the control loop can be in a stage; arguments from the host can be anything. */
export function rangesOf({
  stage,
  model,
  tp,
  maxPrompt,
  maxChunk,
  maxKeys,
  positions,
  capacity,
  hmt,
}: DesignContext): (name: Variable) => Range {
  return (name) => {
    switch (name) {
      case 'layer':
        return [0, model.layers - 1];
      case 'blocks':
        // A launch without tokens ends at once.
        return [1, ceilDiv(maxChunk, tp)];
      case 'length':
        return [0, maxKeys];
      case 'position':
        return [0, stage === 'prefill' ? maxPrompt - tp : positions - 1];
      case 'row':
      case 'oldest':
        return [0, capacity - 1];
      case 'lane':
        return [0, tp - 1];
      case 'slot':
        return [0, (hmt?.memories ?? 1) - 1];
      case 'held':
        return [0, hmt?.memories ?? 0];
      case 'token':
        return [0, model.vocab - 1];
      default:
        return INT;
    }
  };
}

/** An argument that is passed by value, of one value per pass. */
export function valueActual(
  context: DesignContext,
  type: ValueType,
  label: string,
  values: readonly Expression[],
): Actual {
  if (type !== 'int') return { kind: 'value', type, label, bits: 32, values };
  const ranges = rangesOf(context);
  let most = 0;
  for (const value of values) {
    const [least, greatest] = rangeOf(value, ranges);
    if (least < 0) throw new Error(`'${label}' can be negative; counts and addresses start at 0`);
    most = Math.max(most, greatest);
  }
  return { kind: 'value', type, label, bits: bitsFor(most), values };
}
