/** Processes that move words between memory and streams, and the calls of memory.hpp and route.hpp. */
import type { Call, CallKind, TemplateArgument } from '../ir/call.ts';
import type { CppType, Element } from '../ir/cpp-type.ts';
import { type Expression, times } from '../ir/expression.ts';
import { int, memory } from './common.ts';
import type { Arg, OperationContext, ParamSpec, ProcessSpec } from './types.ts';

const moving =
  (kind: CallKind, header: string, name: string) =>
  (...templateArguments: TemplateArgument[]): Call => ({ kind, header, function: name, templateArguments });

export const readWords: (word: CppType) => Call = moving('reader', 'memory', 'read_words');
/** What `readWords` does of one burst, and then the first words of the burst of the next pass. */
export const readAhead: (word: CppType) => Call = moving('reader', 'memory', 'read_ahead');
/** Rows of `words` words, by their numbers. */
export const readRows: (word: CppType, words: number) => Call = moving('reader', 'memory', 'read_rows');
/** The same, where the row of one number lies in another memory. */
export const readRowsOr: (word: CppType, words: number) => Call = moving('reader', 'memory', 'read_rows_or');
/** What `readWords` does, from a table on chip: words of `lanes` floats in rows of `row`. */
export const readTable: (lanes: number, row: number, rows: number) => Call = moving('table', 'memory', 'read_table');
export const writeWords: (word: CppType) => Call = moving('writer', 'memory', 'write_words');
/** Vectors of `lanes` elements to memory words of `width`, and back. */
export const packVectors: (element: Element, lanes: number, width: number) => Call = moving(
  'pack',
  'memory',
  'pack_vectors',
);
export const unpackVectors: (element: Element, lanes: number, width: number) => Call = moving(
  'pack',
  'memory',
  'unpack_vectors',
);

/** One of several streams onto one, one onto one of several, and several in turn onto one. */
export const SELECT_STREAM = moving('route', 'route', 'select_stream')();
export const DISPATCH_STREAM = moving('route', 'route', 'dispatch_stream')();
export const MERGE_HEADS = moving('route', 'route', 'merge_heads')();
/** Receives what another kernel sends. */
export const RECEIVE_STREAM = moving('carry', 'fork', 'fork')();

/** Words between a memory port and what takes them that smooth bursts; no lead. */
export const BURST_WORDS = 32;

/** How far the readers of an instance of decode may run ahead of what takes their words: depth of the FIFOs in between. */
export const prefetchParam = (help: string): ParamSpec => ({
  id: 'prefetch',
  label: 'Prefetch depth',
  short: 'prefetch',
  stages: ['decode'],
  help: `${help} More than 2,048 words lie in URAM.`,
  default: BURST_WORDS,
  choices: () => Array.from({ length: 9 }, (_, index) => BURST_WORDS * 2 ** index),
});

/** Parameters of these functions, as the headers call them: what they read and write, and the first copy of `fork`. */
export const MOVER_LABELS = { source: 'in', target: 'out', copy: 'out0' } as const;

/** What `readWords` does, of the rows of a cache of sinks and a ring, and the same of `writeWords`, in runs of `run` rows. */
export const readWindow: (word: CppType, rowWords: number, sinks: number, ring: number) => Call = moving(
  'reader',
  'memory',
  'read_window',
);
export const writeWindow: (word: CppType, rowWords: number, run: number, sinks: number, ring: number) => Call = moving(
  'writer',
  'memory',
  'write_window',
);

/** Loops of a reader: `outer` times, for `blocks` that lie `stride` words apart, `inner` times, `count` words. */
export interface Burst {
  readonly offset: Expression;
  readonly count: Expression;
  readonly inner?: Expression;
  readonly blocks?: Expression;
  readonly stride?: Expression;
  readonly outer?: Expression;
}

type Loops = Required<Burst>;

/** A burst with all of its loops, derived once per operation. */
function loopsOf(burst: (operation: OperationContext) => Burst): (operation: OperationContext) => Loops {
  const known = new Map<OperationContext, Loops>();
  return (operation) => {
    let loops = known.get(operation);
    if (!loops) {
      loops = { inner: 1, blocks: 1, stride: 0, outer: 1, ...burst(operation) };
      known.set(operation, loops);
    }
    return loops;
  };
}

/** One burst for the readers of many ports: derived once for all of them. */
export const sharedBurst = (burst: (operation: OperationContext) => Burst): ((operation: OperationContext) => Burst) =>
  loopsOf(burst);

/** A process that reads bursts of memory into a stream: for outer, blocks, inner, count. */
export function reader(
  name: string,
  memoryName: string,
  word: CppType,
  to: Arg,
  burst: (operation: OperationContext) => Burst,
  roles?: readonly string[],
): ProcessSpec {
  const loops = loopsOf(burst);
  const bursts = (operation: OperationContext): Expression => {
    const { inner, blocks, outer } = loops(operation);
    return times(inner, blocks, outer);
  };
  return {
    name,
    call: readWords(word),
    args: [
      memory(memoryName),
      to,
      int('offset', (operation) => loops(operation).offset),
      int('count', (operation) => loops(operation).count),
      int('inner', (operation) => loops(operation).inner),
      int('blocks_', (operation) => loops(operation).blocks),
      int('stride', (operation) => loops(operation).stride),
      int('outer', (operation) => loops(operation).outer),
    ],
    cycles: (operation) => times(loops(operation).count, bursts(operation)),
    // One burst per innermost loop: the next one is requested when the last has arrived.
    fill: (operation, depths) => ({ depth: depths.loop + depths.memoryRead, entries: bursts(operation) }),
    ...(roles ? { roles } : {}),
  };
}

/** A process that reads a burst of memory into a stream, and may go on with at most `most` words of the next one. */
export function readerAhead(
  name: string,
  memoryName: string,
  word: CppType,
  to: Arg,
  most: number,
  burst: (operation: OperationContext) => { readonly offset: Expression; readonly count: number },
): ProcessSpec {
  return {
    ...reader(name, memoryName, word, to, burst),
    ...(most > 0 ? { ahead: (operation) => ({ ...burst(operation), most }) } : {}),
  };
}

/** Loops of a writer: `outer` times, for `blocks` that lie `blockStride` words apart, `count` words. */
export interface WriteBurst {
  readonly offset: Expression;
  readonly count: Expression;
  readonly blocks?: Expression;
  readonly blockStride?: Expression;
  readonly outer?: Expression;
  readonly outerStride?: Expression;
}

/** A process that writes a stream to memory in bursts: for outer, blocks, count. */
export function writer(
  name: string,
  memoryName: string,
  word: CppType,
  from: Arg,
  burst: (operation: OperationContext) => WriteBurst,
): ProcessSpec {
  const loops = (operation: OperationContext): Required<WriteBurst> => ({
    blocks: 1,
    blockStride: 0,
    outer: 1,
    outerStride: 0,
    ...burst(operation),
  });
  const bursts = (operation: OperationContext): Expression => {
    const { outer, blocks } = loops(operation);
    return times(outer, blocks);
  };
  return {
    name,
    call: writeWords(word),
    args: [
      memory(memoryName),
      from,
      int('offset', (operation) => loops(operation).offset),
      int('count', (operation) => loops(operation).count),
      int('blocks_', (operation) => loops(operation).blocks),
      int('block_stride', (operation) => loops(operation).blockStride),
      int('outer', (operation) => loops(operation).outer),
      int('outer_stride', (operation) => loops(operation).outerStride),
    ],
    cycles: (operation) => times(bursts(operation), loops(operation).count),
    fill: (operation, depths) => ({ depth: depths.loop + depths.memoryWrite, entries: bursts(operation) }),
  };
}
