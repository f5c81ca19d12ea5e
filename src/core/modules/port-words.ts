/** Words of weights and the words of a memory port, which differ where weights have 6 bits (six_bits.hpp). */
import { core } from '../ir/call.ts';
import { bitsOf, bytesOf, type CppType, type Element, memoryBits, wordType } from '../ir/cpp-type.ts';
import { type Expression, times } from '../ir/expression.ts';
import { packsWords, portBytes, portWords } from '../models/weight-words.ts';
import { int, readsWire, writesWire } from './common.ts';
import { type Hardware, loops, mux, registers } from './hardware.ts';
import type { OperationContext, ProcessSpec, WireSpec } from './types.ts';

/** Most bytes of a word of a memory port. */
const MOST_BYTES = 64;

/** Whether words of weights lie in memory without gaps, so that a process behind a port has to find them. */
const unpacks = (weight: Element): boolean => weight.kind === 'int' && packsWords(weight.bits);

/** What a memory port brings in a cycle for words of `count` weights. */
export const portWord = (weight: Element, count: number): CppType =>
  unpacks(weight) ? wordType({ kind: 'int', bits: 8, signed: true }, portBytes(count)) : wordType(weight, count);

/** Bytes that a weight has of the word that a port brings per cycle. */
export const portBytesPerWeight = (weight: Element): number => (unpacks(weight) ? 8 : memoryBits(weight)) / 8;

/** Whether a port brings a word of `count` weights per cycle, or, where `slower`, at least two of three cycles. */
export function fitsPort(weight: Element, count: number, slower = false): boolean {
  if (unpacks(weight)) return count <= (slower ? 2 : 1) * MOST_BYTES;
  return bytesOf(wordType(weight, count)) <= MOST_BYTES;
}

/** Words of a memory port that hold `words` words of `count` weights. */
export const wordsOfPort = (weight: Element, count: number, words: number): number =>
  unpacks(weight) ? portWords(count, words) : words;

/** The stream of words of weights behind the streams `w` of the ports, and its type. */
export const wordsWire = (weight: Element): 'w' | 'words' => (unpacks(weight) ? 'words' : 'w');

/** Wires of words of weights behind the ports; none where they are those of the ports. */
export const unpackedWires = (weight: Element, count: number, ports: number): readonly WireSpec[] =>
  unpacks(weight) ? [{ name: 'words', type: wordType(weight, count), array: ports, depth: 2 }] : [];

/**
 * Processes that find the words of weights in those of a port, `rounds` times `words` words; none where these are the same.
 * @param index of the port.
 */
export function unpackers(
  weight: Element,
  count: number,
  index: number,
  rounds: Expression,
  words: (operation: OperationContext) => number,
): readonly ProcessSpec[] {
  if (!unpacks(weight)) return [];
  return [
    {
      name: `unpack${index}`,
      call: core('six_bits', 'unpack_six', [weight, count]),
      args: [readsWire('w', index), writesWire('words', index), int('rounds', () => rounds), int('count', words)],
      cycles: (operation) => times(rounds, Math.max(words(operation), portWords(count, words(operation)))),
    },
  ];
}

/** Hardware of the processes of `unpackers` behind `ports` ports. */
export function unpackHardware(weight: Element, count: number, ports: number): Hardware {
  if (!unpacks(weight)) return [];
  const bits = bitsOf(wordType(weight, count));
  return [
    registers('words of weights', ports * (bits + bitsOf(portWord(weight, count)))),
    // Where a byte comes from: what is held, or one of three places in the word of the port; and what is held next.
    mux('words of weights', 2 * ports, bits, 4),
    loops(ports),
  ];
}
