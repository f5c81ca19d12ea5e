import { LatestCache } from '../design/cache.ts';
import type { Design, Problem, StageName } from '../design/types.ts';
import { moduleById, paramsOf } from '../modules/catalogue.ts';
import { legalValues } from '../modules/choices.ts';
import { analyze } from '../schedule/analyze.ts';
import { remedyFor } from './bridge.ts';
import { checkConnection, expectedTensor, type PortEnd, tensorOf } from './connection.ts';
import { type Adaptation, adapt } from './adapt.ts';
import { numberMoves, type Pinned } from './adapt-moves.ts';
import { analysisOf } from './analysis.ts';
import { applyEdit, type Edit, isRefused, type Refused } from './edit.ts';
import { effectText, type Figures, figuresOf } from './effect.ts';
import { fillStage } from './fill-stage.ts';
import { findInstance, rolesOf } from './instances.ts';
import { setParam } from './parameters.ts';
import { setRole, splitOperation } from './operations.ts';
import { openWires } from './open-streams.ts';
import { errorsOf, sameProblem } from '../design/problems.ts';
import { quickAdds } from './quick-add.ts';
import { sequence } from './sequence.ts';
import { disconnect, endName, sameEnd, setDepth } from './streams.ts';

/** An edit that takes a problem away, for choosing from. */
export interface Repair {
  readonly label: string;
  /** What it changes beyond its label, one phrase each. */
  readonly steps: readonly string[];
  /** How the design is then, in words; empty while it has other errors. */
  readonly effect: string;
  readonly edit: Edit;
}

const MAX_REPAIRS = 4;
const MAX_TRIALS = 24;
/** Share of the card that several changes must save to be offered before a single one. */
const CHEAPER = 0.01;

interface Wish {
  readonly label: string;
  readonly plan: Edit | Refused | undefined;
  /** It leaves an open port of its own, to be connected next. */
  readonly opens?: boolean;
}

const operationsIn = (design: Design, stage: StageName): Set<string> =>
  new Set(design.stages[stage].instances.flatMap(({ id, operations }) => operations.map((one) => `${id}/${one.id}`)));

/** An addition, with the streams that its open ports lack where exactly one would fit. */
function withStreams(design: Design, stage: StageName, addition: Edit): Edit {
  const known = operationsIn(design, stage);
  const isNew = ({ end }: PortEnd): boolean => !known.has(`${end.instance}/${end.operation}`);
  const plans: ((present: Design) => Edit | Refused)[] = [() => addition];
  let present = applyEdit(design, addition).design;
  for (let streams = 0; streams < MAX_TRIALS; streams += 1) {
    const fitting = openWires(present, stage).flatMap(({ from, to }) => {
      if (isNew(from) === isNew(to)) return [];
      const verdict = checkConnection(present, stage, from, to);
      return verdict.ok ? [{ end: isNew(from) ? from.end : to.end, edit: verdict.edit }] : [];
    });
    const only = fitting.find(({ end }) => fitting.filter((other) => sameEnd(other.end, end)).length === 1);
    if (!only) break;
    plans.push(() => only.edit);
    present = applyEdit(present, only.edit).design;
  }
  const all = sequence(design, addition.label, plans);
  return isRefused(all) || plans.length === 1
    ? addition
    : { ...all, ...(addition.select ? { select: addition.select } : {}) };
}

/** An open port: streams that it lacks, and modules that could stand there. */
function forPort(design: Design, stage: StageName, port: PortEnd): Wish[] {
  const wires = openWires(design, stage).filter((wire) =>
    sameEnd(port.direction === 'input' ? wire.to.end : wire.from.end, port.end),
  );
  const connections = wires.slice(0, MAX_TRIALS).flatMap((wire): Wish[] => {
    const verdict = checkConnection(design, stage, wire.from, wire.to);
    const other = port.direction === 'input' ? `from ${endName(wire.from.end)}` : `to ${endName(wire.to.end)}`;
    return verdict.ok ? [{ label: `Connect it ${other}`, plan: verdict.edit }] : [];
  });
  const at = findInstance(design, stage, port.end.instance)?.position ?? { x: 0, y: 0 };
  const place = { x: at.x + (port.direction === 'input' ? -320 : 320), y: at.y + 40 };
  const additions = quickAdds(design, stage, port, place)
    .filter((item) => item.fit === 'fits')
    .map(
      ({ entry, label, edit }): Wish => ({
        label: `Add ${label === entry.title ? entry.title : `${entry.title} for ${label}`} and connect it`,
        plan: isRefused(edit) ? edit : withStreams(design, stage, edit),
        opens: true,
      }),
    );
  return [...connections, ...additions];
}

/** A stream that does not fit: another depth, something between its ends, or other work for the operation that it leads to. */
function forStream(design: Design, stage: StageName, id: string): Wish[] {
  const stream = design.stages[stage].streams.find((candidate) => candidate.id === id);
  const instance = stream && findInstance(design, stage, stream.to.instance);
  const entry = instance && moduleById(instance.module);
  if (!stream || !instance || !entry) return [];
  const cut = disconnect(design, stage, id);
  const without = applyEdit(design, cut).design;
  const remedy = remedyFor(
    without,
    stage,
    { direction: 'output', end: stream.from },
    { direction: 'input', end: stream.to },
  );
  // Other work helps only where other data arrives than the operation works on.
  const expected = expectedTensor(design, stage, stream.to);
  const misled = expected !== null && expected !== tensorOf(design, stage, stream.from);
  const roles = (misled ? rolesOf(design, stage, entry) : []).map(
    ({ role }): Wish => ({
      label: `Let ${instance.id} do ${role}`,
      plan: setRole(design, stage, instance.id, stream.to.operation, role),
    }),
  );
  const derive: Wish = { label: 'Derive the FIFO depth', plan: setDepth(stage, id, undefined) };
  return [
    ...(stream.depth === undefined ? [] : [derive]),
    ...(remedy ? [{ label: remedy.label, plan: sequence(design, remedy.label, [() => cut, () => remedy.edit]) }] : []),
    ...roles.slice(0, MAX_TRIALS),
  ];
}

function forParam(design: Design, stage: StageName, id: string, param: string): Wish[] {
  const instance = findInstance(design, stage, id);
  const entry = instance && moduleById(instance.module);
  const spec = entry?.params.find((candidate) => candidate.id === param);
  if (!instance || !entry || !spec) return [];
  const roles = instance.operations.map(({ role }) => role);
  const { context } = analysisOf(design).stages[stage];
  return (legalValues(spec, context, paramsOf(entry, instance.params), roles) ?? []).map((value) => ({
    label: `Set ${spec.label} to ${value}`,
    plan: setParam(design, stage, id, param, value),
  }));
}

/** Numbers of the whole design: the nearest that its other numbers allow. */
const forNumber = (design: Design, path: string): Wish[] =>
  numberMoves(design, path).map(({ plan }) => ({ label: isRefused(plan) ? '' : plan.label, plan }));

function wishes(design: Design, problem: Problem): Wish[] {
  const { stage, instance, operation, port, stream, param, path } = problem;
  if (!stage) return path === undefined ? [] : forNumber(design, path);
  if (stream !== undefined) return forStream(design, stage, stream);
  if (problem.code === 'stage-empty')
    return [{ label: `Fill ${stage} from the template`, plan: fillStage(design, stage) }];
  if (instance === undefined) return [];
  if (param !== undefined) return forParam(design, stage, instance, param);
  const entry = moduleById(findInstance(design, stage, instance)?.module ?? '');
  if (operation === undefined || !entry) return [];
  const split: Wish = {
    label: `Give ${operation} its own instance`,
    plan: splitOperation(design, stage, instance, operation),
  };
  if (port === undefined) return [split];
  const direction = entry.inputs.some(({ id }) => id === port) ? 'input' : 'output';
  return [...forPort(design, stage, { direction, end: { instance, operation, port } }), split];
}

/** Single edits that take a problem away without making others; each was tried on the design. */
function single(
  design: Design,
  problem: Problem,
): (Repair & { readonly figures: Figures | undefined; readonly left: number })[] {
  const before = errorsOf(analysisOf(design).problems).length;
  return wishes(design, problem).flatMap(({ label, plan, opens = false }) => {
    if (!plan || isRefused(plan)) return [];
    const next = applyEdit(design, plan).design;
    const after = errorsOf(analyze(next).problems);
    if (after.length > (opens ? before : before - 1) || after.some((other) => sameProblem(other, problem))) return [];
    const figures = after.length === 0 ? figuresOf(next) : undefined;
    const effect = effectText({ before: undefined, after: figures });
    return [{ label, steps: [], effect, edit: { ...plan, label }, figures, left: after.length }];
  });
}

interface Together {
  readonly design: Design;
  readonly pinned: string;
  readonly found: Adaptation | Refused;
}

/** The last adaptations: the same for all problems of a design. */
const adaptations = new LatestCache<Together>(2);

/** Several changes that make the whole design legal, where no single one does, or at less cost. */
function together(design: Design, least: number, pinned: Pinned): Repair | undefined {
  const key = [...pinned].join(' ');
  const { found } = adaptations.take(
    (known) => known.design === design && known.pinned === key,
    () => ({ design, pinned: key, found: adapt(design, design, pinned) }),
  );
  if (isRefused(found) || found.steps.length === 0 || (found.effect.after?.share ?? 1) >= least) return undefined;
  const [only] = found.steps;
  const label = found.steps.length === 1 && only ? only : `Adapt the design in ${found.steps.length} places`;
  const effect = effectText({ before: undefined, after: found.effect.after });
  return { label, steps: found.steps.length === 1 ? [] : found.steps, effect, edit: { ...found.edit, label } };
}

/**
 * What would take a problem away, the best first: what leaves fewest errors, then the cheapest. Pure.
 * @param pinned what the user has just set, which changes elsewhere leave alone
 */
export function repairsFor(design: Design, problem: Problem, pinned: Pinned = new Set()): Repair[] {
  if (problem.severity !== 'error') return [];
  const share = (repair: { readonly figures: Figures | undefined }): number => repair.figures?.share ?? 1;
  const tried = single(design, problem).sort((a, b) => a.left - b.left || share(a) - share(b));
  const legal = tried.filter(({ left }) => left === 0);
  const adapted = together(
    design,
    legal.length > 0 ? Math.min(...legal.map(share)) - CHEAPER : Number.POSITIVE_INFINITY,
    pinned,
  );
  const rest = tried.map(({ label, steps, effect, edit }): Repair => ({ label, steps, effect, edit }));
  return [...(adapted ? [adapted] : []), ...rest].slice(0, MAX_REPAIRS);
}
