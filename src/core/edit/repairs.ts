import type { Design, Problem, StageName } from '../design/types.ts';
import { divisors } from '../modules/common.ts';
import { moduleById, paramsOf } from '../modules/catalogue.ts';
import { analyze } from '../schedule/analyze.ts';
import type { DesignAnalysis } from '../schedule/types.ts';
import { remedyFor } from './bridge.ts';
import { checkConnection, expectedTensor, type PortEnd, tensorOf } from './connection.ts';
import { analysisOf } from './analysis.ts';
import { type DesignNumber, setNumber } from './settings.ts';
import { applyEdit, type Edit, isRefused, type Refused } from './edit.ts';
import { findInstance, rolesOf } from './instances.ts';
import { setParam } from './parameters.ts';
import { setRole, splitOperation } from './operations.ts';
import { openWires } from './open-streams.ts';
import { quickAdds } from './quick-add.ts';
import { sequence } from './sequence.ts';
import { disconnect, endName, sameEnd } from './streams.ts';

/** Edits that take a problem away, for choosing from. */
export interface Repair {
  readonly label: string;
  readonly edit: Edit;
}

const MOST = 4;
const MOST_TRIALS = 24;

interface Wish {
  readonly label: string;
  readonly plan: Edit | Refused | undefined;
  /** It leaves an open port of its own, to be connected next. */
  readonly opens?: boolean;
}

const errorsIn = ({ problems }: DesignAnalysis): readonly Problem[] =>
  problems.filter((problem) => problem.severity === 'error');

/** An open port: streams that it lacks, and modules that could stand there. */
function forPort(design: Design, stage: StageName, port: PortEnd): Wish[] {
  const wires = openWires(design, stage).filter((wire) =>
    sameEnd(port.direction === 'input' ? wire.to.end : wire.from.end, port.end),
  );
  const connections = wires.slice(0, MOST_TRIALS).flatMap((wire): Wish[] => {
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
        plan: edit,
        opens: true,
      }),
    );
  return [...connections, ...additions];
}

/** A stream that does not fit: something between its ends, or other work for the operation that it leads to. */
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
  return [
    ...(remedy ? [{ label: remedy.label, plan: sequence(design, remedy.label, [() => cut, () => remedy.edit]) }] : []),
    ...roles.slice(0, MOST_TRIALS),
  ];
}

function forParam(design: Design, stage: StageName, id: string, param: string): Wish[] {
  const instance = findInstance(design, stage, id);
  const entry = instance && moduleById(instance.module);
  const spec = entry?.params.find((candidate) => candidate.id === param);
  if (!instance || !entry || !spec) return [];
  try {
    const roles = instance.operations.map((operation) => operation.role);
    return spec
      .choices(analysisOf(design).stages[stage].context, paramsOf(entry, instance.params), roles)
      .map((value) => ({ label: `Set ${spec.label} to ${value}`, plan: setParam(design, stage, id, param, value) }));
  } catch {
    // Choices need parameters that are legal themselves; then there is nothing to propose.
    return [];
  }
}

/** Numbers of the whole design: the nearest that its other numbers allow. */
function forNumber(design: Design, path: string): Wish[] {
  const { limits, workload, model } = design;
  const values: Partial<Record<DesignNumber, readonly number[]>> = {
    cachePorts: [...divisors(model.kvHeads)].sort(
      (a, b) => Math.abs(a - design.cachePorts) - Math.abs(b - design.cachePorts),
    ),
    'limits.context': [model.maxPositions],
    'limits.prompt': [limits.context],
    'workload.prompt': [limits.prompt],
    'workload.generate': [limits.context - workload.prompt],
  };
  return (values[path as DesignNumber] ?? [])
    .filter((value) => value > 0)
    .map((value) => ({ label: `Set it to ${value}`, plan: setNumber(path as DesignNumber, value) }));
}

function wishes(design: Design, problem: Problem): Wish[] {
  const { stage, instance, operation, port, stream, param, path } = problem;
  if (!stage) return path === undefined ? [] : forNumber(design, path);
  if (stream !== undefined) return forStream(design, stage, stream);
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

/** What would take a problem away without making others: tried on the design, the best first. Pure. */
export function repairsFor(design: Design, problem: Problem): Repair[] {
  const before = errorsIn(analysisOf(design)).length;
  const tried = wishes(design, problem).flatMap(({ label, plan, opens = false }) => {
    if (!plan || isRefused(plan)) return [];
    const after = errorsIn(analyze(applyEdit(design, plan).design));
    return after.length > (opens ? before : before - 1) || after.some((other) => other.message === problem.message)
      ? []
      : [{ label, edit: { ...plan, label }, left: after.length }];
  });
  return tried
    .sort((a, b) => a.left - b.left)
    .slice(0, MOST)
    .map(({ label, edit }) => ({ label, edit }));
}
