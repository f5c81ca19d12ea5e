import { DESIGN_NUMBERS, type DesignNumber, MOST_MEMORIES, MOST_WINDOW, numberProblem } from '../design/numbers.ts';
import { type Design, type ParamValue, STAGE_NAMES, type StageName, type Window } from '../design/types.ts';
import { RECIPES, withFormats } from '../models/recipe.ts';
import type { Segmentation } from '../models/segments.ts';
import { moduleById, paramsOf } from '../modules/catalogue.ts';
import { legalValues, nearText } from '../modules/choices.ts';
import { TARGETS } from '../targets/targets.ts';
import { analysisOf } from './analysis.ts';
import type { Edit, Refused } from './edit.ts';
import { findInstance } from './instances.ts';
import { setParam } from './parameters.ts';
import { setBitstreams, setPlatform, setSplit } from './placement.ts';
import { fitToRecipe } from './recipe-edits.ts';
import { renameDesign, setChunk, setNumber, setSegments, setTarget, setWindow } from './settings.ts';

/** Assignments as a user types them: `decode.linear_all.wp=128`, `cachePorts=8`, `clocks.decode=250`, `recipe=w4a4kv8`. */

const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

function parameter(design: Design, stage: StageName, id: string, name: string, value: string): Edit | Refused {
  const instance = findInstance(design, stage, id);
  const entry = instance && moduleById(instance.module);
  if (!instance)
    return {
      refused: `There is no instance '${id}' in ${stage}; there are ${design.stages[stage].instances.map((one) => one.id).join(', ')}.`,
    };
  const spec = entry?.params.find((param) => param.id === name);
  if (!entry || !spec) {
    const known = entry?.params.map((param) => param.id) ?? [];
    return {
      refused: `'${id}' has no parameter '${name}'; ${known.length > 0 ? `it has ${known.join(', ')}` : 'it has none'}.`,
    };
  }
  const typed: ParamValue = typeof spec.default === 'number' ? Number(value) : value;
  const roles = instance.operations.map(({ role }) => role);
  const legal = legalValues(spec, analysisOf(design).stages[stage].context, paramsOf(entry, instance.params), roles);
  if (legal && !legal.includes(typed)) {
    const near = nearText(legal, typed, 12);
    return { refused: `${spec.label} of '${id}' cannot be '${value}'; legal near it: ${near}.` };
  }
  return setParam(design, stage, id, name, typed);
}

const isNumber = (path: string): path is DesignNumber => (DESIGN_NUMBERS as readonly string[]).includes(path);

function number(which: DesignNumber, value: string): Edit | Refused {
  if (which === 'limits.chunk' && value === 'none') return setChunk(undefined);
  const typed = Number(value);
  const problem = value.trim() === '' ? `${which} needs a number.` : numberProblem(which, typed);
  return problem ? { refused: problem } : setNumber(which, typed);
}

const isTokens = (count: number | undefined): boolean =>
  count !== undefined && Number.isInteger(count) && count >= 1 && count <= MOST_WINDOW;

const SETTINGS: Readonly<Record<string, (design: Design, value: string) => Edit | Refused>> = {
  name: (_design, value) => renameDesign(value),
  target: (_design, value) =>
    TARGETS.some(({ id }) => id === value)
      ? setTarget(value)
      : { refused: `'${value}' is not a target; choose ${TARGETS.map(({ id }) => id).join(' or ')}.` },
  platform: setPlatform,
  recipe: (design, value) => {
    const recipe = RECIPES.find(({ name }) => name === value);
    return recipe
      ? fitToRecipe(design, withFormats(design.recipe, recipe))
      : { refused: `'${value}' is not a recipe; choose ${RECIPES.map(({ name }) => name).join(', ')}.` };
  },
  normalise: (design, value) =>
    value === 'probabilities' || value === 'result'
      ? fitToRecipe(design, { ...design.recipe, normalise: value })
      : { refused: `Softmax divides 'probabilities' or the 'result' of attention, not '${value}'.` },
  bitstreams: (_design, value) =>
    value === '1' || value === '2'
      ? setBitstreams(value === '1' ? 1 : 2)
      : { refused: `A design has 1 or 2 bitstreams, not '${value}'.` },
  window: (_design, value) => {
    if (value === 'none') return setWindow(undefined);
    const [sinks, recent] = value.split(',').map(Number);
    return [sinks, recent].every(isTokens) && value.split(',').length === 2
      ? setWindow({ sinks, recent } as Window)
      : {
          refused: `window is 'none' or sinks and recent tokens such as 64,1024 (each from 1 to ${MOST_WINDOW}), not '${value}'.`,
        };
  },
  hmt: (_design, value) => {
    if (value === 'none') return setSegments(undefined);
    const projections = /,projections$/.test(value);
    const numbers = projections ? value.slice(0, value.lastIndexOf(',')) : value;
    const [segment, summary, recall, memories = 64, ...more] = numbers.split(',').map(Number);
    const sizes = { segment, summary, recall, memories, ...(projections ? { projections } : {}) } as Segmentation;
    return more.length === 0 &&
      [segment, summary, recall].every(isTokens) &&
      isTokens(memories) &&
      memories <= MOST_MEMORIES
      ? setSegments(sizes)
      : {
          refused: `hmt is 'none' or segment, summary and recalled tokens and memories such as 989,494,32,64 (whole numbers from 1, at most ${MOST_MEMORIES} memories), with ,projections behind them for trained ones, not '${value}'.`,
        };
  },
  split: (_design, value) =>
    value === 'slr' || value === 'none'
      ? setSplit(value === 'slr')
      : { refused: `split is 'slr' (a kernel per SLR) or 'none' (a kernel per stage), not '${value}'.` },
};

/** The edit that an assignment asks for. */
export function assign(design: Design, assignment: string): Edit | Refused {
  const at = assignment.indexOf('=');
  if (at < 1)
    return {
      refused: `'${assignment}' is no assignment; write what is set, '=' and the value: decode.linear_all.wp=128.`,
    };
  const path = assignment.slice(0, at).trim();
  const value = assignment.slice(at + 1).trim();
  if (isNumber(path)) return number(path, value);
  const setting = Object.hasOwn(SETTINGS, path) ? SETTINGS[path] : undefined;
  if (setting) return setting(design, value);
  const [stage, instance, param, ...more] = path.split('.');
  const name = STAGE_NAMES.find((one) => one === stage);
  if (name && instance !== undefined && param !== undefined && more.length === 0)
    return parameter(design, name, instance, param, value);
  return {
    refused: `Nothing is called '${path}'; there are prefill.INSTANCE.PARAMETER, decode.INSTANCE.PARAMETER, ${quoted([...DESIGN_NUMBERS, ...Object.keys(SETTINGS)])}.`,
  };
}
