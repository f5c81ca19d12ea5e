/** Weights of the linear engines of prefill: columns from one or several memory ports, once per block of tokens. */
import { bytesOf, type Element, wordType } from '../ir/cpp-type.ts';
import { BLOCKS } from '../ir/expression.ts';
import { type LinearRole, linearShape } from '../models/architecture.ts';
import { linearRecipe, storedChannels } from '../models/recipe.ts';
import { wordsWithScales } from '../models/weight-groups.ts';
import { wordsWithIndices } from '../models/weight-indices.ts';
import { ceilDiv, commonFormat, numberParam, weightElement, writesWire } from './common.ts';
import { imageMemory, segmentOffset, segmentsFor } from './images.ts';
import { weightsOf } from './linear-engine.ts';
import { reader, sharedBurst } from './movers.ts';
import { fitsPort, portWord, unpackedWires, unpackers, wordsOfPort, wordsWire } from './port-words.ts';
import type { InstanceContext, ProcessSpec, Structure, WireSpec } from './types.ts';

/** Numbers of ports that bring WP weights per cycle, each in words of at most 64 bytes. */
export const portCounts = (weight: Element, wp: number): number[] =>
  [1, 2, 3, 4, 6, 8, 12, 16].filter((count) => wp % count === 0 && fitsPort(weight, wp / count));

/** Ports, the array of streams `w` behind them, and the readers in between. */
export function columnReaders(instance: InstanceContext): {
  readonly memories: Structure['memories'];
  readonly wires: readonly WireSpec[];
  readonly readers: readonly ProcessSpec[];
  /** The streams of words of weights. */
  readonly stream: string;
  /** Words of weights, indices and scales of a matrix for a block of tokens. */
  readonly words: (role: string) => number;
  /** Words of weights and indices of a group, or of a tile without groups. */
  readonly run: (role: string) => number;
} {
  const { design, params, operations } = instance;
  const format = weightsOf(instance);
  const wp = numberParam(params, 'wp');
  const ports = numberParam(params, 'ports');
  const weight = weightElement(format);
  const word = wordType(weight, wp / ports);
  const fromPort = portWord(weight, wp / ports);
  const { group, sparsity } = commonFormat(
    design.recipe,
    operations.map(({ role }) => role),
  );
  const channels = (role: string): number =>
    storedChannels(linearRecipe(design.recipe, role as LinearRole), linearShape(design.model, role as LinearRole).k);
  const run = (role: string): number => {
    const own = group ?? channels(role);
    return sparsity === undefined ? own : wordsWithIndices(own, bytesOf(word), wp / ports, sparsity);
  };
  const words = (role: string): number => {
    const { n } = linearShape(design.model, role as LinearRole);
    const groups = group === undefined ? 1 : channels(role) / group;
    const tile =
      group === undefined ? run(role) : wordsWithScales(run(role) * groups, groups, bytesOf(word), wp / ports);
    return ceilDiv(n, wp) * tile;
  };
  const portWords = (role: string): number => wordsOfPort(weight, wp / ports, words(role));
  const segments = segmentsFor(
    operations,
    () => design.model.layers,
    ({ role }) => portWords(role),
  );
  const burst = sharedBurst(({ role }) => ({
    offset: segmentOffset(segments, role),
    count: portWords(role),
    outer: BLOCKS,
  }));
  const indices = Array.from({ length: ports }, (_, index) => index);
  return {
    words,
    run,
    memories: indices.map((index) =>
      imageMemory(
        `w${index}`,
        fromPort,
        {
          kind: 'weight_columns',
          format,
          ...(group === undefined ? {} : { group }),
          ...(sparsity ? { sparsity: { keep: sparsity.keep, of: sparsity.of, pairs: sparsity.pairs } } : {}),
          wp,
          ports,
          port: index,
        },
        segments,
      ),
    ),
    wires: [{ name: 'w', type: fromPort, array: ports, depth: 32 }, ...unpackedWires(weight, wp / ports, ports)],
    stream: wordsWire(weight),
    readers: indices.flatMap((index) => [
      reader(`read_w${index}`, `w${index}`, fromPort, writesWire('w', index), burst),
      ...unpackers(weight, wp / ports, index, BLOCKS, ({ role }) => words(role)),
    ]),
  };
}
