import { readDesign } from '../../core/design/schema.ts';
import { cleanName } from '../../core/edit/settings.ts';
import type { Design, StageName } from '../../core/design/types.ts';
import type { Architecture } from '../../core/models/architecture.ts';
import { RECIPES } from '../../core/models/recipe.ts';
import { TARGETS } from '../../core/targets/targets.ts';
import { composeDesign } from '../../core/templates/compose.ts';
import type { TemplateStyle } from '../../core/templates/llama.ts';
import { defaultStyle } from '../../core/edit/default-style.ts';

/** What the wizard for a new design asks for, and the design that it makes of the answers. */

export const STYLES = [
  { id: 'auto', label: 'Automatic: fast if it fits' },
  { id: 'hybrid', label: 'Hybrid: reuse where hardware would idle' },
  { id: 'fast', label: 'Fast: keeps the memory busy' },
  { id: 'spatial', label: 'Spatial: hardware for every operation' },
  { id: 'temporal', label: 'Temporal: as little hardware as possible' },
  { id: 'empty', label: 'Empty: compose it yourself' },
] as const;

export type Style = (typeof STYLES)[number]['id'];

export interface Wish {
  readonly name: string;
  readonly model: Architecture;
  readonly target: string;
  readonly recipe: string;
  /** In tokens. */
  readonly workload: { readonly prompt: number; readonly generate: number };
  readonly prefill: Style;
  readonly decode: Style;
}

/** A workload that a model can hold: 1024 tokens of prompt and as many generated, or half of its positions each. */
export function usualWorkload(model: Architecture): Wish['workload'] {
  const half = Math.max(1, Math.min(1024, Math.floor(model.maxPositions / 2)));
  return { prompt: half, generate: Math.max(1, Math.min(1024, model.maxPositions - half)) };
}

/** Limits that hold the workload: those of the template, raised where the workload asks for more. */
function limitsFor({ model, workload }: Wish): Design['limits'] {
  const usual = usualWorkload(model);
  const prompt = Math.max(usual.prompt, workload.prompt);
  return { prompt, context: Math.max(usual.prompt + usual.generate, prompt, workload.prompt + workload.generate) };
}

/** A design by template; empty stages are left for the user. Throws when no template fits the model, or no file could hold the design. */
export function composeWish(wish: Wish): Design {
  const target = TARGETS.find((candidate) => candidate.id === wish.target) ?? TARGETS[0];
  const recipe = RECIPES.find((candidate) => candidate.name === wish.recipe) ?? RECIPES[0];
  if (!target || !recipe) throw new Error('There is no target or no recipe.');
  const asked = {
    name: cleanName(wish.name) || 'design',
    model: wish.model,
    target,
    recipe,
    limits: limitsFor(wish),
    workload: { ...wish.workload, batch: 1 },
  };
  const style = (stage: StageName): TemplateStyle => {
    const chosen = wish[stage];
    if (chosen === 'auto') return defaultStyle(asked, stage);
    return chosen === 'empty' ? 'hybrid' : chosen;
  };
  const design = composeDesign({ ...asked, prefill: style('prefill'), decode: style('decode') });
  const stage = (name: StageName) => (wish[name] === 'empty' ? { instances: [], streams: [] } : design.stages[name]);
  const made = { ...design, stages: { prefill: stage('prefill'), decode: stage('decode') } };
  const read = readDesign(made);
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join(' '));
  return made;
}
