import { moduleById, paramsOf } from '../../src/core/modules/catalogue.ts';
import type { Design, Endpoint, ParamValue, StageName } from '../../src/core/design/types.ts';

/** What has to be done to compose a stage of a design from nothing, derived from the design itself. */

export interface Part {
  readonly id: string;
  readonly module: string;
  readonly title: string;
  /** Of its operations, the first comes with the instance, the others by reuse. */
  readonly operations: readonly { readonly id: string; readonly role: string }[];
  /** Parameters that differ from what the catalogue gives a new instance, by their label in the inspector. */
  readonly params: readonly { readonly label: string; readonly value: ParamValue }[];
  readonly position: { readonly x: number; readonly y: number };
}

export interface Wire {
  readonly from: Endpoint;
  readonly to: Endpoint;
}

export function partsOf(design: Design, stage: StageName): readonly Part[] {
  return design.stages[stage].instances.map((instance) => {
    const entry = moduleById(instance.module);
    if (!entry) throw new Error(`no module ${instance.module}`);
    const usual = paramsOf(entry, {});
    const wanted = paramsOf(entry, instance.params);
    return {
      id: instance.id,
      module: entry.id,
      title: entry.title,
      operations: instance.operations,
      params: entry.params
        .filter((param) => wanted[param.id] !== usual[param.id])
        .map((param) => ({ label: param.label, value: wanted[param.id] as ParamValue })),
      position: instance.position,
    };
  });
}

/** Streams in the order of the data, so that what travels on each is known when it is drawn. */
export function wiresOf(design: Design, stage: StageName): readonly Wire[] {
  const key = (end: Endpoint): string => `${end.instance}/${end.operation}`;
  const { streams } = design.stages[stage];
  const waits = new Map<string, number>();
  for (const stream of streams) waits.set(key(stream.to), (waits.get(key(stream.to)) ?? 0) + 1);
  const ready = [...new Set(streams.map((stream) => key(stream.from)))].filter((operation) => !waits.has(operation));
  const ordered: Wire[] = [];
  for (let at = ready.shift(); at !== undefined; at = ready.shift()) {
    for (const stream of streams) {
      if (key(stream.from) !== at) continue;
      ordered.push({ from: stream.from, to: stream.to });
      const left = (waits.get(key(stream.to)) ?? 0) - 1;
      waits.set(key(stream.to), left);
      if (left === 0) ready.push(key(stream.to));
    }
  }
  if (ordered.length !== streams.length) throw new Error('the streams close a cycle');
  return ordered;
}

/** Names in a composed stage, by those of the parts: instance, and `instance/operation`. */
export type Names = Map<string, string>;

/** A stage as text, without places, in the names of the parts; equal texts are equal hardware. */
export function wiring(design: Design, stage: StageName, names?: Names): string {
  const back = new Map([...(names ?? [])].map(([mine, made]) => [made, mine]));
  const graph = design.stages[stage];
  const instance = (id: string): string => back.get(id) ?? id;
  const operation = (id: string, of: string): string => (back.get(`${id}/${of}`) ?? `${id}/${of}`).replace(/^.*\//, '');
  const end = (at: Endpoint): string => `${instance(at.instance)}/${operation(at.instance, at.operation)}.${at.port}`;
  const params = (of: Design['stages'][StageName]['instances'][number]): string => {
    const entry = moduleById(of.module);
    return JSON.stringify(
      entry ? Object.entries(paramsOf(entry, of.params)).sort(([a], [b]) => a.localeCompare(b)) : of.params,
    );
  };
  return [
    ...graph.instances
      .map(
        (of) =>
          `${instance(of.id)}: ${of.module} ${params(of)} ${of.operations
            .map(({ id, role }) => `${operation(of.id, id)} does ${role}`)
            .sort()
            .join(', ')}`,
      )
      .sort(),
    ...graph.streams
      .map(({ from, to, depth, carry }) => `${end(from)} > ${end(to)} ${depth ?? ''} ${carry ?? ''}`)
      .sort(),
  ].join('\n');
}
