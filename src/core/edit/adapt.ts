import { type Design, type Problem, STAGE_NAMES } from '../design/types.ts';
import { analyze } from '../schedule/analyze.ts';
import type { DesignAnalysis } from '../schedule/types.ts';
import { movesFor, needless, type Pinned } from './adapt-moves.ts';
import { errorsOf } from '../design/problems.ts';
import { analysisOf } from './analysis.ts';
import { applyEdit, type Edit, isRefused, type Refused } from './edit.ts';
import { type Effect, type Figures, figuresOf } from './effect.ts';
import { removeAndReconnect } from './reach.ts';
import { allOf } from './sequence.ts';

/**
 * What else has to change so that a design with a change is legal. A search over single changes, the most promising first:
 * fewest errors after the fewest changes. Of the legal designs that it meets, the cheapest is proposed.
 */
export interface Adaptation {
  /** All that is needed, as one step. */
  readonly edit: Edit;
  /** What it changes, in words; empty where nothing has to change. */
  readonly steps: readonly string[];
  /** Of the design as it was, and as it will be. */
  readonly effect: Effect;
}

/** Trials of one search: about half a second for the published design. */
const MAX_TRIALS = 400;
/** Trials after the first legal design was met. */
const MORE_TRIALS = 150;
const MAX_MOVES = 8;
/** A legal design may be so much slower than the fastest that was met. */
const SLOWER = 1.03;

interface State {
  readonly design: Design;
  readonly analysis: DesignAnalysis;
  readonly errors: readonly Problem[];
  /** Operations of which nothing is known yet. */
  readonly hides: number;
  readonly edits: readonly Edit[];
  readonly steps: readonly string[];
}

/** Operations whose outputs are not known yet: an error hides what is wrong behind it. */
const hidden = ({ stages }: DesignAnalysis): number =>
  STAGE_NAMES.reduce(
    (sum, stage) =>
      sum +
      stages[stage].operations.filter(({ owner, outputs }) => owner.outputs.some(({ id }) => outputs[id] === undefined))
        .length,
    0,
  );

/** Errors, of which those that one operation makes on its way through several instances count as one. */
const conflicts = (errors: readonly Problem[]): number =>
  new Set(
    errors.map(({ stage, operation, code, path, instance, param, stream }) =>
      operation === undefined ? [stage, code, path, instance, param, stream].join(' ') : `${stage} ${operation}`,
    ),
  ).size;

/** Fewer errors, less that they hide, and fewer changes first. */
const promise = ({ errors, hides, edits }: State): number => conflicts(errors) + 0.3 * hides + 0.5 * edits.length;

/** Errors that say most about what to change first: parameters, then what is in program order. */
const urgent = (errors: readonly Problem[]): Problem | undefined =>
  errors.find(({ param, path }) => param !== undefined || path !== undefined) ?? errors[0];

const contentOf = ({ cachePorts, tokenParallelism, limits, window, hmt, workload, stages }: Design): string =>
  JSON.stringify([
    cachePorts,
    tokenParallelism,
    limits,
    window,
    hmt,
    workload,
    ...STAGE_NAMES.map((stage) => [
      stages[stage].instances.map(({ id, params, operations }) => [id, params, operations]),
      stages[stage].streams.map(({ from, to }) => [from, to]),
    ]),
  ]);

function stateOf(design: Design, edits: readonly Edit[] = [], steps: readonly string[] = []): State {
  const analysis = analyze(design);
  return { design, analysis, errors: errorsOf(analysis.problems), hides: hidden(analysis), edits, steps };
}

/** Legal designs that can be reached from one that is not. */
function search(start: State, pinned: Pinned): State[] {
  const legal: State[] = [];
  const seen = new Set([contentOf(start.design)]);
  const open = [start];
  let trials = 0;
  let left = MAX_TRIALS;
  while (open.length > 0 && trials < left) {
    open.sort((a, b) => promise(a) - promise(b));
    const state = open.shift() as State;
    const problem = urgent(state.errors);
    if (!problem || state.edits.length >= MAX_MOVES) continue;
    for (const move of movesFor(state.design, state.analysis, problem, pinned)) {
      if (trials >= left) break;
      if (isRefused(move.plan)) continue;
      const { design } = applyEdit(state.design, move.plan);
      const content = contentOf(design);
      if (seen.has(content)) continue;
      seen.add(content);
      trials += 1;
      const next = stateOf(design, [...state.edits, move.plan], [...state.steps, move.step]);
      if (next.errors.length > 0) {
        open.push(next);
        continue;
      }
      if (legal.length === 0) left = Math.min(left, trials + MORE_TRIALS);
      legal.push(next);
    }
  }
  return legal;
}

/** Takes out adapters that have become needless by the changes so far. */
function tidied(state: State, before: DesignAnalysis): State {
  let present = state;
  for (const stage of STAGE_NAMES) {
    const known = new Set(needless(before, stage));
    for (const id of needless(present.analysis, stage)) {
      if (known.has(id)) continue;
      const plan = removeAndReconnect(present.design, { stage, instances: [id], streams: [] });
      if (isRefused(plan)) continue;
      const { design } = applyEdit(present.design, plan);
      const steps = [...present.steps, `${id} taken out: it has become needless`];
      const next = stateOf(design, [...present.edits, plan], steps);
      if (next.errors.length === 0) present = next;
    }
  }
  return present;
}

/** Without the changes that the others do not need. */
function minimal(state: State, start: State): State {
  let present = state;
  for (let at = present.edits.length - 1; at >= 0; at -= 1) {
    const edits = present.edits.filter((_, index) => index !== at);
    const steps = present.steps.filter((_, index) => index !== at);
    const design = edits.reduce((before, edit) => applyEdit(before, edit).design, start.design);
    const next = stateOf(design, edits, steps);
    if (next.errors.length === 0) present = next;
  }
  return present;
}

/** An inserted instance counts as one percent of the card: a graph that stays as it was is worth that much. */
const INSTANCE = 0.01;

/** The cheapest: least share of the scarcest resource, of those that are about as fast as the fastest. */
function cheapest(states: readonly State[]): { readonly state: State; readonly figures: Figures } | undefined {
  const known = states.flatMap((state) => {
    const figures = figuresOf(state.design);
    if (!figures) return [];
    const instances = STAGE_NAMES.reduce((sum, stage) => sum + state.design.stages[stage].instances.length, 0);
    return [
      {
        state,
        figures,
        time: figures.entered.prefill + figures.entered.decode * 1000,
        cost: figures.share + INSTANCE * instances,
      },
    ];
  });
  const fastest = Math.min(...known.map(({ time }) => time));
  return known
    .filter(({ time }) => time <= SLOWER * fastest)
    .sort((a, b) => a.cost - b.cost || a.figures.used.lut - b.figures.used.lut || a.time - b.time)[0];
}

/** Legal designs of which the figures are compared: those with the fewest changes. */
const MAX_COMPARED = 16;

/**
 * What makes a design legal, as one step of the history.
 * @param before the design before the change that made it illegal, for the effect, and to tell which adapters have become needless
 * @param pinned what the change has set, which stays
 * @returns refused with the errors that remain when no way to a legal design is found
 */
export function adapt(design: Design, before: Design = design, pinned: Pinned = new Set()): Adaptation | Refused {
  const start = stateOf(design);
  const found = start.errors.length === 0 ? [start] : search(start, pinned);
  const known = analysisOf(before);
  const compared = found.sort((a, b) => a.edits.length - b.edits.length).slice(0, MAX_COMPARED);
  const best = cheapest(compared.map((state) => tidied(minimal(state, start), known)));
  if (!best) return { refused: reason(start) };
  const { edits, steps } = best.state;
  return {
    edit: { label: 'Adapt the design', recipe: allOf(edits) },
    steps,
    effect: { before: figuresOf(before), after: best.figures },
  };
}

function reason({ errors }: State): string {
  const [first, ...rest] = errors;
  const more = rest.length > 0 ? ` (and ${rest.length} more ${rest.length === 1 ? 'error' : 'errors'})` : '';
  return `No change of parameters or lane adapters elsewhere makes this legal: ${first?.message ?? ''}${more}`;
}
