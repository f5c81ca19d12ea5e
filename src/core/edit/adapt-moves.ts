import type { Draft } from 'immer';
import type { Design, Endpoint, Instance, ParamValue, Problem, StageName } from '../design/types.ts';
import { distance, legalValues } from '../modules/choices.ts';
import { longestLaunch } from '../models/segments.ts';
import { divisors } from '../modules/common.ts';
import { modulesFor, paramsOf } from '../modules/catalogue.ts';
import type { ModuleEntry, ParamSpec, StreamType } from '../modules/types.ts';
import type { DesignAnalysis, ResolvedInstance, ResolvedOperation, StageAnalysis } from '../schedule/types.ts';
import { type Edit, isRefused, type Refused } from './edit.ts';
import { findInstance, instanceIds } from './instances.ts';
import { uniqueName } from './naming.ts';
import { splitOperation } from './operations.ts';
import { setParam } from './parameters.ts';
import { setChunk, setNumber, setSegments, setWindow, sinkStep } from './settings.ts';
import { type DesignNumber, NUMBERS } from '../design/numbers.ts';
import { streamId } from './copies.ts';

/** Single changes that may take an error away: values of parameters nearby, lane adapters, an instance of its own. */

/** What a change may not touch: it is what the user has asked for. `<stage>.<instance>.<param>`, or the path of a number. */
export type Pinned = ReadonlySet<string>;

export const paramKey = (stage: StageName, instance: string, param: string): string => `${stage}.${instance}.${param}`;

/** One change, planned on a design that has an error. */
export interface Move {
  /** In words, after the fact: `lanes of embedding 16 → 32`. */
  readonly step: string;
  readonly plan: Edit | Refused;
}

/** Most values that are tried: of a parameter that an error names, and beside those that the error suggests. */
const MAX_VALUES = 6;
const MORE_VALUES = 2;

/** Legal values of a parameter, the nearest to the present one first; none where the module cannot say. */
function choicesOf(stage: StageAnalysis, { instance, entry, params }: ResolvedInstance, spec: ParamSpec): ParamValue[] {
  const present = params[spec.id] ?? spec.default;
  const roles = instance.operations.map(({ role }) => role);
  return (legalValues(spec, stage.context, paramsOf(entry, params), roles) ?? [])
    .filter((value) => value !== present)
    .sort((a, b) => distance(a, present) - distance(b, present));
}

function setting(
  design: Design,
  stage: StageName,
  { instance, params }: ResolvedInstance,
  spec: ParamSpec,
  value: ParamValue,
): Move {
  return {
    step: `${spec.label} of ${instance.id} ${params[spec.id] ?? spec.default} → ${value}`,
    plan: setParam(design, stage, instance.id, spec.id, value),
  };
}

/** A parameter that decides in how many lanes, or in which order, an instance sends. */
interface Shaper {
  readonly owner: ResolvedInstance;
  readonly spec: ParamSpec;
}

/** The parameters upstream of an operation that decide the form of what arrives at it. */
function shapersOf(stage: StageAnalysis, start: readonly ResolvedOperation[], pinned: Pinned): Shaper[] {
  const found = new Map<string, Shaper>();
  const seen = new Set<ResolvedOperation>(start);
  const open = start.flatMap((operation) => [...operation.incoming.values()].map(({ from }) => from));
  for (let operation = open.pop(); operation; operation = open.pop()) {
    if (seen.has(operation)) continue;
    seen.add(operation);
    const { owner } = operation;
    const shaping = owner.entry.params.filter((spec) => spec.shapes !== undefined);
    // What the user has set of an instance is not answered by other changes of it.
    if (owner.entry.params.some((spec) => pinned.has(paramKey(stage.stage, owner.instance.id, spec.id)))) continue;
    for (const spec of shaping) found.set(paramKey(stage.stage, owner.instance.id, spec.id), { owner, spec });
    if (shaping.length === 0) for (const { from } of operation.incoming.values()) open.push(from);
  }
  return [...found.values()];
}

const formOf = ({ lanes, order }: StreamType): string => `${lanes} ${order}`;

/** Streams of data into an instance by the port, with their types. */
function streamsInto(resolved: ResolvedInstance): Map<string, { readonly id: string; readonly type: StreamType }[]> {
  const ports = new Map<string, { id: string; type: StreamType }[]>();
  for (const operation of resolved.operations) {
    for (const [port, { stream, type }] of operation.incoming) {
      if (!type || type.extent.kind === 'scales') continue;
      ports.set(port, [...(ports.get(port) ?? []), { id: stream.id, type }]);
    }
  }
  return ports;
}

/** The module that changes lanes and order of any stream. */
const adapterFor = (stage: StageName): ModuleEntry | undefined =>
  modulesFor(stage).find(
    (entry) => entry.bridges !== undefined && entry.params.some((spec) => spec.shapes === 'lanes'),
  );

/** One new adapter in front of a port, with an operation for each of the streams: those that share a port share it, too. */
function adapterMove(
  design: Design,
  stage: StageName,
  target: Instance,
  port: string,
  streams: readonly string[],
  form: { readonly lanes: number; readonly order: ParamValue },
): Move | undefined {
  const entry = adapterFor(stage);
  const [role] = entry?.roles({ stage, recipe: design.recipe }) ?? [];
  const [into] = entry?.inputs ?? [];
  if (!entry || !role || !into) return undefined;
  const params = { ...paramsOf(entry, {}) };
  for (const spec of entry.params) {
    if (spec.shapes === 'lanes') params[spec.id] = form.lanes;
    if (spec.shapes === 'order') params[spec.id] = form.order;
  }
  const [out] = entry.outputs(params);
  if (!out) return undefined;
  const graph = design.stages[stage];
  const id = uniqueName(`lanes_${target.id}`, instanceIds(graph));
  const operations = streams.map((_, index) => ({
    id: index === 0 ? role.role : `${role.role}_${index + 1}`,
    role: role.role,
  }));
  const title = entry.title.toLowerCase();
  return {
    step: `${title} ${id} to ${form.lanes} lanes${form.order === 'blocked' ? '' : `, ${form.order},`} inserted before ${target.id}.${port}`,
    plan: {
      label: `Insert ${title} ${id}`,
      recipe: (draft: Draft<Design>) => {
        const own = draft.stages[stage];
        own.instances.push({
          id,
          module: entry.id,
          params: { ...params },
          operations: operations.map((operation) => ({ ...operation })),
          position: { x: target.position.x - 120, y: target.position.y + 130 },
        });
        const ids = new Set(own.streams.map((stream) => stream.id));
        streams.forEach((stream, index) => {
          const found = own.streams.find((candidate) => candidate.id === stream);
          const operation = operations[index]?.id ?? '';
          if (!found) return;
          const entered: Endpoint = { instance: id, operation, port: into.id };
          const from = { ...found.from };
          found.from = { instance: id, operation, port: out.id };
          own.streams.push({ id: streamId(from, entered, ids), from, to: entered });
        });
      },
    },
  };
}

/** Lanes and orders at the inputs of an instance do not fit it, or one another: change where they come from, or what arrives. */
function formMoves(
  design: Design,
  analysis: DesignAnalysis,
  stageName: StageName,
  resolved: ResolvedInstance,
  pinned: Pinned,
): Move[] {
  const stage = analysis.stages[stageName];
  const ports = streamsInto(resolved);
  const types = [...ports.values()].flat().map(({ type }) => type);
  const arriving = [...new Set(types.map(({ lanes }) => lanes))];
  const orders = [...new Set(types.flatMap(({ order }) => (order === 'tokens' ? [] : [order])))];
  const moves: Move[] = [];
  const wanted = new Set([...arriving, design.cachePorts]);
  for (const { owner, spec } of shapersOf(stage, resolved.operations, pinned)) {
    const choices = choicesOf(stage, owner, spec);
    const first = choices.filter((value) => wanted.has(value as number) || orders.includes(value as 'blocked'));
    for (const value of new Set([...first, ...choices.slice(0, MORE_VALUES)]))
      moves.push(setting(design, stageName, owner, spec, value));
  }
  if (stageName === 'decode') {
    const heads = divisors(design.model.heads);
    for (const [port, streams] of ports) {
      const near = streams[0]?.type.lanes ?? 1;
      const more = heads.sort((a, b) => distance(a, near) - distance(b, near)).slice(0, MORE_VALUES);
      const lanes = new Set([...wanted, ...more]);
      for (const order of orders.length > 1 ? orders : (['blocked', 'interleaved'] as const)) {
        for (const count of lanes) {
          const form = { lanes: count, order };
          const other = streams.filter(({ type }) => formOf(type) !== `${count} ${order}`);
          // Streams of one port that travel in different forms need adapters of their own.
          const kinds = new Set(other.map(({ type }) => formOf(type)));
          if (other.length === 0 || kinds.size > 1) continue;
          const move = adapterMove(
            design,
            stageName,
            resolved.instance,
            port,
            other.map(({ id }) => id),
            form,
          );
          if (move) moves.push(move);
        }
      }
    }
  }
  return moves;
}

/** Other legal values of the parameter that an error names. */
function paramMoves(design: Design, stage: StageAnalysis, resolved: ResolvedInstance, param: string): Move[] {
  const spec = resolved.entry.params.find(({ id }) => id === param);
  if (!spec) return [];
  return choicesOf(stage, resolved, spec)
    .slice(0, MAX_VALUES)
    .map((value) => setting(design, stage.stage, resolved, spec, value));
}

/** Windows that the numbers of the design allow, the nearest first. */
function windowMoves(design: Design): Move[] {
  const { window, model } = design;
  if (!window) return [];
  if (design.hmt) return [{ step: 'no attention window', plan: setWindow(undefined) }];
  const step = sinkStep(design);
  const below = Math.floor(window.sinks / step) * step;
  return [below, below + step]
    .map((sinks) => ({ sinks, recent: Math.min(window.recent, model.maxPositions - sinks) }))
    .filter(({ sinks, recent }) => sinks > 0 && recent > 0)
    .map((next) => ({ step: `attention window → ${next.sinks} + ${next.recent}`, plan: setWindow(next) }));
}

/** Segments that fit a launch: shorter ones, or a longer launch. */
function segmentMoves(design: Design): Move[] {
  const { hmt, limits, model } = design;
  if (!hmt) return [];
  const others = longestLaunch({ ...hmt, segment: 0, summary: 0 }, model.bos !== null);
  const segment = Math.max(1, Math.min(hmt.segment, limits.prompt - others));
  const next = {
    ...hmt,
    segment,
    summary: Math.min(hmt.summary, Math.max(1, segment)),
    recall: Math.min(hmt.recall, segment),
  };
  const longer = longestLaunch(hmt, model.bos !== null);
  return [
    {
      step: `segments → ${next.segment} tokens, summary ${next.summary}, recalled ${next.recall}`,
      plan: setSegments(next),
    },
    ...(longer > limits.prompt && longer <= limits.context
      ? [{ step: `${NUMBERS['limits.prompt'].label} → ${longer}`, plan: setNumber('limits.prompt', longer) }]
      : []),
  ];
}

/** Numbers of the whole design that its other numbers allow, the nearest first. */
export function numberMoves(design: Design, path: string): Move[] {
  if (path === 'window') return windowMoves(design);
  if (path === 'hmt') return segmentMoves(design);
  if (path === 'limits.chunk' && design.hmt) return [{ step: 'no prefill chunk', plan: setChunk(undefined) }];
  const { limits, workload, model, tokenParallelism: tp } = design;
  const chunks = Math.min(Math.floor((limits.chunk ?? 0) / tp), Math.ceil(limits.prompt / tp));
  const values: Partial<Record<DesignNumber, readonly number[]>> = {
    cachePorts: divisors(model.kvHeads).sort((a, b) => distance(a, design.cachePorts) - distance(b, design.cachePorts)),
    'limits.context': [model.maxPositions],
    'limits.prompt': [limits.context],
    'limits.chunk': [chunks * tp, (chunks + 1) * tp],
    'workload.prompt': [limits.prompt],
    'workload.generate': [limits.context - workload.prompt],
  };
  return (values[path as DesignNumber] ?? [])
    .filter((value) => value > 0)
    .map((value) => {
      const which = path as DesignNumber;
      return { step: `${NUMBERS[which].label} → ${value}`, plan: setNumber(which, value) };
    });
}

/** Single changes that may take an error away, none of which touches what is pinned. */
export function movesFor(design: Design, analysis: DesignAnalysis, problem: Problem, pinned: Pinned): Move[] {
  const { stage: name, instance, operation, param, path, stream } = problem;
  if (name === undefined)
    return (path === undefined ? [] : numberMoves(design, path)).filter(
      ({ plan }) => isRefused(plan) || plan.sets === undefined || !pinned.has(plan.sets),
    );
  const stage = analysis.stages[name];
  const at =
    instance ??
    (stream === undefined ? undefined : stage.streams.find((one) => one.stream.id === stream)?.to.owner.instance.id);
  const resolved = stage.instances.find((candidate) => candidate.instance.id === at);
  if (param !== undefined && resolved) {
    return pinned.has(paramKey(name, resolved.instance.id, param)) ? [] : paramMoves(design, stage, resolved, param);
  }
  const involved = resolved ? [resolved] : memoryUsers(stage);
  const moves = involved.flatMap((one) => formMoves(design, analysis, name, one, pinned));
  // What keeps a tensor in memory as it travels may be an instance that starts a stream itself.
  const starters = involved.flatMap((one) => ownShapes(design, stage, one, involved, pinned));
  const alone =
    operation !== undefined && instance !== undefined && findInstance(design, name, instance)
      ? [{ step: `${operation} on an instance of its own`, plan: splitOperation(design, name, instance, operation) }]
      : [];
  return [...moves, ...starters, ...alone];
}

/** Instances that read or write a tensor which memory keeps as it travels. */
const memoryUsers = (stage: StageAnalysis): ResolvedInstance[] =>
  stage.instances.filter(({ operations }) =>
    operations.some(({ role }) => [...(role.reads ?? []), ...(role.writes ?? [])].some(({ asStreamed }) => asStreamed)),
  );

/** Parameters of instances that send into memory, or out of it, set to a form that others of them have. */
function ownShapes(
  design: Design,
  stage: StageAnalysis,
  resolved: ResolvedInstance,
  all: readonly ResolvedInstance[],
  pinned: Pinned,
): Move[] {
  const forms = all.flatMap(({ operations }) =>
    operations.flatMap(({ inputs, outputs }) => [...Object.values(inputs), ...Object.values(outputs)]),
  );
  const values = new Set<ParamValue>(forms.flatMap(({ lanes, order }) => [lanes, order]));
  return resolved.entry.params
    .filter((spec) => spec.shapes !== undefined && !pinned.has(paramKey(stage.stage, resolved.instance.id, spec.id)))
    .flatMap((spec) =>
      choicesOf(stage, resolved, spec)
        .filter((value) => values.has(value))
        .map((value) => setting(design, stage.stage, resolved, spec, value)),
    );
}

/** Adapters whose operations change nothing: their output has the form of their input. */
export function needless(analysis: DesignAnalysis, stage: StageName): string[] {
  return analysis.stages[stage].instances
    .filter(({ entry, operations }) => {
      if (entry.bridges === undefined || !entry.params.some(({ shapes }) => shapes !== undefined)) return false;
      return (
        operations.length > 0 &&
        operations.every(({ inputs, outputs }) => {
          const [input] = Object.values(inputs);
          const [output] = Object.values(outputs);
          return input !== undefined && output !== undefined && formOf(input) === formOf(output);
        })
      );
    })
    .map(({ instance }) => instance.id);
}
