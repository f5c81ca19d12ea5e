import { Upload } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { RECIPES } from '../../core/models/recipe.ts';
import { SAMPLE_MODELS } from '../../core/models/samples.ts';
import { TARGETS } from '../../core/targets/targets.ts';
import { chooseText } from '../files/browser-files.ts';
import { NumberField } from '../components/TextField.tsx';
import { composer } from '../state/app-store.ts';
import { replaceDesign } from '../../core/edit/settings.ts';
import { closeDialog, type GivenFile, useDialogs } from '../state/dialogs.ts';
import { composeWish, STYLES, type Style, usualWorkload, type Wish } from './new-design.ts';
import { readModel } from '../files/model-config.ts';
import { Shell } from './Shell.tsx';
import { WishPreview } from './WishPreview.tsx';

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

const LONGEST = 16_777_216;

/** A new design from a model, a target, a recipe, a workload and a template per stage. */
export default function NewDialog() {
  const nameId = useId();
  const given = useDialogs((state) => state.given);
  const [wish, setWish] = useState<Wish>(() => {
    const { model, target, recipe } = composer.getState().design;
    const known = RECIPES.some((candidate) => candidate.name === recipe.name);
    return {
      name: 'my-accelerator',
      model,
      target,
      recipe: known ? recipe.name : 'w8a8kv8',
      workload: usualWorkload(model),
      prefill: 'auto',
      decode: 'auto',
    };
  });
  const [problem, setProblem] = useState<string | undefined>();
  const change = (part: Partial<Wish>): void => setWish((present) => ({ ...present, ...part }));
  const models = [
    ...SAMPLE_MODELS,
    ...(SAMPLE_MODELS.some((model) => model.name === wish.model.name) ? [] : [wish.model]),
  ];
  const choose = (model: Wish['model']): void => change({ model, workload: usualWorkload(model) });

  const take = (file: GivenFile): void => {
    const read = readModel(file.name, file.text);
    if ('model' in read) choose(read.model);
    setProblem('problem' in read ? read.problem : undefined);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for every file that is dropped
  useEffect(() => {
    if (given) take(given);
  }, [given]);
  const create = (): void => {
    try {
      const design = composeWish(wish);
      composer.getState().edit(() => replaceDesign(design, `New design ${design.name}`));
      closeDialog();
    } catch (error) {
      setProblem(`No template fits this model: ${error instanceof Error ? error.message : 'unknown error'}`);
    }
  };

  return (
    <Shell
      title="New design"
      description="Composed from a template, or left empty. It takes the place of the present design; undo brings that back."
    >
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
          <input
            id={nameId}
            className="input"
            value={wish.name}
            maxLength={100}
            onChange={(event) => change({ name: event.target.value })}
          />
        </div>
        <div className="form__row">
          <Choose
            label="Model"
            value={wish.model.name}
            options={models.map((model) => ({ id: model.name, label: model.name }))}
            onChange={(name) => choose(models.find((model) => model.name === name) ?? wish.model)}
          />
          <button
            type="button"
            className="button form__aside"
            onClick={() => void chooseText('.json,application/json').then((file) => file && take(file))}
          >
            <Upload size={13} aria-hidden="true" /> config.json…
          </button>
        </div>
        <p className="field__help">
          {wish.model.layers} layers, hidden {wish.model.hidden}, {wish.model.heads} heads, {wish.model.kvHeads} KV
          heads. The config.json of any Llama-family model can be dropped here.
        </p>
        <div className="field-pair">
          <Choose
            label="Target"
            value={wish.target}
            options={TARGETS.map((target) => ({ id: target.id, label: target.title }))}
            onChange={(target) => change({ target })}
          />
          <Choose
            label="Recipe"
            value={wish.recipe}
            options={RECIPES.map((recipe) => ({ id: recipe.name, label: recipe.name }))}
            onChange={(recipe) => change({ recipe })}
          />
        </div>
        <div className="field-pair">
          <NumberField
            label="Prompt tokens"
            value={wish.workload.prompt}
            least={1}
            most={LONGEST}
            onCommit={(prompt) => change({ workload: { ...wish.workload, prompt } })}
          />
          <NumberField
            label="Generated tokens"
            value={wish.workload.generate}
            least={1}
            most={LONGEST}
            onCommit={(generate) => change({ workload: { ...wish.workload, generate } })}
          />
        </div>
        <div className="field-pair">
          <Choose
            label="Prefill"
            value={wish.prefill}
            options={STYLES}
            onChange={(prefill) => change({ prefill: prefill as Style })}
          />
          <Choose
            label="Decode"
            value={wish.decode}
            options={STYLES}
            onChange={(decode) => change({ decode: decode as Style })}
          />
        </div>
        <WishPreview wish={wish} />
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
