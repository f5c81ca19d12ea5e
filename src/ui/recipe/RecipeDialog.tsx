import { useId, useMemo, useState } from 'react';
import { STAGE_NAMES } from '../../core/design/types.ts';
import { recipeProblems } from '../../core/models/recipe-problems.ts';
import {
  type ActivationFormat,
  CACHE_GROUP_SIZES,
  GROUP_SIZES,
  type GroupSize,
  type LinearRecipe,
  mayHaveGroups,
  normalisesResult,
  patternText,
  type Recipe,
  RECIPES,
  rotationBlock,
  rotationText,
  type Sparsity,
  SPARSITY_PATTERNS,
  type TensorClass,
  type WeightFormat,
  withFormats,
} from '../../core/models/recipe.ts';
import { usesSampleModel } from '../../core/templates/samples.ts';
import { closeDialog } from '../state/dialogs.ts';
import { Shell } from '../dialogs/Shell.tsx';
import { composer } from '../state/app-store.ts';
import { isRefused } from '../../core/edit/edit.ts';
import { fitToRecipe, recipeName, setFormats } from '../../core/edit/recipe-edits.ts';
import { fitStages } from '../../core/edit/recipe-fit.ts';
import { bytesText, recipeCost } from './cost.ts';
import { Perplexity } from './Perplexity.tsx';

const CLASSES: readonly { readonly id: TensorClass; readonly label: string }[] = [
  { id: 'qkvo', label: 'q, k, v, o' },
  { id: 'ffn', label: 'Feed-forward' },
  { id: 'lmHead', label: 'Output head' },
];
const WEIGHTS: readonly WeightFormat[] = ['fp32', 'int8', 'int6', 'int4', 'int2', 'ternary'];
/** Of one scale per output channel, or per group of so many input channels of it. */
const GROUPS: readonly { readonly id: string; readonly label: string; readonly group: GroupSize | undefined }[] = [
  { id: '', label: 'channel', group: undefined },
  ...GROUP_SIZES.map((group) => ({ id: `${group}`, label: `group of ${group}`, group })),
];
const withGroup = ({ group: _before, ...linear }: LinearRecipe, group: GroupSize | undefined): LinearRecipe =>
  group === undefined ? linear : { ...linear, group };
/** Which weights are left out. */
const SPARSITIES: readonly { readonly id: string; readonly label: string; readonly sparsity: Sparsity | undefined }[] =
  [
    { id: '', label: 'all', sparsity: undefined },
    ...SPARSITY_PATTERNS.flatMap((pattern) =>
      ([false, true] as const).flatMap((pairs) =>
        (['magnitude', 'activations'] as const).map((by) => ({
          id: `${patternText(pattern)} ${by}${pairs ? ' pairs' : ''}`,
          label: `${patternText(pattern)}${pairs ? ', pairs of outputs' : ''} by ${by === 'magnitude' ? 'magnitude' : 'activations'}`,
          sparsity: { ...pattern, by, pairs },
        })),
      ),
    ),
  ];
const sparsityId = (sparsity: Sparsity | undefined): string =>
  sparsity === undefined ? '' : `${patternText(sparsity)} ${sparsity.by}${sparsity.pairs ? ' pairs' : ''}`;
const withSparsity = ({ sparsity: _before, ...linear }: LinearRecipe, sparsity: Sparsity | undefined): LinearRecipe =>
  sparsity === undefined ? linear : { ...linear, sparsity };
const ACTIVATIONS: readonly { readonly id: string; readonly label: string; readonly format: ActivationFormat }[] = [
  { id: 'fp32', label: 'fp32', format: 'fp32' },
  { id: 'int8', label: 'int8, symmetric', format: { bits: 8, symmetric: true } },
  { id: 'uint8', label: 'uint8, asymmetric', format: { bits: 8, symmetric: false } },
  { id: 'int6', label: 'int6, symmetric', format: { bits: 6, symmetric: true } },
  { id: 'uint6', label: 'uint6, asymmetric', format: { bits: 6, symmetric: false } },
  { id: 'int4', label: 'int4, symmetric', format: { bits: 4, symmetric: true } },
  { id: 'uint4', label: 'uint4, asymmetric', format: { bits: 4, symmetric: false } },
];
const activationId = (format: ActivationFormat): string =>
  ACTIVATIONS.find((choice) => JSON.stringify(choice.format) === JSON.stringify(format))?.id ?? 'fp32';

/** Whether weights of a format may be left out. */
const mayBeSparse = (weights: WeightFormat): boolean => weights !== 'fp32' && weights !== 'ternary';

/** Weights and activations are both fp32 or both integers: changing one takes the other along. */
function together(before: LinearRecipe, part: Partial<LinearRecipe>): LinearRecipe {
  const formats = { ...before, ...part };
  const changed =
    !mayBeSparse(formats.weights) || part.activations === 'fp32' ? withSparsity(formats, undefined) : formats;
  const next = mayHaveGroups(changed.weights) ? changed : withGroup(changed, undefined);
  if ((next.weights === 'fp32') === (next.activations === 'fp32')) return next;
  if (part.weights !== undefined)
    return { ...next, activations: part.weights === 'fp32' ? 'fp32' : { bits: 8, symmetric: true } };
  return part.activations === 'fp32'
    ? { ...withGroup(next, undefined), weights: 'fp32' }
    : { ...next, weights: 'int8' };
}

/** The number format of every tensor class, what it costs, and what it does to the sample model. */
export default function RecipeDialog() {
  const id = useId();
  const { design } = composer.getState();
  const [recipe, setRecipe] = useState<Recipe>(design.recipe);
  const [failure, setFailure] = useState<string | undefined>();
  const problems = recipeProblems(recipe, design.model).map(({ message }) => message);
  const cost = recipeCost(design.model, recipe);
  const before = recipeCost(design.model, design.recipe);
  const change = (part: Partial<Recipe>): void =>
    setRecipe((present) => ({ ...present, ...part, name: recipeName({ ...present, ...part }) }));
  const preset = RECIPES.find((candidate) => candidate.name === recipe.name);
  const changed = JSON.stringify(recipe) !== JSON.stringify(design.recipe);
  const lost = useMemo((): readonly string[] => {
    try {
      const fitted = changed ? fitStages(design, recipe) : undefined;
      return fitted && !isRefused(fitted)
        ? STAGE_NAMES.flatMap((stage) => fitted.stages[stage].lost.map((name) => `${name} of ${stage}`))
        : [];
    } catch {
      // Why nothing fits is said when it is asked for.
      return [];
    }
  }, [design, recipe, changed]);
  const apply = (fit: boolean): void => {
    try {
      if (composer.getState().edit((present) => (fit ? fitToRecipe(present, recipe) : setFormats(recipe))))
        closeDialog();
    } catch (error) {
      setFailure(`No template fits this recipe: ${error instanceof Error ? error.message : 'unknown error'}`);
    }
  };
  const select = (
    label: string,
    value: string,
    options: readonly { readonly id: string; readonly label: string }[],
    onChange: (value: string) => void,
  ) => (
    <select className="select" aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      {options.map((option) => (
        <option key={option.id} value={option.id}>
          {option.label}
        </option>
      ))}
    </select>
  );
  return (
    <Shell
      wide
      title="Recipe"
      description="The number format of every tensor class. Fewer bits mean less memory, less bandwidth and smaller multipliers; perplexity says what they cost."
    >
      <div className="recipe">
        <div className="form">
          <div className="field">
            <label className="field__label" htmlFor={`${id}-preset`}>
              Begin with
            </label>
            <select
              id={`${id}-preset`}
              className="select"
              value={preset?.name ?? ''}
              onChange={(event) =>
                setRecipe(
                  withFormats(recipe, RECIPES.find((candidate) => candidate.name === event.target.value) ?? recipe),
                )
              }
            >
              {preset ? null : <option value="">{recipe.name} (own)</option>}
              {RECIPES.map((candidate) => (
                <option key={candidate.name} value={candidate.name}>
                  {candidate.name}
                </option>
              ))}
            </select>
          </div>
          <table className="figures recipe__table">
            <thead>
              <tr>
                <th scope="col">Tensors</th>
                <th scope="col">Weights</th>
                <th scope="col">Kept</th>
                <th scope="col">One scale per</th>
                <th scope="col">Activations</th>
                <th scope="col" className="figures__number">
                  Memory
                </th>
              </tr>
            </thead>
            <tbody>
              {CLASSES.map(({ id: name, label }) => (
                <tr key={name}>
                  <th scope="row">{label}</th>
                  <td>
                    {select(
                      `Weights of ${label}`,
                      recipe[name].weights,
                      WEIGHTS.map((format) => ({ id: format, label: format })),
                      (value) => change({ [name]: together(recipe[name], { weights: value as WeightFormat }) }),
                    )}
                  </td>
                  <td>
                    {!mayBeSparse(recipe[name].weights)
                      ? null
                      : select(`Kept weights of ${label}`, sparsityId(recipe[name].sparsity), SPARSITIES, (value) =>
                          change({
                            [name]: withSparsity(
                              recipe[name],
                              SPARSITIES.find(({ id: own }) => own === value)?.sparsity,
                            ),
                          }),
                        )}
                  </td>
                  <td>
                    {mayHaveGroups(recipe[name].weights)
                      ? select(`Scales of ${label}`, `${recipe[name].group ?? ''}`, GROUPS, (value) =>
                          change({
                            [name]: withGroup(recipe[name], GROUPS.find((choice) => choice.id === value)?.group),
                          }),
                        )
                      : recipe[name].weights === 'fp32'
                        ? null
                        : 'channel'}
                  </td>
                  <td>
                    {select(`Activations of ${label}`, activationId(recipe[name].activations), ACTIVATIONS, (value) =>
                      change({
                        [name]: together(recipe[name], {
                          activations: ACTIVATIONS.find((choice) => choice.id === value)?.format ?? 'fp32',
                        }),
                      }),
                    )}
                  </td>
                  <td className="figures__number">{bytesText(cost.weights[name])}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <div className="field">
            <label className="field__label" htmlFor={`${id}-attention`}>
              Attention and KV cache
            </label>
            <select
              id={`${id}-attention`}
              className="select"
              value={recipe.attention}
              onChange={(event) =>
                change(event.target.value === 'int8' ? { attention: 'int8' } : { attention: 'fp32', cache: undefined })
              }
            >
              <option value="fp32">fp32</option>
              <option value="int8">int8, static scales per head</option>
            </select>
          </div>
          {recipe.attention === 'int8' ? (
            <div className="field">
              <label className="field__label" htmlFor={`${id}-cache`}>
                KV cache keeps
              </label>
              <select
                id={`${id}-cache`}
                className="select"
                value={recipe.cache ? `${recipe.cache.group ?? 'head'}` : ''}
                onChange={(event) => {
                  const group = CACHE_GROUP_SIZES.find((size) => `${size}` === event.target.value);
                  change({ cache: event.target.value === '' ? undefined : { bits: 4, ...(group ? { group } : {}) } });
                }}
              >
                <option value="">8 bits</option>
                <option value="head">4 bits, values with a scale per head</option>
                {CACHE_GROUP_SIZES.filter((size) => size < design.model.headDim || recipe.cache?.group === size).map(
                  (size) => (
                    <option key={size} value={size}>
                      4 bits, values with a scale per {size} channels
                    </option>
                  ),
                )}
              </select>
            </div>
          ) : null}
          <label className="check">
            <input
              type="checkbox"
              checked={normalisesResult(recipe)}
              onChange={(event) =>
                change({
                  normalise: event.target.checked ? 'result' : design.recipe.normalise && 'probabilities',
                })
              }
            />{' '}
            Softmax divides the result of attention, not the probabilities
          </label>
          <label className="check">
            <input
              type="checkbox"
              checked={recipe.downHadamard}
              onChange={(event) => change({ downHadamard: event.target.checked })}
            />{' '}
            Hadamard rotation in front of down_proj
            {rotationBlock(design.model.ffn) > 1 ? `, ${rotationText(design.model.ffn)} channels` : null}
          </label>
          {[...problems, ...(failure ? [failure] : [])].map((problem) => (
            <p key={problem} className="field__problem" role="alert">
              {problem}
            </p>
          ))}
        </div>
        <aside className="recipe__cost" aria-label="What it costs">
          <div className="recipe__figure">
            <span className="muted">Weight memory</span>
            <strong>{bytesText(cost.total)}</strong>
            {changed ? <span className="muted">was {bytesText(before.total)}</span> : null}
          </div>
          <div className="recipe__figure">
            <span className="muted">KV cache, bits per token</span>
            <strong>{cost.cachePerToken.toLocaleString('en-US')}</strong>
          </div>
          <div className="recipe__figure">
            <span className="muted">Weights read, bits per generated token</span>
            <strong>{cost.readPerToken.toLocaleString('en-US')}</strong>
          </div>
          {usesSampleModel(design) ? (
            <Perplexity recipe={recipe} disabled={problems.length > 0} />
          ) : (
            <p className="field__help">Perplexity is measured for the sample model, whose weights are here.</p>
          )}
        </aside>
      </div>
      <p className="field__help">
        Other formats need other quantizers on the canvases. Fitting composes both canvases anew from the template that
        they resemble, and keeps what you have added; undo brings the present ones back.
      </p>
      {lost.length > 0 ? (
        <p className="field__problem" role="alert">
          Fitting cannot keep {lost.join(', ')}: with these formats the rest of the graph leaves no legal place for{' '}
          {lost.length === 1 ? 'it' : 'them'}.
        </p>
      ) : null}
      <div className="button-row button-row--end">
        <button type="button" className="button" onClick={closeDialog}>
          Cancel
        </button>
        <button
          type="button"
          className="button"
          disabled={!changed || problems.length > 0}
          onClick={() => apply(false)}
        >
          Only set the recipe
        </button>
        <button
          type="button"
          className="button button--primary"
          disabled={!changed || problems.length > 0}
          onClick={() => apply(true)}
        >
          Set it and fit the graph
        </button>
      </div>
    </Shell>
  );
}
