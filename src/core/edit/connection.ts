import type { Design, Endpoint, StageName } from '../design/types.ts';
import { inputLabel, moduleById, paramsOf } from '../modules/catalogue.ts';
import { analyze } from '../schedule/analyze.ts';
import type { DesignProblem } from '../schedule/types.ts';
import { analysisOf } from './analysis.ts';
import { applyEdit, type Edit, isRefused } from './edit.ts';
import { findInstance, rolesOf } from './instances.ts';
import { nominalTensor } from './nominal.ts';
import { sameProblem } from '../design/problems.ts';
import { connect, connectThroughFork, endName, sameEnd } from './streams.ts';

/** An end of a wire as the pointer finds it: a port and whether data leaves or enters there. */
export interface PortEnd {
  readonly end: Endpoint;
  readonly direction: 'input' | 'output';
}

export type Verdict =
  | { readonly ok: true; readonly edit: Edit }
  | { readonly ok: false; readonly reason: string; readonly remedy?: { readonly label: string; readonly edit: Edit } };

const refuse = (reason: string, remedy?: { label: string; edit: Edit }): Verdict =>
  remedy ? { ok: false, reason, remedy } : { ok: false, reason };

function portExists(design: Design, stage: StageName, { end, direction }: PortEnd): boolean {
  const instance = findInstance(design, stage, end.instance);
  const entry = instance && moduleById(instance.module);
  if (!instance || !entry || !instance.operations.some((operation) => operation.id === end.operation)) return false;
  const ports = direction === 'input' ? entry.inputs : entry.outputs(paramsOf(entry, instance.params));
  return ports.some((port) => port.id === end.port);
}

/** The operations on the way from one operation to another along streams, or undefined when none leads there. */
function pathBetween(design: Design, stage: StageName, from: Endpoint, to: Endpoint): string[] | undefined {
  const key = (end: Endpoint): string => `${end.instance}/${end.operation}`;
  const next = new Map<string, string[]>();
  for (const stream of design.stages[stage].streams)
    next.set(key(stream.from), [...(next.get(key(stream.from)) ?? []), key(stream.to)]);
  const goal = key(to);
  const before = new Map<string, string>([[key(from), '']]);
  const open = [key(from)];
  for (let at = open.shift(); at !== undefined; at = open.shift()) {
    if (at === goal) {
      const path: string[] = [];
      for (let step: string = at; step !== ''; step = before.get(step) ?? '') path.unshift(step);
      return path;
    }
    for (const following of next.get(at) ?? []) {
      if (!before.has(following)) {
        before.set(following, at);
        open.push(following);
      }
    }
  }
  return undefined;
}

/** Errors that a trial design has and the present one has not, at the new streams or at the given ports. */
export function newProblems(design: Design, stage: StageName, edit: Edit, ends: readonly Endpoint[]): DesignProblem[] {
  const { design: trial } = applyEdit(design, edit);
  const present = new Set(design.stages[stage].streams.map((stream) => stream.id));
  const added = new Set(
    trial.stages[stage].streams.filter((stream) => !present.has(stream.id)).map((stream) => stream.id),
  );
  const known = analysisOf(design).problems;
  const atPort = (problem: DesignProblem, end: Endpoint): boolean =>
    problem.instance === end.instance && problem.operation === end.operation && problem.port === end.port;
  return analyze(trial).problems.filter((problem) => {
    if (problem.severity !== 'error' || problem.stage !== stage || known.some((other) => sameProblem(other, problem)))
      return false;
    return (problem.stream !== undefined && added.has(problem.stream)) || ends.some((end) => atPort(problem, end));
  });
}

/** The ports at which a new stream can do harm: its source and every port of the operation that it leads to. */
function inputsOf(design: Design, stage: StageName, from: Endpoint, to: Endpoint): Endpoint[] {
  const instance = findInstance(design, stage, to.instance);
  const entry = instance && moduleById(instance.module);
  const ports = instance && entry ? [...entry.inputs, ...entry.outputs(paramsOf(entry, instance.params))] : [];
  return [from, ...ports.map((port) => ({ ...to, port: port.id }))];
}

export function expectedTensor(design: Design, stage: StageName, to: Endpoint): string | null | undefined {
  const instance = findInstance(design, stage, to.instance);
  const entry = instance && moduleById(instance.module);
  const role = instance?.operations.find((operation) => operation.id === to.operation)?.role;
  return entry && role
    ? rolesOf(design, stage, entry).find((candidate) => candidate.role === role)?.inputs[to.port]
    : undefined;
}

function judge(design: Design, stage: StageName, a: PortEnd, b: PortEnd): Verdict {
  if (!portExists(design, stage, a) || !portExists(design, stage, b))
    return refuse('This port does not exist any more.');
  if (a.direction === b.direction) {
    return refuse(
      a.direction === 'output'
        ? 'Both ends are outputs; a stream leads from an output (right side) to an input (left side).'
        : 'Both ends are inputs; a stream leads from an output (right side) to an input (left side).',
    );
  }
  const from = a.direction === 'output' ? a.end : b.end;
  const to = a.direction === 'output' ? b.end : a.end;
  const { streams } = design.stages[stage];
  if (streams.some((stream) => sameEnd(stream.from, from) && sameEnd(stream.to, to)))
    return refuse('These two ports are connected already.');
  const cycle = pathBetween(design, stage, to, from);
  if (cycle) {
    return refuse(
      cycle.length === 1
        ? `'${cycle[0]}' would wait for its own output; an operation cannot feed itself.`
        : `This closes a cycle: ${cycle.slice(0, 5).join(' → ')}${cycle.length > 5 ? ' …' : ''} would wait for one another.`,
    );
  }
  const fed = streams.find((stream) => sameEnd(stream.to, to));
  if (fed) {
    const edit = connect(design, stage, from, to, true);
    const fits =
      newProblems(design, stage, edit, inputsOf(design, stage, from, to)).length === 0 &&
      !streams.some((stream) => sameEnd(stream.from, from));
    return refuse(
      `Input '${endName(to)}' is fed by ${endName(fed.from)} already; disconnect that stream first.`,
      fits ? { label: 'Replace the stream', edit } : undefined,
    );
  }
  const typed = fits(design, stage, from, to);
  const read = streams.find((stream) => sameEnd(stream.from, from));
  if (read) {
    const fork = connectThroughFork(design, stage, from, to);
    const remedy = !typed && !isRefused(fork) ? { label: 'Insert a fork', edit: fork } : undefined;
    return refuse(
      `Output '${endName(from)}' feeds ${endName(read.to)} already, and a hardware stream has one reader. ${remedy ? 'A fork copies it.' : (typed ?? '')}`.trim(),
      remedy,
    );
  }
  if (typed) return refuse(typed);
  const edit = connect(design, stage, from, to);
  const [first] = newProblems(design, stage, edit, inputsOf(design, stage, from, to));
  return first ? refuse(first.message) : { ok: true, edit };
}

/** The tensor that an output carries, or will carry as far as its role says. */
export function tensorOf(design: Design, stage: StageName, from: Endpoint): string | undefined {
  const source = analysisOf(design).stages[stage].operations.find(
    (operation) => operation.owner.instance.id === from.instance && operation.operation.id === from.operation,
  );
  return source?.outputs[from.port]?.tensor ?? nominalTensor(design, stage, from);
}

/** Why the tensor of an output does not fit an input, by name; undefined when it does or nothing is known of it. */
function fits(design: Design, stage: StageName, from: Endpoint, to: Endpoint): string | undefined {
  const tensor = tensorOf(design, stage, from);
  const expected = expectedTensor(design, stage, to);
  if (!tensor || !expected || tensor === expected) return undefined;
  const entry = moduleById(findInstance(design, stage, to.instance)?.module ?? '');
  return `'${to.instance}/${to.operation}' needs ${expected} at input '${entry ? inputLabel(entry, to.port) : to.port}' but would get ${tensor}; connect the operation that makes ${expected}.`;
}

let last: { readonly design: Design; readonly key: string; readonly verdict: Verdict } | undefined;

/** Whether two ports can be connected, why not, and what would help. Pure; the last answer is kept, for it is asked on every move of the pointer. */
export function checkConnection(design: Design, stage: StageName, a: PortEnd, b: PortEnd): Verdict {
  const key = `${stage}|${a.direction}${endName(a.end)}|${b.direction}${endName(b.end)}`;
  if (last?.design === design && last.key === key) return last.verdict;
  const verdict = judge(design, stage, a, b);
  last = { design, key, verdict };
  return verdict;
}

/** A quick look without a trial: why two ports cannot fit, in few words; by direction, use and tensor names. */
export function quickReason(design: Design, stage: StageName, a: PortEnd, b: PortEnd): string | undefined {
  if (a.direction === b.direction) return a.direction === 'input' ? 'an input, too' : 'an output, too';
  const from = a.direction === 'output' ? a.end : b.end;
  const to = a.direction === 'output' ? b.end : a.end;
  if (from.instance === to.instance && from.operation === to.operation) return 'the same operation';
  const fed = design.stages[stage].streams.find((stream) => sameEnd(stream.to, to));
  if (fed) return `fed by ${endName(fed.from)}`;
  if (fits(design, stage, from, to) === undefined) return undefined;
  return b.direction === 'input'
    ? `needs ${expectedTensor(design, stage, to)}`
    : `carries ${tensorOf(design, stage, from)}`;
}
