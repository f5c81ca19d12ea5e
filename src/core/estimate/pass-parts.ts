/** What the time of a pass is derived from: its operations with the processes and streams that take time. */
import { type FillOf, programOf, type Program } from '../lower/program.ts';
import { vectors } from '../modules/common.ts';
import type { Run } from '../modules/expr.ts';
import type { InstanceContext, OperationContext } from '../modules/types.ts';
import { operationIn } from '../schedule/reuse.ts';
import { instanceContext, type Pass, type ResolvedOperation, type ResolvedStream, type StageAnalysis } from '../schedule/types.ts';
import { NO_DEPTHS } from './depths.ts';

/** Processes of an operation that count alike: one, or the readers of the ports of an engine. */
export interface Part {
  /** Among the parts of its pass. */
  index: number;
  readonly names: readonly string[];
  readonly cycles: (run: Run) => number;
  readonly fill: FillOf;
  /** The memory ports over which each moves a word per cycle. */
  readonly ports: readonly { readonly name: string; readonly wordBytes: number; readonly read: boolean }[];
}

export interface Prepared {
  readonly operation: ResolvedOperation;
  readonly context: OperationContext;
  readonly instance: InstanceContext;
  readonly parts: readonly Part[];
  readonly inputs: readonly { readonly stream: ResolvedStream; /** Place of its producer in the pass, -1 when that is not in it. */ readonly from: number; readonly count: (run: Run) => number; /** Whether it has rows of keys. */ readonly keys: boolean; readonly hops: number }[];
}

interface Stage {
  readonly passes: ReadonlyMap<Pass, readonly Prepared[]>;
  /** Passes whose time depends on the position or the number of keys. */
  readonly moving: ReadonlySet<Pass>;
}

const cache = new WeakMap<StageAnalysis, Stage>();

/** Runs at which processes are compared: equal formulas agree on them, different ones do not. */
const PROBES: readonly Run[] = [
  { layer: 0, blocks: 1, length: 7, position: 6 },
  { layer: 0, blocks: 3, length: 11, position: 10 },
  { layer: 0, blocks: 13, length: 517, position: 516 },
];

/** Parts by pass and instance, like readers taken together. */
function partsOf(program: Program, passes: number): Map<string, Part[]>[] {
  const parts = Array.from({ length: passes }, () => new Map<string, Part[]>());
  const groups = new Map<string, { names: string[]; ports: Part['ports'][number][] }>();
  for (const process of program.processes) {
    const actual = process.actuals.find((candidate) => candidate.kind === 'memory');
    const memory = actual?.kind === 'memory' ? actual.memory : undefined;
    process.passes.forEach((pass, index) => {
      const cycles = process.cycles[index] as Part['cycles'];
      const port = memory && { name: memory.bundle, wordBytes: memory.spec.wordBytes, read: memory.spec.direction === 'read' };
      const like = port && `${process.instance} ${pass} ${process.call} ${port.wordBytes} ${port.read} ${PROBES.map(cycles).join(' ')}`;
      const group = like === undefined ? undefined : groups.get(like);
      if (group && port) {
        group.names.push(process.name);
        group.ports.push(port);
        return;
      }
      const names = [process.name];
      const ports = port ? [port] : [];
      if (like !== undefined) groups.set(like, { names, ports });
      const list = parts[pass]?.get(process.instance);
      const part = { index: 0, names, cycles, fill: process.fills[index] as FillOf, ports };
      if (list) list.push(part);
      else parts[pass]?.set(process.instance, [part]);
    });
  }
  return parts;
}

function prepare(stage: StageAnalysis): Stage {
  const parts = partsOf(programOf(stage), stage.passes.length);
  const passes = new Map<Pass, Prepared[]>();
  for (const pass of stage.passes) {
    const at = new Map(pass.operations.map((operation, index) => [operation, index]));
    let index = 0;
    passes.set(
      pass,
      pass.operations.map((operation) => {
        const { owner } = operation;
        const instance = instanceContext(stage, owner);
        const own = parts[pass.index]?.get(owner.instance.id) ?? [];
        for (const part of own) {
          part.index = index;
          index += 1;
        }
        return {
          operation,
          context: operationIn(instance, operation),
          instance,
          parts: own,
          inputs: [...operation.incoming.values()].map((stream) => {
            const count = stream.type ? vectors(stream.type, stage.context.tp).value : () => 1;
            // A router on either side of the FIFO is one hop more.
            const hops = 1 + (stream.from.owner.operations.length > 1 ? 1 : 0) + (owner.operations.length > 1 ? 1 : 0);
            return { stream, from: at.get(stream.from) ?? -1, count, keys: stream.type?.extent.kind === 'keys', hops };
          }),
        };
      }),
    );
  }
  const moving = new Set<Pass>();
  for (const [pass, operations] of passes) if (operations.some(dependsOnLength)) moving.add(pass);
  return { passes, moving };
}

const onLength = new WeakMap<OperationContext, boolean>();

/** Whether cycles, fill or shape of an operation look at the position or the number of keys: its own processes', and those that move its streams. */
function dependsOnLength(prepared: Prepared): boolean {
  let known = onLength.get(prepared.context);
  if (known === undefined) {
    known = looksAtLength(prepared);
    onLength.set(prepared.context, known);
  }
  return known;
}

function looksAtLength({ operation, context, instance, parts }: Prepared): boolean {
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
  operation.owner.entry.timing(instance, context, run);
  for (const part of parts) {
    part.cycles(run);
    part.fill(run, NO_DEPTHS);
  }
  for (const type of [...Object.values(operation.inputs), ...Object.values(operation.outputs)]) vectors(type, instance.design.tp).value(run);
  return looked || Object.values(operation.inputs).some((type) => type.extent.kind === 'keys');
}

/** The passes of a stage with what their time is derived from, once per analysis. */
export function prepared(stage: StageAnalysis): Stage {
  let found = cache.get(stage);
  if (!found) {
    found = prepare(stage);
    cache.set(stage, found);
  }
  return found;
}

/** Whether the time of a pass depends on the position of the token (decode). */
export function movesWithPosition(stage: StageAnalysis, pass: Pass): boolean {
  return prepared(stage).moving.has(pass);
}
