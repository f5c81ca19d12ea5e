/** What the time of a pass is derived from: its operations with the processes and streams that take time. */

import { type Keeps, nothingKept, once, slot } from '../design/kept.ts';
import type { LoweredInstance } from '../lower/instance.ts';
import { instancesOf } from '../lower/program.ts';
import type { FillOf } from '../lower/types.ts';
import { vectors } from '../modules/common.ts';
import type { Run } from '../modules/expr.ts';
import type { DesignContext, InstanceContext, ModuleEntry, OperationContext } from '../modules/types.ts';
import { operationIn } from '../schedule/reuse.ts';
import {
  instanceContext,
  type Pass,
  type ResolvedInstance,
  type ResolvedOperation,
  type ResolvedStream,
  type StageAnalysis,
} from '../schedule/types.ts';
import { NO_DEPTHS } from './depths.ts';
import { sumOf } from './numbers.ts';

/** Processes of an operation that count alike: one, or the readers of the ports of an engine. */
export interface Part {
  readonly names: readonly string[];
  readonly cycles: (run: Run) => number;
  readonly fill: FillOf;
  /** The memory ports over which each moves a word per cycle. */
  readonly ports: readonly { readonly name: string; readonly wordBytes: number; readonly read: boolean }[];
}

/** A stream at an operation. */
interface Input {
  /** Operation that fills it. */
  readonly source: string;
  /** Place of that operation in the pass, -1 when it is not in it. */
  readonly from: number;
  readonly count: (run: Run) => number;
  /** Whether it has rows of keys. */
  readonly keys: boolean;
  readonly hops: number;
}

/** An operation in its pass. */
export interface Prepared extends Keeps {
  readonly entry: ModuleEntry;
  readonly context: OperationContext;
  readonly instance: InstanceContext;
  readonly parts: readonly Part[];
  readonly inputs: readonly Input[];
  /** Whether its time depends on the run: in decode, on the position or the number of keys. */
  readonly moving: boolean;
}

/** The operations of a pass, in its order; the same object from one analysis to the next while nothing in the pass changes. */
export interface PassParts extends Keeps {
  readonly operations: readonly Prepared[];
  /** Number of their parts. */
  readonly parts: number;
  /** Whether that of one of its operations does. */
  readonly moving: boolean;
}

/** Runs at which processes are compared: equal formulas agree on them, different ones do not. */
const PROBES: readonly Run[] = [
  { layer: 0, blocks: 1, length: 7, position: 6 },
  { layer: 0, blocks: 3, length: 11, position: 10 },
  { layer: 0, blocks: 13, length: 517, position: 516 },
];

const NO_PARTS: readonly Part[] = [];

/** Parts of an instance by pass, like readers taken together. */
function partsByPass({ processes }: LoweredInstance): Map<number, Part[]> {
  const parts = new Map<number, Part[]>();
  const groups = new Map<string, { names: string[]; ports: Part['ports'][number][] }>();
  for (const process of processes) {
    const actual = process.actuals.find((candidate) => candidate.kind === 'memory');
    const memory = actual?.kind === 'memory' ? actual.memory : undefined;
    process.passes.forEach((pass, index) => {
      const cycles = process.cycles[index] as Part['cycles'];
      const port = memory && {
        name: memory.bundle,
        wordBytes: memory.spec.wordBytes,
        read: memory.spec.direction === 'read',
      };
      const like = port && `${pass} ${process.call} ${port.wordBytes} ${port.read} ${PROBES.map(cycles).join(' ')}`;
      const group = like === undefined ? undefined : groups.get(like);
      if (group && port) {
        group.names.push(process.name);
        group.ports.push(port);
        return;
      }
      const names = [process.name];
      const ports = port ? [port] : [];
      if (like !== undefined) groups.set(like, { names, ports });
      const list = parts.get(pass);
      const part = { names, cycles, fill: process.fills[index] as FillOf, ports };
      if (list) list.push(part);
      else parts.set(pass, [part]);
    });
  }
  return parts;
}

const single = (): number => 1;

const countOf = ({ type }: ResolvedStream, tp: number): ((run: Run) => number) =>
  type ? vectors(type, tp).value : single;

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

const keptOf = once((lowered: LoweredInstance): Kept => ({ parts: partsByPass(lowered), prepared: [] }));

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
  const still: Omit<Prepared, 'moving'> = {
    entry: operation.owner.entry,
    context: operationIn(instance, operation),
    instance,
    parts: own.parts.get(operation.pass) ?? NO_PARTS,
    inputs: [...operation.incoming.values()].map((stream) => ({
      source: stream.from.key,
      from: placeOf(stream),
      count: countOf(stream, tp),
      keys: stream.type?.extent.kind === 'keys',
      hops: hopsOf(stream),
    })),
    kept: nothingKept(),
  };
  const prepared = { ...still, moving: stage.stage === 'prefill' || dependsOnLength(still) };
  own.prepared[operation.index] = prepared;
  return prepared;
}

/** Whether cycles, fill or shape of an operation look at the position or the number of keys: its own processes', and those that move its streams. */
function dependsOnLength({ entry, context, instance, parts }: Omit<Prepared, 'moving'>): boolean {
  let looked = false;
  const run: Run = {
    layer: 0,
    blocks: 1,
    get length() {
      looked = true;
      return 2;
    },
    get position() {
      looked = true;
      return 1;
    },
  };
  entry.timing(instance, context, run);
  for (const part of parts) {
    part.cycles(run);
    part.fill(run, NO_DEPTHS);
  }
  for (const type of [...Object.values(context.inputs), ...Object.values(context.outputs)])
    vectors(type, instance.design.tp).value(run);
  return looked || Object.values(context.inputs).some((type) => type.extent.kind === 'keys');
}

/** The passes of the last analysis in a context, by index. */
const last = slot<DesignContext, readonly PassParts[]>();

/** Once per analysis. */
const preparePasses = once((stage: StageAnalysis): readonly PassParts[] => {
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
      kept: nothingKept(),
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
