/**
 * Whole designs around any module of the catalogue, found from its entry alone: where a composed design has it, where it can
 * take the place of another with the same roles, or where a stream can be led through it.
 */
import type {
  Design,
  Endpoint,
  Instance,
  ParamValue,
  StageGraph,
  StageName,
  Stream,
} from '../src/core/design/types.ts';
import type { Architecture } from '../src/core/models/architecture.ts';
import { hasGroups, type Recipe, RECIPES, sparsitiesOf } from '../src/core/models/recipe.ts';
import { CATALOGUE, modulesFor, paramsOf } from '../src/core/modules/catalogue.ts';
import {
  type InstanceContext,
  type ModuleEntry,
  type ParamSpec,
  Refusal,
  type StreamType,
} from '../src/core/modules/types.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import type { DesignAnalysis, ResolvedInstance } from '../src/core/schedule/types.ts';
import { instanceContext } from '../src/core/schedule/types.ts';
import { targetById } from '../src/core/targets/targets.ts';
import { composeDesign, type Parallelism } from '../src/core/templates/compose.ts';
import type { TemplateStyle } from '../src/core/templates/llama.ts';

/** Small in everything, with grouped queries, and a head size and widths that several lane counts divide. */
export const SMALL: Architecture = {
  name: 'small',
  layers: 2,
  hidden: 32,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
  ffn: 64,
  vocab: 50,
  maxPositions: 64,
  ropeTheta: 10000,
  ropeScaling: null,
  normEpsilon: 1e-5,
  tiedHead: false,
  bos: 0,
  eos: [1],
};

function baseOf(recipe: Recipe, style: TemplateStyle, parallelism: Parallelism, hmt?: Design['hmt']): Design {
  const target = targetById('u280');
  if (!target) throw new Error('no target');
  return composeDesign({
    name: `contract-${recipe.name}`,
    model: SMALL,
    target,
    recipe,
    prefill: style,
    decode: style,
    parallelism: { keyParallel: 4, valueParallel: 4, bp: 4, wpDecode: 4, lanes: 4, ...parallelism },
    limits: { prompt: 16, context: 32 },
    workload: { prompt: 8, generate: 8, batch: 1 },
    hmt,
  });
}

// Sparsity without groups is what the random designs and the tests of formats have.
const [GROUPED, OTHERS] = [true, false].map((grouped) =>
  RECIPES.filter((recipe) => hasGroups(recipe) === grouped && (grouped || sparsitiesOf(recipe).length === 0)),
);

/** Prompts of a few tokens have several, the queue forgets, and is searched by projections. */
const SEGMENTS = { segment: 3, summary: 2, recall: 1, memories: 1, projections: true } as const;

/** Recipes of the style `fast`: a cache of 4 bits, and weights that only its engines take without multipliers. */
const isFast = ({ cache, qkvo }: Recipe): boolean => cache !== undefined || qkvo.weights === 'ternary';

/**
 * A design per recipe in which every operation has an instance of its own, with lane adapters between its parts (but for
 * w4a8kv8, which the samples have in several styles); two in which operations are taken together, query heads are arranged by
 * memories, and the cache has 4 bits or weights are ternary; and those with scales of groups, dense and sparse, whose prefill
 * reads texts in segments.
 */
export const BASES: readonly Design[] = [
  ...(OTHERS ?? [])
    .filter((recipe) => !isFast(recipe) && recipe.name !== 'w4a8kv8')
    .map((recipe) => baseOf(recipe, 'spatial', { headLanes: 2 })),
  ...(OTHERS ?? []).filter(isFast).map((recipe) => baseOf(recipe, 'fast', { headLanes: 2, cachePorts: 1, slices: 3 })),
  ...(GROUPED ?? [])
    .filter(({ cache }) => !cache)
    .map((recipe) => baseOf(recipe, 'hybrid', { headLanes: 2, slices: 2 }, SEGMENTS)),
];

/** An instance in a whole design. */
export interface Place {
  readonly design: Design;
  readonly stage: StageName;
  readonly instance: string;
  /** Led into a stream of the design, which does without it. */
  readonly inserted: boolean;
}

/** Entries of the catalogue by the stages that they are for. */
export const CONTRACTS: readonly (readonly [stage: StageName, id: string, entry: ModuleEntry])[] = CATALOGUE.flatMap(
  (entry) => entry.stages.map((stage) => [stage, entry.id, entry] as const),
);

export const errorsOf = ({ problems }: DesignAnalysis): string[] =>
  problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);

export function withGraph(design: Design, stage: StageName, graph: StageGraph): Design {
  return { ...design, stages: { ...design.stages, [stage]: graph } };
}

export function withParams(
  design: Design,
  { stage, instance }: Pick<Place, 'stage' | 'instance'>,
  params: Instance['params'],
): Design {
  const graph = design.stages[stage];
  return withGraph(design, stage, {
    ...graph,
    instances: graph.instances.map((other) =>
      other.id === instance ? { ...other, params: { ...other.params, ...params } } : other,
    ),
  });
}

export function resolvedAt(analysis: DesignAnalysis, { stage, instance }: Pick<Place, 'stage' | 'instance'>) {
  return analysis.stages[stage].instances.find((resolved) => resolved.instance.id === instance);
}

const analyses = new WeakMap<Design, DesignAnalysis>();

/** The analysis of a design, made once: places of many modules are in the same designs. */
export function analysisOf(design: Design): DesignAnalysis {
  const known = analyses.get(design) ?? analyze(design);
  analyses.set(design, known);
  return known;
}

/** The instance as its module sees it. */
export function contextAt(place: Place): InstanceContext {
  const analysis = analysisOf(place.design);
  const resolved = resolvedAt(analysis, place);
  if (!resolved) throw new Error(`no ${place.instance} in ${place.stage}`);
  return instanceContext(analysis.stages[place.stage], resolved);
}

export function choicesOf(
  { design, operations }: InstanceContext,
  param: ParamSpec,
  params: Instance['params'],
): readonly ParamValue[] {
  return param.choices(
    design,
    params,
    operations.map(({ role }) => role),
  );
}

/** Of many values those at both ends, the default, and some between them, odd ones and others. */
export function sampled(values: readonly ParamValue[], initial: ParamValue): readonly ParamValue[] {
  if (values.length <= 12) return values;
  const at = [0, 1, 2, 4, 6, Math.floor(values.length / 3), Math.floor((2 * values.length) / 3), values.length - 1];
  return values.filter((value, index) => value === initial || at.includes(index));
}

const portIds = (ports: readonly { readonly id: string }[]): string => ports.map(({ id }) => id).join();

/** Whether an entry does all that the operations of an instance of another do, at the same ports. */
function replaces(entry: ModuleEntry, resolved: ResolvedInstance, design: Design, stage: StageName): boolean {
  const roles = entry.roles({ stage, recipe: design.recipe });
  return (
    entry !== resolved.entry &&
    portIds(entry.inputs) === portIds(resolved.entry.inputs) &&
    portIds(entry.outputs(paramsOf(entry, {}))) === portIds(resolved.outputs) &&
    resolved.operations.every(({ role }) =>
      roles.some(
        (own) =>
          own.role === role.role &&
          Object.entries(role.inputs).every(([port, tensor]) => tensor !== null && own.inputs[port] === tensor),
      ),
    )
  );
}

/** Where an entry takes the place of another with the same roles. */
function replacements(base: Design, stage: StageName, entry: ModuleEntry): Place[] {
  return analysisOf(base).stages[stage].instances.flatMap((resolved): Place[] => {
    if (!replaces(entry, resolved, base, stage)) return [];
    const { id } = resolved.instance;
    const graph = base.stages[stage];
    const design = withGraph(base, stage, {
      ...graph,
      instances: graph.instances.map((other) => (other.id === id ? { ...other, module: entry.id, params: {} } : other)),
    });
    return analyze(design).legal ? [{ design, stage, instance: id, inserted: false }] : [];
  });
}

/** Leads a stream through a new instance, from its first input to its first output. */
export function insertedInto(
  graph: StageGraph,
  stream: Stream,
  instance: Omit<Instance, 'position'>,
  entry: ModuleEntry,
): StageGraph {
  const at = (port: string): Endpoint => ({
    instance: instance.id,
    operation: instance.operations[0]?.id ?? '',
    port,
  });
  const [first] = entry.inputs;
  const [out] = entry.outputs(paramsOf(entry, instance.params));
  return {
    instances: [...graph.instances, { ...instance, position: { x: 0, y: 0 } }],
    streams: [
      ...graph.streams.filter(({ id }) => id !== stream.id),
      { id: `${instance.id}_in`, from: stream.from, to: at(first?.id ?? '') },
      { id: `${instance.id}_out`, from: at(out?.id ?? ''), to: stream.to },
    ],
  };
}

/** Defaults, then each parameter changed alone. */
function* variants(entry: ModuleEntry, analysis: DesignAnalysis, stage: StageName, role: string) {
  yield {};
  for (const param of entry.params)
    for (const value of param.choices(analysis.stages[stage].context, paramsOf(entry, {}), [role]))
      yield { [param.id]: value };
}

/** Whether an entry sends a stream on as what it was, as far as it says so itself: only then a whole design is asked. */
function keeps(
  entry: ModuleEntry,
  analysis: DesignAnalysis,
  stage: StageName,
  role: string,
  params: Instance['params'],
  type: StreamType,
): boolean {
  try {
    const [input] = entry.inputs;
    const scales = type.extent.kind === 'scales';
    if (input?.carries !== 'any' && scales !== (input?.carries === 'scales')) return false;
    const all = paramsOf(entry, params);
    const [output] = entry.outputs(all);
    const out = entry.infer(analysis.stages[stage].context, all, role, { [input?.id ?? '']: type }, [role]);
    const sent = out[output?.id ?? ''];
    return sent?.tensor === type.tensor && sent.element === type.element && sent.lanes === type.lanes;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/** Instances that `most` streams of a design are led through one after the other; all are in the design of the last. */
function insertions(base: Design, stage: StageName, entry: ModuleEntry, most: number): Place[] {
  if (entry.inputs.length !== 1 || entry.outputs(paramsOf(entry, {})).length === 0) return [];
  const analysis = analysisOf(base);
  const port = entry.inputs[0]?.id ?? '';
  let design = base;
  const ids: string[] = [];
  for (const { stream, type } of analysis.stages[stage].streams) {
    if (ids.length >= most) break;
    if (!type) continue;
    const roles = entry
      .roles(analysis.stages[stage].context)
      .filter(({ inputs }) => (inputs[port] ?? type.tensor) === type.tensor);
    search: for (const { role } of roles) {
      for (const params of variants(entry, analysis, stage, role)) {
        if (!keeps(entry, analysis, stage, role, params, type)) continue;
        const id = `inserted_${ids.length}`;
        const instance = { id, module: entry.id, params, operations: [{ id: role, role }] };
        const trial = withGraph(design, stage, insertedInto(design.stages[stage], stream, instance, entry));
        if (!analyze(trial).legal) continue;
        design = trial;
        ids.push(id);
        break search;
      }
    }
  }
  return ids.map((instance) => ({ design, stage, instance, inserted: true }));
}

/** All places of an entry in a base: those that it has, those of others that it can take, or streams led through it. */
export function placesIn(base: Design, stage: StageName, entry: ModuleEntry, most = 8): readonly Place[] {
  const key = `${stage} ${entry.id} ${most}`;
  const known = places.get(base) ?? new Map<string, readonly Place[]>();
  places.set(base, known);
  const found = known.get(key) ?? findPlaces(base, stage, entry, most);
  known.set(key, found);
  return found;
}

const places = new WeakMap<Design, Map<string, readonly Place[]>>();

function findPlaces(base: Design, stage: StageName, entry: ModuleEntry, most: number): Place[] {
  const own = base.stages[stage].instances
    .filter(({ module }) => module === entry.id)
    .map(({ id }): Place => ({ design: base, stage, instance: id, inserted: false }));
  if (own.length > 0) return own;
  const taken = replacements(base, stage, entry);
  return taken.length > 0 ? taken : insertions(base, stage, entry, most);
}

/** What the entry of a module that no whole design can use would have to say. */
export const noPlace = (stage: StageName, entry: ModuleEntry): string =>
  `No whole design has a place for '${entry.id}' in ${stage}: the templates do not use it, it does not do all operations of an ` +
  'instance that they use at the same ports, and no stream can be led through it. Give it the roles, inputs and outputs of the ' +
  'module that it replaces, or one input that accepts a tensor that some stream carries (or null, for any) and an `infer` ' +
  'whose first output keeps that tensor, its element and its lanes.';

/** The values of other parameters that a value needs: the legal ones nearest to those that the instance has. */
export function settled(
  context: InstanceContext,
  entry: ModuleEntry,
  param: string,
  value: ParamValue,
): Instance['params'] {
  let params: Instance['params'] = { ...paramsOf(entry, context.params), [param]: value };
  for (const other of entry.params) {
    if (other.id === param) continue;
    const now = params[other.id];
    const choices = choicesOf(context, other, params);
    if (now !== undefined && choices.includes(now)) continue;
    const [nearest] = [...choices].sort(
      (a, b) => Math.abs(Number(a) - Number(now)) - Math.abs(Number(b) - Number(now)),
    );
    if (nearest !== undefined) params = { ...params, [other.id]: nearest };
  }
  return params;
}

/** Modules that change the form in which a stream travels, by the fields of a stream that their parameters set. */
const formBridges = (stage: StageName): readonly ModuleEntry[] =>
  modulesFor(stage).filter(({ bridges }) => bridges?.some((id) => id === 'lanes' || id === 'order'));

/** Leads a stream of a graph through a module that brings it to a form; the graph as it is where no module can. */
function bridged(design: Design, stage: StageName, graph: StageGraph, stream: Stream, form: StreamType): StageGraph {
  const [entry] = formBridges(stage);
  const [role] = entry?.roles({ stage, recipe: design.recipe }) ?? [];
  if (!entry || !role) return graph;
  const fields: Readonly<Record<string, ParamValue>> = { lanes: form.lanes, order: form.order };
  const params = Object.fromEntries((entry.bridges ?? []).map((id) => [id, fields[id] ?? '']));
  const taken = new Set(graph.instances.map(({ id }) => id));
  let id = 'bridge_1';
  for (let index = 2; taken.has(id); index += 1) id = `bridge_${index}`;
  return insertedInto(
    graph,
    stream,
    { id, module: entry.id, params, operations: [{ id: 'bridge', role: role.role }] },
    entry,
  );
}

const sameForm = (a: StreamType, b: StreamType): boolean => a.lanes === b.lanes && a.order === b.order;

/** Brings the streams that leave a changed instance back to the form that they had. */
function withBridgesBehind(before: DesignAnalysis, design: Design, { stage, instance }: Place): Design {
  const [was, now] = [before, analyze(design)].map((analysis) => analysis.stages[stage].streams);
  let graph = design.stages[stage];
  for (const { stream, type } of now ?? []) {
    const old = was?.find((other) => other.stream.id === stream.id)?.type;
    if (stream.from.instance !== instance || !type || !old || sameForm(type, old)) continue;
    graph = bridged(design, stage, graph, stream, old);
  }
  return withGraph(design, stage, graph);
}

/** Brings what others write to a memory that a changed instance reads as it was streamed, to the form of its own streams. */
function withBridgesToMemory(design: Design, { stage, instance }: Place): Design {
  const analysis = analyze(design);
  const { operations, streams } = analysis.stages[stage];
  let graph = design.stages[stage];
  for (const reader of operations.filter(({ owner }) => owner.instance.id === instance)) {
    for (const { tensor, asStreamed = '' } of reader.role.reads ?? []) {
      const form = reader.outputs[asStreamed];
      if (!form) continue;
      for (const { stream, to, type } of streams) {
        const written = to.role.writes?.some((own) => own.tensor === tensor && own.asStreamed === stream.to.port);
        if (!written || !type || sameForm(type, form) || !graph.streams.includes(stream)) continue;
        graph = bridged(design, stage, graph, stream, form);
      }
    }
  }
  return withGraph(design, stage, graph);
}

/** A design in which a parameter has a value: what else had to change for it, or why it cannot be. */
export type Outcome = { readonly design: Design } | { readonly refused: readonly string[] };

/** Gives a parameter of an instance a value that its entry offers, and adapts what is around it to that. */
export function withValue(place: Place, param: string, value: ParamValue): Outcome {
  const before = analysisOf(place.design);
  const resolved = resolvedAt(before, place);
  if (!resolved) throw new Error(`no ${place.instance} in ${place.stage}`);
  const context = instanceContext(before.stages[place.stage], resolved);
  let design: Design;
  try {
    design = withParams(place.design, place, settled(context, resolved.entry, param, value));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refused: [error.message] };
  }
  let analysis = analyze(design);
  const steps = [
    (now: Design): Design => withBridgesBehind(before, now, place),
    (now: Design): Design => withBridgesToMemory(now, place),
  ];
  let adapted = design;
  for (const step of steps) {
    if (analysis.legal) return { design: adapted };
    const next = step(adapted);
    if (next === adapted) continue;
    adapted = next;
    analysis = analyze(adapted);
  }
  return analysis.legal ? { design: adapted } : { refused: errorsOf(analyze(design)) };
}
