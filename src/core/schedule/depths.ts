import type { StageName } from '../design/types.ts';
import { bitsOf } from '../ir/cpp-type.ts';
import { evaluate } from '../ir/expression.ts';
import { elementName, vectorOf, vectors } from '../modules/common.ts';
import type { DesignContext, StreamType } from '../modules/types.ts';
import { found } from './diagnostics.ts';
import type { DesignProblem, ResolvedInstance, ResolvedOperation, ResolvedStream } from './types.ts';

/** A carry FIFO larger than this (bits) becomes a memory buffer unless the user decides otherwise. */
export const CARRY_FIFO_LIMIT = 2 ** 20;

/** Vectors of a stream in its largest pass. */
export function mostVectors(type: StreamType, context: DesignContext): number {
  return evaluate(vectors(type, context.tp), {
    layer: 0,
    blocks: context.maxChunk / context.tp,
    length: context.maxKeys,
    position: 0,
  });
}

/** Bits of a vector of a stream. */
export const vectorBits = (type: StreamType): number => bitsOf(vectorOf(type));

/** Vectors of one block of tokens (prefill) or of one token (decode). */
function blockVectors(type: StreamType, context: DesignContext): number {
  if (context.stage === 'decode') return mostVectors(type, context);
  if (type.extent.kind === 'scales') return context.tp;
  return type.extent.kind === 'channels' ? type.extent.channels : context.maxKeys;
}

/** The same with the rows of all heads. */
const wholeBlock = (type: StreamType, context: DesignContext): number =>
  blockVectors(type, context) * (context.stage === 'prefill' && type.extent.kind === 'keys' ? type.extent.heads : 1);

/** Streams to a later pass whose reader stands before their writer in program order, or is of the same instance. */
export function runsBackward({ from, to }: ResolvedStream, instances: readonly ResolvedInstance[]): boolean {
  return to.pass > from.pass && instances.indexOf(to.owner) <= instances.indexOf(from.owner);
}

/** Rows of keys of a block of tokens at the inputs of an operation; 1 where it takes none. */
const rowsOf = ({ inputs }: ResolvedOperation): number =>
  Math.max(1, ...Object.values(inputs).map(({ extent }) => (extent.kind === 'keys' ? extent.heads : 1)));

/** What an operation must receive behind a row of keys or a block of tokens before all of it has left. */
const behind = ({ owner: { entry, params } }: ResolvedOperation, design: DesignContext): number =>
  entry.behind?.({ design, params }) ?? 0;

/** Blocks of tokens that must begin to arrive behind one before all of it has left. */
function blocksBehind(operation: ResolvedOperation, design: DesignContext): number {
  const { entry, params } = operation.owner;
  if (entry.lags?.({ design, params })) return 1;
  return Math.ceil(behind(operation, design) / rowsOf(operation));
}

/**
 * The least depths at which no pass can block, whatever the other FIFOs hold.
 *
 * Let `ahead` of an operation be the blocks of tokens that must follow a block on the way to it before all of that block
 * has arrived: the most, over its inputs, of what must follow on the way to the writer and through the writer. Count for
 * each operation the block that it works on, plus `ahead`. Where one waits for data, the writer waits for a block whose
 * count is no larger. Where one waits for room, its reader's count is no larger either if the FIFO holds the blocks by
 * which `ahead` differs at its ends, and it is smaller if the FIFO holds one block more. Operations that block each other
 * wait in a circle. Streams run forward, so in it one waits for room whose other output somebody waits for. If the FIFOs
 * behind operations of several outputs hold the block more, counts fall around the circle: there is none.
 *
 * In decode a token is the only block: such FIFOs hold all that the pass writes.
 */
function leastDepths(operations: readonly ResolvedOperation[], context: DesignContext): void {
  const ahead = new Map<ResolvedOperation, number>();
  const through = (operation: ResolvedOperation): number =>
    (ahead.get(operation) ?? 0) + (context.stage === 'decode' ? 0 : blocksBehind(operation, context));
  for (const operation of operations) {
    const within = [...operation.incoming.values()].filter(({ from }) => from.pass === operation.pass);
    const most = Math.max(0, ...within.map(({ from }) => through(from)));
    ahead.set(operation, most);
    for (const stream of within) {
      if (!stream.type) continue;
      const others = [...stream.from.outgoing.values()].filter(({ to }) => to.pass === operation.pass);
      const blocks = (others.length > 1 ? 1 : 0) + most - through(stream.from);
      stream.least = Math.max(1, blocks * wholeBlock(stream.type, context));
    }
  }
}

/** Blocks of tokens that an operation holds, or must receive before a block has left: of a barrier at least one. */
function heldBlocks(operation: ResolvedOperation, design: DesignContext): number {
  if (!operation.owner.entry.barrier) return 0;
  return Math.max(1, Math.ceil(behind(operation, design) / rowsOf(operation)));
}

/**
 * Decides for every stream whether it is a FIFO or a carry, and its depth: 2 by default.
 *
 * Where paths meet, the shorter one holds the blocks that the longer one has in flight (one per barrier on it, or as many
 * as must follow a block through it, and two to spare; in decode the whole token).
 *
 * In prefill a block or row waits in front of what sends only while it receives: an engine behind it takes a block and
 * then none for long, and without that room what stands in front of it would work only while the engine takes.
 *
 * Where a user sets no depth it is never less than what `leastDepths` proves to be enough.
 *
 * A carry holds all of its data, and goes through memory where the tools are known not to keep it in a FIFO. `instances`
 * are in program order.
 */
export function assignDepths(
  operations: readonly ResolvedOperation[],
  streams: readonly ResolvedStream[],
  instances: readonly ResolvedInstance[],
  context: DesignContext,
): void {
  const level = new Map<ResolvedOperation, number>();
  for (const operation of operations) {
    let before = 0;
    for (const { from } of operation.incoming.values())
      if (from.pass === operation.pass) before = Math.max(before, level.get(from) ?? 0);
    level.set(operation, before + heldBlocks(operation, context));
  }
  leastDepths(operations, context);
  for (const stream of streams) {
    const { type } = stream;
    if (!type) continue;
    if (stream.to.pass > stream.from.pass) {
      const count = mostVectors(type, context);
      const kept =
        context.fifoCarries === 'all' || (context.fifoCarries === 'forward' && !runsBackward(stream, instances));
      const choice = stream.stream.carry ?? (!kept || count * vectorBits(type) > CARRY_FIFO_LIMIT ? 'memory' : 'fifo');
      stream.kind = choice === 'memory' ? 'carry_memory' : 'carry_fifo';
      stream.depth = choice === 'memory' ? 32 : Math.max(2, count);
      continue;
    }
    stream.kind = 'fifo';
    if (stream.stream.depth !== undefined) {
      stream.depth = stream.stream.depth;
      continue;
    }
    const joins = stream.to.incoming.size > 1 || stream.from.outgoing.size > 1;
    const room =
      context.stage === 'prefill' && behind(stream.to, context) > 0 ? Math.max(2, blockVectors(type, context)) : 2;
    if (!joins) {
      stream.depth = Math.max(room, stream.least);
      continue;
    }
    const here = level.get(stream.from) ?? 0;
    const slack = Math.max(0, (level.get(stream.to) ?? 0) - here) + 2;
    stream.depth =
      context.stage === 'decode'
        ? Math.max(2, blockVectors(type, context))
        : Math.max(room, slack * blockVectors(type, context), stream.least);
  }
}

/** Reports FIFOs that a user made so shallow that a pass can block. */
export function checkDepths(streams: readonly ResolvedStream[], stage: StageName, problems: DesignProblem[]): void {
  for (const { stream, from, to, type, kind, depth, least } of streams) {
    if (!type || kind !== 'fifo' || depth >= least) continue;
    const ends = { from: `${from.key}.${stream.from.port}`, to: `${to.key}.${stream.to.port}` };
    problems.push({
      ...found('fifo-too-shallow', { ...ends, depth, least }),
      stage,
      instance: from.owner.instance.id,
      operation: from.operation.id,
      stream: stream.id,
    });
  }
}

/** One line about a stream for tables and tooltips. */
export function describeStream(type: StreamType): string {
  return type.extent.kind === 'scales'
    ? `scales of ${type.tensor}`
    : `${type.tensor}: ${elementName(type.element)} x ${type.lanes}${type.order === 'tokens' ? ' tokens' : `, ${type.order}`}`;
}
