/** What the time of a pass is derived from: its operations with the processes and streams that take time. */

import { type HasCache, emptyCache, cached, cacheSlot } from '../../design/cache.ts';
import type { LoweredInstance } from '../../lower/instance.ts';
import { instancesOf } from '../../lower/program.ts';
import { sameCall } from '../../ir/call.ts';
import { bytesOf } from '../../ir/cpp-type.ts';
import { equals, type Expression, variables } from '../../ir/expression.ts';
import type { Ahead, Process } from '../../ir/process.ts';
import type { FillOf, Timing } from '../../ir/timing.ts';
import { vectors } from '../../modules/common.ts';
import { BURST_WORDS } from '../../modules/movers.ts';
import type { DesignContext, OperationContext } from '../../modules/types.ts';
import { operationIn } from '../../schedule/reuse.ts';
import {
  instanceContext,
  type Pass,
  type ResolvedInstance,
  type ResolvedOperation,
  type ResolvedStream,
  type StageAnalysis,
} from '../../schedule/types.ts';
import { NO_DEPTHS } from '../parts/depths.ts';
import { sumOf } from '../parts/numbers.ts';

/** Processes of an operation that count alike: one, or the readers of the ports of an engine. */
export interface Part {
  readonly names: readonly string[];
  readonly cycles: Expression;
  readonly fill: FillOf;
  /** The memory ports over which each moves a word per cycle. */
  readonly ports: readonly { readonly name: string; readonly wordBytes: number; readonly read: boolean }[];
  /** Words that each port may read before they are needed: what its FIFO holds beyond the words of a burst. */
  readonly lead: number;
  /** Words that wait behind each port when the pass begins, and those that it reads for the next pass. */
  readonly held: number;
  readonly fetched: number;
}

/** A stream at an operation. */
interface Input {
  /** Operation that fills it. */
  readonly source: string;
  /** Place of that operation in the pass, -1 when it is not in it. */
  readonly from: number;
  readonly count: Expression;
  /** Whether it has rows of keys. */
  readonly keys: boolean;
  readonly hops: number;
}

/** An operation in its pass. */
export interface Prepared extends HasCache {
  readonly timing: Timing;
  readonly parts: readonly Part[];
  readonly inputs: readonly Input[];
  /** Rows of keys, else blocks of tokens, that arrive before the one in front of them has left. */
  readonly behind: number;
  /** Whether its time depends on the run: in decode, on the position or the number of keys. */
  readonly moving: boolean;
}

/** The operations of a pass, in its order; the same object from one analysis to the next while nothing in the pass changes. */
export interface PassParts extends HasCache {
  readonly operations: readonly Prepared[];
  /** Number of their parts. */
  readonly parts: number;
  /** Whether that of one of its operations does. */
  readonly moving: boolean;
}

const NO_PARTS: readonly Part[] = [];

/** The memory port of a process, if it has one. */
function portOf({ actuals }: Process): Part['ports'][number] | undefined {
  const actual = actuals.find((candidate) => candidate.kind === 'memory');
  if (actual?.kind !== 'memory') return undefined;
  const { bundle, spec } = actual.memory;
  return { name: bundle, wordBytes: bytesOf(spec.word), read: spec.direction === 'read' };
}

/** What the FIFO that a process fills holds beyond a burst. */
function leadOf({ actuals }: Process): number {
  const filled = actuals.find((actual) => actual.kind === 'channel' && actual.access === 'write');
  return filled?.kind === 'channel' ? Math.max(0, filled.channel.depth - BURST_WORDS) : 0;
}

const NOT_AHEAD: Ahead = { held: 0, fetched: 0 };

/** Readers (or writers) that make the same call for the same number of cycles over ports of one width. */
interface Alike {
  readonly process: Process;
  readonly cycles: Expression;
  readonly port: Part['ports'][number];
  readonly lead: number;
  readonly held: number;
  readonly fetched: number;
  readonly names: string[];
  readonly ports: Part['ports'][number][];
}

/** Parts of an instance by pass, like readers taken together. */
function partsByPass({ processes }: LoweredInstance): Map<number, Part[]> {
  const parts = new Map<number, Part[]>();
  const groups = new Map<number, Alike[]>();
  for (const process of processes) {
    const port = portOf(process);
    const lead = port?.read ? leadOf(process) : 0;
    process.passes.forEach((pass, index) => {
      const { held, fetched } = process.ahead?.[index] ?? NOT_AHEAD;
      const cycles = process.cycles[index] as Expression;
      const known = groups.get(pass) ?? [];
      const group =
        port &&
        known.find(
          (other) =>
            other.port.wordBytes === port.wordBytes &&
            other.port.read === port.read &&
            other.lead === lead &&
            other.held === held &&
            other.fetched === fetched &&
            sameCall(other.process.call, process.call) &&
            equals(other.cycles, cycles),
        );
      if (group && port) {
        group.names.push(process.name);
        group.ports.push(port);
        return;
      }
      const names = [process.name];
      const ports = port ? [port] : [];
      if (port) groups.set(pass, [...known, { process, cycles, port, lead, held, fetched, names, ports }]);
      const list = parts.get(pass);
      const part = { names, cycles, fill: process.fills[index] as FillOf, ports, lead, held, fetched };
      if (list) list.push(part);
      else parts.set(pass, [part]);
    });
  }
  return parts;
}

const countOf = ({ type }: ResolvedStream, tp: number): Expression => (type ? vectors(type, tp) : 1);

/** Of the FIFO, and a router on either side. */
const hopsOf = ({ from, to }: ResolvedStream): number =>
  1 + (from.owner.operations.length > 1 ? 1 : 0) + (to.owner.operations.length > 1 ? 1 : 0);

/** Place of the operation that fills a stream, in the pass of the one that reads it. */
const placeOf = ({ from, to }: ResolvedStream): number => (from.pass === to.pass ? from.place : -1);

/** What is kept with an instance as it was lowered. */
interface Kept {
  readonly parts: ReadonlyMap<number, readonly Part[]>;
  /** By the place of the operation in its instance. */
  readonly prepared: (Prepared | undefined)[];
}

const keptOf = cached((lowered: LoweredInstance): Kept => ({ parts: partsByPass(lowered), prepared: [] }));

function sameInputs({ inputs }: Prepared, { incoming }: ResolvedOperation, tp: number): boolean {
  let at = 0;
  for (const stream of incoming.values()) {
    const input = inputs[at++];
    if (
      !input ||
      input.from !== placeOf(stream) ||
      input.count !== countOf(stream, tp) ||
      input.hops !== hopsOf(stream) ||
      input.source !== stream.from.key
    )
      return false;
  }
  return at === inputs.length;
}

/** An operation in its pass; the same object while neither its instance nor what feeds it changes. */
function prepare(stage: StageAnalysis, operation: ResolvedOperation, lowered: LoweredInstance): Prepared {
  const { tp } = stage.context;
  const own = keptOf(lowered);
  const before = own.prepared[operation.index];
  if (before && sameInputs(before, operation, tp)) return before;
  const instance = instanceContext(stage, operation.owner);
  const context = operationIn(instance, operation);
  const still: Omit<Prepared, 'moving'> = {
    timing: operation.owner.entry.timing(instance, context),
    parts: own.parts.get(operation.pass) ?? NO_PARTS,
    inputs: [...operation.incoming.values()].map((stream) => ({
      source: stream.from.key,
      from: placeOf(stream),
      count: countOf(stream, tp),
      keys: stream.type?.extent.kind === 'keys',
      hops: hopsOf(stream),
    })),
    behind: operation.owner.entry.behind?.(instance) ?? 0,
    cache: emptyCache(),
  };
  const prepared = { ...still, moving: stage.stage === 'prefill' || dependsOnLength(still, context, tp) };
  own.prepared[operation.index] = prepared;
  return prepared;
}

/** Whether cycles, fill or shape of an operation depend on the position or the number of keys: its own processes', and those that move its streams. */
function dependsOnLength(
  { timing: { preload, first, tail }, parts }: Omit<Prepared, 'moving'>,
  context: OperationContext,
  tp: number,
): boolean {
  const types = [...Object.values(context.inputs), ...Object.values(context.outputs)];
  const used = variables(
    preload,
    first,
    tail,
    ...parts.flatMap((part) => [part.cycles, part.fill(NO_DEPTHS).entries]),
    ...types.map((type) => vectors(type, tp)),
  );
  return (
    used.has('length') ||
    used.has('position') ||
    Object.values(context.inputs).some((type) => type.extent.kind === 'keys')
  );
}

/** The passes of the last analysis in a context, by index. */
const last = cacheSlot<DesignContext, readonly PassParts[]>();

/** Once per analysis. */
const preparePasses = cached((stage: StageAnalysis): readonly PassParts[] => {
  const lowered: LoweredInstance[] = [];
  instancesOf(stage).forEach((instance, at) => {
    lowered[(stage.instances[at] as ResolvedInstance).index] = instance;
  });
  const known = last(stage.context);
  const result = stage.passes.map(({ operations: members, index }): PassParts => {
    const operations = members.map((operation) =>
      prepare(stage, operation, lowered[operation.owner.index] as LoweredInstance),
    );
    const before = known.value?.[index];
    if (
      before &&
      before.operations.length === operations.length &&
      operations.every((operation, at) => before.operations[at] === operation)
    )
      return before;
    return {
      operations,
      parts: sumOf(operations.map(({ parts }) => parts.length)),
      moving: operations.some(({ moving }) => moving),
      cache: emptyCache(),
    };
  });
  known.value = result;
  return result;
});

/** A pass of a legal stage with what its time is derived from. */
export const passParts = (stage: StageAnalysis, pass: Pass): PassParts => preparePasses(stage)[pass.index] as PassParts;

/** Whether the time of a pass depends on the position of the token (decode). */
export function movesWithPosition(stage: StageAnalysis, pass: Pass): boolean {
  return passParts(stage, pass).moving;
}
