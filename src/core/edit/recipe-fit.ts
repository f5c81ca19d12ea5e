import type { Design, Instance, ParamValue, StageGraph, StageName, Stream } from '../design/types.ts';
import type { LaneOrder } from '../models/manifest.ts';
import { needsFastEngines, type Recipe } from '../models/recipe.ts';
import { distance, legalValues } from '../modules/choices.ts';
import { moduleById } from '../modules/catalogue.ts';
import type { DesignContext, ModuleEntry } from '../modules/types.ts';
import { analyze } from '../schedule/analyze.ts';
import { TARGETS, targetById } from '../targets/targets.ts';
import type { Assignment } from '../templates/builder.ts';
import { type ComposeOptions, composeDesign } from '../templates/compose.ts';
import { isFast, type TemplateStyle } from '../templates/llama.ts';
import { streamId } from './copies.ts';
import type { Refused } from './edit.ts';
import { uniqueName } from './naming.ts';
import { keepParts, ownParts } from './recipe-own.ts';
import { endName } from './streams.ts';

/**
 * A design under another recipe: what converts between number formats is inserted or taken out where it is needed, and
 * everything else stays. The template of the model says what is needed; the present design says on which instance
 * an operation works, and with which parameters.
 */

/** The template that a stage resembles, by how many linear engines do its eight products. */
export function styleOf(design: Design, stage: StageName): TemplateStyle {
  if (isFast(design.stages[stage])) return 'fast';
  const engines = design.stages[stage].instances.filter(
    ({ module }) => moduleById(module)?.category === 'linear',
  ).length;
  return engines <= 1 ? 'temporal' : engines >= 7 ? 'spatial' : 'hybrid';
}

/** The channel order of the results of all linear engines of decode; blocked when they differ, undefined without any. */
function orderOf({ stages }: Design): LaneOrder | undefined {
  const engines = stages.decode.instances.filter(({ module }) => moduleById(module)?.category === 'linear');
  if (engines.length === 0) return undefined;
  return engines.every(({ params }) => params['order'] === 'interleaved') ? 'interleaved' : 'blocked';
}

/** What becomes of a stage under another recipe. */
export interface Fitted {
  readonly graph: StageGraph;
  /** Instances that only the new formats need, and those that they no longer need. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** What the user has added beyond the template and could not be kept: instances, or single operations. */
  readonly lost: readonly string[];
}

const isLinear = (module: string): boolean => moduleById(module)?.category === 'linear';

/**
 * Keeps operations where the user has put them: by module and operation, on the instance that does it now. A linear engine of
 * a kind that the template no longer has goes on as one of its kind.
 */
function assignmentOf(graph: StageGraph, template: StageGraph): Assignment {
  const kinds = new Set(template.instances.map(({ module }) => module));
  const engines = new Map(
    graph.instances
      .filter(({ module }) => isLinear(module) && !kinds.has(module))
      .flatMap(({ id, operations }) => operations.map((operation) => [operation.id, id] as const)),
  );
  const owners = new Map(
    graph.instances.flatMap((instance) =>
      instance.operations.map((operation) => [`${instance.module}:${operation.id}`, instance.id] as const),
    ),
  );
  const taken = new Map(graph.instances.map((instance) => [instance.id, instance.module]));
  return (proposed, module, operation) => {
    const owner = owners.get(`${module}:${operation}`) ?? (isLinear(module) ? engines.get(operation) : undefined);
    if (owner) return owner;
    // A new instance must not get the name of one of another kind.
    const other = taken.get(proposed);
    return other === undefined || other === module || (isLinear(module) && isLinear(other) && !kinds.has(other))
      ? proposed
      : uniqueName(`${proposed}_${module}`, new Set(taken.keys()));
  };
}

/** Where a new instance goes: between those that it connects, below them. */
function between(
  graph: StageGraph,
  id: string,
  places: ReadonlyMap<string, Instance['position']>,
): Instance['position'] | undefined {
  const around = graph.streams.flatMap(({ from, to }) =>
    from.instance === id ? [to.instance] : to.instance === id ? [from.instance] : [],
  );
  const known = around.flatMap((other) => places.get(other) ?? []);
  if (known.length === 0) return undefined;
  const middle = (axis: 'x' | 'y'): number => known.reduce((sum, place) => sum + place[axis], 0) / known.length;
  return { x: Math.round(middle('x') / 8) * 8, y: Math.round((middle('y') + 96) / 8) * 8 };
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

/**
 * The new graph with what survives of the present one: parameters, SLRs, places, depths, groups and notes.
 * @param ordered the order of channels is the template's: the formats need it.
 */
function keepOwn(present: StageGraph, next: StageGraph, withParams: boolean, ordered: boolean): Fitted {
  const before = new Map(present.instances.map((instance) => [instance.id, instance]));
  const survives = (instance: Instance): Instance | undefined => {
    const old = before.get(instance.id);
    return old && (old.module === instance.module || (isLinear(old.module) && isLinear(instance.module)))
      ? old
      : undefined;
  };
  // Both engines of prefill have WP output channels side by side; those of decode have nothing in common.
  const paramsOf = (old: Instance, { module, params }: Instance): Instance['params'] => {
    if (old.module === module) {
      const orders = moduleById(module)?.params.filter(({ shapes }) => ordered && shapes === 'order') ?? [];
      return Object.fromEntries(Object.entries(old.params).filter(([name]) => !orders.some(({ id }) => id === name)));
    }
    const wp = old.params['wp'];
    if (typeof wp !== 'number' || !moduleById(module)?.stages.includes('prefill')) return {};
    const columns = params['columns'];
    return typeof columns === 'number' ? { wp, columns: commonDivisor(wp, columns) } : { wp };
  };
  const places = new Map(
    next.instances.flatMap((instance) => {
      const old = survives(instance);
      return old ? [[instance.id, old.position] as const] : [];
    }),
  );
  const instances = next.instances.map((instance): Instance => {
    const old = survives(instance);
    if (old) {
      // How many copies a fork makes is the graph's business, not the user's.
      const params =
        !withParams || moduleById(instance.module)?.copies !== undefined
          ? instance.params
          : { ...instance.params, ...paramsOf(old, instance) };
      return { ...instance, params, position: old.position, ...(old.slr === undefined ? {} : { slr: old.slr }) };
    }
    const position = between(next, instance.id, places) ?? instance.position;
    places.set(instance.id, position);
    return { ...instance, position };
  });
  const wires = new Map(present.streams.map((stream) => [`${endName(stream.from)}>${endName(stream.to)}`, stream]));
  const streams = next.streams.map((stream) => wires.get(`${endName(stream.from)}>${endName(stream.to)}`) ?? stream);
  return {
    graph: {
      instances,
      streams: withOwnIds(streams),
      ...(present.groups ? { groups: present.groups } : {}),
      ...(present.notes ? { notes: present.notes } : {}),
    },
    added: instances.filter(({ id }) => !before.has(id)).map(({ id }) => id),
    removed: present.instances
      .filter(({ id }) => !instances.some((instance) => instance.id === id))
      .map(({ id }) => id),
    lost: [],
  };
}

/** A stream that was kept may have the id of one that is new. */
function withOwnIds(streams: readonly Stream[]): Stream[] {
  const ids = new Set<string>();
  return streams.map((stream) => {
    if (!ids.has(stream.id)) {
      ids.add(stream.id);
      return stream;
    }
    return { ...stream, id: streamId(stream.from, stream.to, ids) };
  });
}

type Stages = Readonly<Record<StageName, Fitted>>;

/** The stages with what the user has added beyond the template of the present recipe put back, or named where that cannot be. */
function withOwnParts(design: Design, next: Design, template: Design | undefined, stages: Stages): Stages {
  const keep = (stage: StageName): Fitted => {
    const present = design.stages[stage];
    if (present.instances.length === 0) return stages[stage];
    // Where no template fits the present recipe, everything that goes may be the user's.
    if (!template) return { ...stages[stage], lost: stages[stage].removed };
    const kept = keepParts(
      design,
      { ...next, stages: { prefill: stages.prefill.graph, decode: stages.decode.graph } },
      stage,
      ownParts(present, template.stages[stage]),
    );
    const ids = (of: StageGraph): Set<string> => new Set(of.instances.map(({ id }) => id));
    const [before, after] = [ids(present), ids(kept.graph)];
    return {
      graph: { ...kept.graph, streams: withOwnIds(kept.graph.streams) },
      added: [...after].filter((id) => !before.has(id)),
      removed: [...before].filter((id) => !after.has(id)),
      lost: kept.lost,
    };
  };
  return { prefill: keep('prefill'), decode: keep('decode') };
}

/** Both stages under another recipe; those that are empty stay so. @throws when no template fits */
export function fitStages(
  design: Design,
  recipe: Recipe,
): { readonly stages: Stages; readonly cachePorts: number } | Refused {
  const target = targetById(design.target) ?? TARGETS[0];
  if (!target) return { refused: `There is no target '${design.target}'.` };
  const { name, model, limits, workload } = design;
  const styles = { prefill: styleOf(design, 'prefill'), decode: styleOf(design, 'decode') };
  const order = orderOf(design);
  const parallelism = { tp: design.tokenParallelism, ...(order ? { order } : {}) };
  const compose = (assign: NonNullable<ComposeOptions['assign']>, formats = recipe): Design =>
    composeDesign({
      name,
      model,
      target,
      // What is absent is no wish of the style here: the recipe is the design's.
      recipe: { ...formats, normalise: formats.normalise ?? 'probabilities' },
      limits,
      window: design.window,
      hmt: design.hmt,
      workload,
      ...styles,
      parallelism,
      assign,
    });
  const fresh = compose({});
  const own = {
    prefill: assignmentOf(design.stages.prefill, fresh.stages.prefill),
    decode: assignmentOf(design.stages.decode, fresh.stages.decode),
  };
  const template = compose(own);
  const nothing = (graph: StageGraph): Fitted => ({ graph, added: [], removed: [], lost: [] });
  const composed = (): Design | undefined => {
    try {
      return compose(own, design.recipe);
    } catch {
      return undefined;
    }
  };
  const finish = (stages: Stages, cachePorts: number) => ({
    stages: withOwnParts(design, { ...design, recipe, cachePorts }, composed(), stages),
    cachePorts,
  });
  const ordered = needsFastEngines(recipe);
  const adapt = (next: Design, withParams: boolean): Record<StageName, Fitted> => ({
    prefill:
      design.stages.prefill.instances.length > 0
        ? keepOwn(design.stages.prefill, next.stages.prefill, withParams, ordered)
        : nothing(design.stages.prefill),
    decode:
      design.stages.decode.instances.length > 0
        ? keepOwn(design.stages.decode, next.stages.decode, withParams, ordered)
        : nothing(design.stages.decode),
  });
  // As the user has it; what is not legal under the new formats moves to the nearest value that is.
  for (const cachePorts of new Set([design.cachePorts, template.cachePorts])) {
    const stages = mend({ ...design, recipe, cachePorts }, adapt(template, true), template);
    if (stages) return finish(stages, cachePorts);
  }
  // Else with the template's parameters; at last with its instances as well.
  const plain = mend({ ...design, recipe, cachePorts: template.cachePorts }, adapt(template, false), template);
  return plain ? finish(plain, template.cachePorts) : finish(adapt(fresh, false), fresh.cachePorts);
}

const MAX_ROUNDS = 6;

/** Corrects parameters that problems name, one round after another; undefined when problems of another kind remain. */
function mend(
  design: Design,
  fitted: Record<StageName, Fitted>,
  template: Design,
): Record<StageName, Fitted> | undefined {
  let stages = fitted;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const analysis = analyze({ ...design, stages: { prefill: stages.prefill.graph, decode: stages.decode.graph } });
    const errors = analysis.problems.filter(
      ({ severity, stage }) =>
        severity === 'error' && (stage === undefined || stages[stage].graph.instances.length > 0),
    );
    if (errors.length === 0) return stages;
    const named = errors.filter(({ stage, instance }) => stage !== undefined && instance !== undefined);
    if (named.length < errors.length) return undefined;
    const change = (stage: StageName): Fitted => {
      const { graph } = stages[stage];
      const instances = graph.instances.map((instance): Instance => {
        const own = named.filter((problem) => problem.stage === stage && problem.instance === instance.id);
        const entry = moduleById(instance.module);
        const planned = template.stages[stage].instances.find(({ id }) => id === instance.id)?.params;
        if (own.length === 0 || !entry || !planned) return instance;
        const params: Record<string, ParamValue> = { ...instance.params };
        for (const { param } of own) {
          if (param === undefined) Object.assign(params, planned);
          else params[param] = nearest(entry, param, params, planned[param], analysis.stages[stage].context, instance);
        }
        return { ...instance, params };
      });
      return { ...stages[stage], graph: { ...graph, instances } };
    };
    stages = { prefill: change('prefill'), decode: change('decode') };
  }
  return undefined;
}

/** The legal value of a parameter that is nearest to the present one; the template's when there is none. */
function nearest(
  entry: ModuleEntry,
  param: string,
  params: Readonly<Record<string, ParamValue>>,
  planned: ParamValue | undefined,
  context: DesignContext,
  instance: Instance,
): ParamValue {
  const spec = entry.params.find(({ id }) => id === param);
  const present = params[param] ?? spec?.default ?? 1;
  const roles = instance.operations.map(({ role }) => role);
  const choices = (spec && legalValues(spec, context, params, roles)) ?? [];
  return [...choices].sort((a, b) => distance(a, present) - distance(b, present))[0] ?? planned ?? present;
}
