import { Upload } from 'lucide-react';
import { useId, useState } from 'react';
import type { Design, StageName } from '../../core/design/types.ts';
import type { Architecture } from '../../core/models/architecture.ts';
import { parseConfig } from '../../core/models/hf-config.ts';
import { RECIPES } from '../../core/models/recipe.ts';
import { SAMPLE_MODELS } from '../../core/models/samples.ts';
import { TARGETS } from '../../core/targets/targets.ts';
import { composeDesign } from '../../core/templates/compose.ts';
import { chooseText } from '../actions/files.ts';
import { composer } from '../state/app-store.ts';
import { replaceDesign } from '../state/design-edits.ts';
import { closeDialog } from './dialogs.ts';
import { Shell } from './Shell.tsx';

type Style = 'hybrid' | 'spatial' | 'temporal' | 'empty';

const STYLES: readonly { readonly id: Style; readonly label: string }[] = [
  { id: 'hybrid', label: 'Hybrid: reuse where hardware would idle' },
  { id: 'spatial', label: 'Spatial: hardware for every operation' },
  { id: 'temporal', label: 'Temporal: as little hardware as possible' },
  { id: 'empty', label: 'Empty: compose it yourself' },
];

interface Wish {
  readonly name: string;
  readonly model: Architecture;
  readonly target: string;
  readonly recipe: string;
  readonly prefill: Style;
  readonly decode: Style;
}

/** A design by template; empty stages are left for the user. */
function compose(wish: Wish): Design {
  const target = TARGETS.find((candidate) => candidate.id === wish.target) ?? TARGETS[0];
  const recipe = RECIPES.find((candidate) => candidate.name === wish.recipe) ?? RECIPES[0];
  if (!target || !recipe) throw new Error('There is no target or no recipe.');
  const style = (stage: Style) => (stage === 'empty' ? 'hybrid' : stage);
  const design = composeDesign({ name: wish.name.trim() || 'design', model: wish.model, target, recipe, prefill: style(wish.prefill), decode: style(wish.decode) });
  const stage = (name: StageName) => (wish[name] === 'empty' ? { instances: [], streams: [] } : design.stages[name]);
  return { ...design, stages: { prefill: stage('prefill'), decode: stage('decode') } };
}

interface ChooseProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly id: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
}

function Choose({ label, value, options, onChange }: ChooseProps) {
  const id = useId();
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <select id={id} className="select" value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map((option) => (
          <option key={option.id} value={option.id}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A new design from a model, a target, a recipe and a template per stage. */
export default function NewDialog() {
  const nameId = useId();
  const [wish, setWish] = useState<Wish>(() => {
    const { model, target, recipe } = composer.getState().design;
    const known = RECIPES.some((candidate) => candidate.name === recipe.name);
    return { name: 'my-accelerator', model, target, recipe: known ? recipe.name : 'w8a8kv8', prefill: 'hybrid', decode: 'hybrid' };
  });
  const [problem, setProblem] = useState<string | undefined>();
  const change = (part: Partial<Wish>): void => setWish((present) => ({ ...present, ...part }));
  const models = [...SAMPLE_MODELS, ...(SAMPLE_MODELS.some((model) => model.name === wish.model.name) ? [] : [wish.model])];

  const readConfig = async (): Promise<void> => {
    const file = await chooseText('.json,application/json');
    if (!file) return;
    try {
      const result = parseConfig(JSON.parse(file.text), file.name.replace(/\.json$/i, ''));
      if (result.ok) {
        change({ model: result.model });
        setProblem(undefined);
      } else setProblem(`${file.name}: ${result.problems[0]?.message ?? 'it is no model this composer knows.'}`);
    } catch (error) {
      setProblem(`${file.name} is not valid JSON (${error instanceof Error ? error.message : 'unknown error'}).`);
    }
  };
  const create = (): void => {
    try {
      const design = compose(wish);
      composer.getState().edit(() => replaceDesign(design, `New design ${design.name}`));
      closeDialog();
    } catch (error) {
      setProblem(`No template fits this model: ${error instanceof Error ? error.message : 'unknown error'}`);
    }
  };

  return (
    <Shell title="New design" description="Composed from a template, or left empty. It takes the place of the present design; undo brings that back.">
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          create();
        }}
      >
        <div className="field">
          <label className="field__label" htmlFor={nameId}>
            Name
          </label>
          <input id={nameId} className="input" value={wish.name} maxLength={100} onChange={(event) => change({ name: event.target.value })} />
        </div>
        <div className="form__row">
          <Choose label="Model" value={wish.model.name} options={models.map((model) => ({ id: model.name, label: model.name }))} onChange={(name) => change({ model: models.find((model) => model.name === name) ?? wish.model })} />
          <button type="button" className="button form__aside" onClick={() => void readConfig()}>
            <Upload size={13} aria-hidden="true" /> config.json…
          </button>
        </div>
        <div className="field-pair">
          <Choose label="Target" value={wish.target} options={TARGETS.map((target) => ({ id: target.id, label: target.title }))} onChange={(target) => change({ target })} />
          <Choose label="Recipe" value={wish.recipe} options={RECIPES.map((recipe) => ({ id: recipe.name, label: recipe.name }))} onChange={(recipe) => change({ recipe })} />
        </div>
        <Choose label="Prefill" value={wish.prefill} options={STYLES} onChange={(prefill) => change({ prefill: prefill as Style })} />
        <Choose label="Decode" value={wish.decode} options={STYLES} onChange={(decode) => change({ decode: decode as Style })} />
        {problem ? (
          <p className="field__problem" role="alert">
            {problem}
          </p>
        ) : null}
        <div className="button-row button-row--end">
          <button type="button" className="button" onClick={closeDialog}>
            Cancel
          </button>
          <button type="submit" className="button button--primary">
            Create design
          </button>
        </div>
      </form>
    </Shell>
  );
}
