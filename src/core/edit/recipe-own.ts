import type { Design, Instance, StageGraph, StageName, Stream } from '../design/types.ts';
import { moduleById } from '../modules/catalogue.ts';
import { analyze } from '../schedule/analyze.ts';
import { errorsOf, sameProblem } from '../design/problems.ts';
import { sameEnd } from './streams.ts';

/**
 * What a user has added to a stage beyond its template: it stays when the template is composed anew for other formats,
 * or it is named, so that nothing is lost without a word.
 */

/** Operations that hang together, on their instances, with the streams that touch them. */
export interface OwnPart {
  /** With the user's operations alone; an instance of the template may have others. */
  readonly instances: readonly Instance[];
  readonly streams: readonly Stream[];
}

const isRouting = (instance: Instance): boolean => moduleById(instance.module)?.category === 'routing';

/** The parts of a graph that its template does not make. */
export function ownParts(present: StageGraph, template: StageGraph): OwnPart[] {
  const known = new Set(
    template.instances.flatMap(({ id, operations }) => [id, ...operations.map((operation) => `${id}/${operation.id}`)]),
  );
  const own = present.instances.flatMap((instance): Instance[] => {
    const operations = instance.operations.filter(({ id }) => !known.has(`${instance.id}/${id}`));
    return operations.length > 0 || !known.has(instance.id) ? [{ ...instance, operations }] : [];
  });
  const ends = new Set(own.flatMap(({ id, operations }) => operations.map((operation) => `${id}/${operation.id}`)));
  const isOwn = ({ instance, operation }: Stream['from']): boolean => ends.has(`${instance}/${operation}`);
  const streams = present.streams.filter(({ from, to }) => isOwn(from) || isOwn(to));
  // Instances that a stream of theirs connects belong together.
  const partOf = new Map(own.map(({ id }) => [id, id]));
  for (const { from, to } of streams.filter((stream) => isOwn(stream.from) && isOwn(stream.to))) {
    const [into, gone] = [partOf.get(from.instance), partOf.get(to.instance)];
    for (const [id, part] of partOf) if (part === gone && into) partOf.set(id, into);
  }
  return [...new Set(partOf.values())].map((part) => ({
    instances: own.filter(({ id }) => partOf.get(id) === part),
    streams: streams.filter(
      ({ from, to }) =>
        (isOwn(from) && partOf.get(from.instance) === part) || (isOwn(to) && partOf.get(to.instance) === part),
    ),
  }));
}

/** A graph with a part put back where it was: its streams go before those of the template to and from the same ports. */
function withPart(graph: StageGraph, part: OwnPart, present: StageGraph): StageGraph {
  const byId = new Map(graph.instances.map((instance) => [instance.id, instance]));
  for (const own of part.instances) {
    const there = byId.get(own.id);
    byId.set(own.id, there ? { ...there, operations: [...there.operations, ...own.operations] } : own);
  }
  // A fork that the user has given one more output has it again.
  for (const { from } of part.streams) {
    const [fork, before] = [byId.get(from.instance), present.instances.find(({ id }) => id === from.instance)];
    const copies = fork && moduleById(fork.module)?.copies;
    if (fork && before && copies !== undefined)
      byId.set(fork.id, {
        ...fork,
        params: {
          ...fork.params,
          [copies]: Math.max(Number(fork.params[copies] ?? 0), Number(before.params[copies] ?? 0)),
        },
      });
  }
  const exists = ({ instance, operation }: Stream['from']): boolean =>
    byId.get(instance)?.operations.some(({ id }) => id === operation) ?? false;
  const own = part.streams.filter(({ from, to }) => exists(from) && exists(to));
  const streams = [
    ...graph.streams.filter(
      (stream) => !own.some(({ from, to }) => sameEnd(from, stream.from) || sameEnd(to, stream.to)),
    ),
    ...own,
  ];
  const connected = new Set(streams.flatMap(({ from, to }) => [from.instance, to.instance]));
  const kept = new Set(present.instances.map(({ id }) => id));
  // What only brought data to streams that gave way is not needed.
  return {
    ...graph,
    instances: [...byId.values()].filter(
      (instance) => connected.has(instance.id) || kept.has(instance.id) || !isRouting(instance),
    ),
    streams,
  };
}

/** The names by which a user knows a part: instances that are all the user's, single operations elsewhere. */
const namesOf = (part: OwnPart, present: StageGraph): string[] =>
  part.instances.flatMap(({ id, operations }) =>
    present.instances.find((instance) => instance.id === id)?.operations.length === operations.length
      ? [id]
      : operations.map((operation) => `${id}/${operation.id}`),
  );

/**
 * Puts the user's parts back into a stage of a design that was composed anew, each that causes no error that was not there
 * before; the others are named.
 */
export function keepParts(
  present: Design,
  next: Design,
  stage: StageName,
  parts: readonly OwnPart[],
): { readonly graph: StageGraph; readonly lost: readonly string[] } {
  if (parts.length === 0) return { graph: next.stages[stage], lost: [] };
  const allowed = [...errorsOf(analyze(present).problems), ...errorsOf(analyze(next).problems)];
  const lost: string[] = [];
  let graph = next.stages[stage];
  for (const part of parts) {
    const trial = withPart(graph, part, present.stages[stage]);
    const trialled = analyze({ ...next, stages: { ...next.stages, [stage]: trial } });
    if (errorsOf(trialled.problems).every((problem) => allowed.some((other) => sameProblem(other, problem))))
      graph = trial;
    else lost.push(...namesOf(part, present.stages[stage]));
  }
  return { graph, lost };
}
