import { Adapt } from '../adapt/Adapt.tsx';
import { useId } from 'react';
import { divisors } from '../../core/modules/common.ts';
import {
  attentionText,
  type LinearRecipe,
  normalisesResult,
  recipeOfFormats,
  RECIPES,
  rotationText,
} from '../../core/models/recipe.ts';
import { type Design, STAGE_NAMES, type Window } from '../../core/design/types.ts';
import { rangeText } from '../../core/estimate/stage/clocks.ts';
import type { Segmentation } from '../../core/models/segments.ts';
import { clocksOf, overheadOf, useAnalysis } from '../figures/derived.ts';
import { useReadable } from '../figures/readable.ts';
import { TARGETS, targetById } from '../../core/targets/targets.ts';
import { ChoiceField } from '../components/ChoiceField.tsx';
import { duration, whole } from '../words/format.ts';
import { NumberField } from '../components/TextField.tsx';
import { openDialog } from '../state/dialogs.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import type { Edit } from '../../core/edit/edit.ts';
import {
  initialSegments,
  initialWindow,
  readNumber,
  setChunk,
  setNumber,
  setRecipe,
  setSegments,
  setTarget,
  setWindow,
} from '../../core/edit/settings.ts';
import { type DesignNumber, MOST_MEMORIES, MOST_SEGMENT, MOST_WINDOW, NUMBERS } from '../../core/design/numbers.ts';
import { ProblemList } from './ProblemList.tsx';

const TP = Array.from({ length: 64 }, (_, index) => index + 1);

const format = ({ weights, activations }: LinearRecipe): string =>
  `${weights} × ${activations === 'fp32' ? 'fp32' : `${activations.symmetric ? 'int' : 'uint'}${activations.bits}`}`;

function DesignNumberField({
  which,
  label,
  help,
  edit = (next) => setNumber(which, next),
}: {
  readonly which: DesignNumber;
  readonly label: string;
  readonly help?: string;
  readonly edit?: (next: number, design: Design) => Edit;
}) {
  const value = useComposer((state) => readNumber(state.design, which));
  const problem = useComposer(
    (state) => analysisOf(state.design).problems.find((candidate) => candidate.path === which)?.message,
  );
  return (
    <NumberField
      label={label}
      value={value}
      least={NUMBERS[which].least}
      most={NUMBERS[which].most}
      problem={problem}
      {...(help ? { help } : {})}
      onCommit={(next) => composer.getState().edit((design) => edit(next, design))}
    />
  );
}

const WINDOW = [
  { of: 'sinks', label: 'First tokens' },
  { of: 'recent', label: 'Recent tokens' },
] as const;

/** What a token attends to: all tokens before it, or the first and the recent ones. */
function WindowFields() {
  const id = useId();
  const window = useComposer((state) => state.design.window);
  const problem = useComposer(
    (state) => analysisOf(state.design).problems.find((candidate) => candidate.path === 'window')?.message,
  );
  const set = (next: (design: Design) => Window | undefined): void => {
    composer.getState().edit((design) => setWindow(next(design)));
  };
  return (
    <>
      <div className="field">
        <label className="field__label" htmlFor={`${id}-window`}>
          A token attends to
        </label>
        <select
          id={`${id}-window`}
          className="select"
          value={window ? 'window' : 'all'}
          onChange={(event) => set(event.target.value === 'window' ? initialWindow : () => undefined)}
        >
          <option value="all">all tokens before it</option>
          <option value="window">first and recent tokens</option>
        </select>
        <p className="field__help">
          With first and recent tokens alone, the KV cache and the time per token stay as they are at any length of the
          text, which may exceed what the model was trained for.
        </p>
      </div>
      {window ? (
        <div className="field-pair">
          {WINDOW.map(({ of, label }) => (
            <NumberField
              key={of}
              label={label}
              value={window[of]}
              least={1}
              most={MOST_WINDOW}
              problem={of === 'sinks' ? problem : undefined}
              onCommit={(next) => set(() => ({ ...window, [of]: next }))}
            />
          ))}
        </div>
      ) : null}
    </>
  );
}

const SEGMENTS = [
  { of: 'segment', label: 'Segment, tokens', most: MOST_SEGMENT },
  { of: 'summary', label: 'Summary, tokens', most: MOST_SEGMENT },
  { of: 'recall', label: 'Recalled tokens', most: MOST_SEGMENT },
  { of: 'memories', label: 'Memories', most: MOST_MEMORIES },
] as const;

/** What the memory of segments costs, of a design without errors. */
function OverheadHelp() {
  const overhead = overheadOf(useAnalysis());
  if (!overhead) return null;
  return (
    <p className="field__help">
      Searching the memory and remembering take {duration(overhead.seconds)} per segment,{' '}
      {(overhead.share * 100).toPrecision(2)} % of it.
    </p>
  );
}

/** How prefill reads a text: in one piece, or in segments with a memory of them. */
function SegmentFields() {
  const id = useId();
  const hmt = useComposer((state) => state.design.hmt);
  const problem = useComposer(
    (state) => analysisOf(state.design).problems.find((candidate) => candidate.path === 'hmt')?.message,
  );
  const set = (next: (design: Design) => Segmentation | undefined): void => {
    composer.getState().edit((design) => setSegments(next(design)));
  };
  return (
    <>
      <div className="field">
        <label className="field__label" htmlFor={`${id}-hmt`}>
          Prefill reads a text
        </label>
        <select
          id={`${id}-hmt`}
          className="select"
          value={hmt ? 'segments' : 'whole'}
          onChange={(event) => set(event.target.value === 'segments' ? initialSegments : () => undefined)}
        >
          <option value="whole">in one piece</option>
          <option value="segments">in segments, with a memory (HMT)</option>
        </select>
        <p className="field__help">
          In segments a text may have any length: the longest prompt is that of a launch. The modules of the memory come
          to the prefill canvas, and go with it.
        </p>
      </div>
      {hmt ? (
        <>
          {[SEGMENTS.slice(0, 2), SEGMENTS.slice(2)].map((pair) => (
            <div className="field-pair" key={pair[0]?.of}>
              {pair.map(({ of, label, most }) => (
                <NumberField
                  key={of}
                  label={label}
                  value={hmt[of]}
                  least={1}
                  most={most}
                  problem={of === 'segment' ? problem : undefined}
                  onCommit={(next) => set(() => ({ ...hmt, [of]: next }))}
                />
              ))}
            </div>
          ))}
          <div className="field">
            <label className="field__label" htmlFor={`${id}-search`}>
              The memory is searched by
            </label>
            <select
              id={`${id}-search`}
              className="select"
              value={hmt.projections ? 'projections' : 'states'}
              onChange={({ target }) =>
                set(() => ({ ...hmt, projections: target.value === 'projections' ? true : undefined }))
              }
            >
              <option value="states">the states themselves</option>
              <option value="projections">projections, trained or the identity</option>
            </select>
          </div>
          <OverheadHelp />
        </>
      ) : null}
    </>
  );
}

/** What can be expected of the clocks, below the fields for them. */
function ClockHelp() {
  const clocks = clocksOf(useAnalysis());
  const { standing } = useReadable();
  const present = STAGE_NAMES.filter((stage) => standing[stage] === 'present');
  if (!clocks || present.length === 0) return null;
  const above = present.filter((stage) => clocks[stage].above);
  return (
    <p className={`field__help ${above.length > 0 ? 'field__help--amber' : ''}`}>
      Expected of designs this full: {present.map((stage) => `${stage} ${rangeText(clocks[stage])}`).join(', ')}.
      {above.length > 0
        ? ` Figures of ${above.join(' and ')} are at ${above.map((stage) => clocks[stage].leading).join(' and ')} MHz.`
        : ''}
    </p>
  );
}

/** What holds for the whole design. */
export function DesignPanel() {
  const id = useId();
  const design = useComposer((state) => state.design);
  const { edit } = composer.getState();
  const target = targetById(design.target);
  const { model, recipe } = design;
  const preset = recipeOfFormats(recipe);
  const general = analysisOf(design).problems.filter(
    (problem) => problem.stage === undefined && problem.instance === undefined,
  );
  return (
    <div className="inspector">
      <div className="panel-head">
        <h2>Design</h2>
        <span className="panel-head__note">nothing selected</span>
      </div>
      <Adapt />
      {general.length > 0 ? (
        <section className="inspector__section">
          <ProblemList problems={general} />
        </section>
      ) : null}
      <section className="inspector__section">
        <h3>Parallelism</h3>
        <ChoiceField
          label="Token parallelism (TP)"
          help="Tokens that prefill works on side by side; every weight it reads is used this often."
          value={design.tokenParallelism}
          choices={TP}
          onChange={(value) => edit(() => setNumber('tokenParallelism', Number(value)))}
        />
        <ChoiceField
          label="KV cache memories"
          help="Memories that keys, and values, are spread over by KV heads. Decode attention reads them side by side."
          value={design.cachePorts}
          choices={divisors(model.kvHeads)}
          problem={analysisOf(design).problems.find((problem) => problem.path === 'cachePorts')?.message}
          onChange={(value) => edit(() => setNumber('cachePorts', Number(value)))}
        />
      </section>
      <section className="inspector__section">
        <h3>Target</h3>
        <div className="field">
          <label className="field__label" htmlFor={`${id}-target`}>
            Card
          </label>
          <select
            id={`${id}-target`}
            className="select"
            value={design.target}
            onChange={(event) => edit(() => setTarget(event.target.value))}
          >
            {TARGETS.map((candidate) => (
              <option key={candidate.id} value={candidate.id}>
                {candidate.title}
              </option>
            ))}
          </select>
          {target ? <p className="field__help">{target.note}</p> : null}
        </div>
        <div className="field-pair">
          <DesignNumberField which="clocks.prefill" label="Prefill clock, MHz" />
          <DesignNumberField which="clocks.decode" label="Decode clock, MHz" />
        </div>
        <ClockHelp />
      </section>
      <section className="inspector__section">
        <h3>Workload</h3>
        <div className="field-pair">
          <DesignNumberField which="workload.prompt" label="Prompt tokens" />
          <DesignNumberField which="workload.generate" label="Generated tokens" />
        </div>
        <p className="field__help">What the time estimates are for.</p>
      </section>
      <section className="inspector__section">
        <h3>Limits</h3>
        <div className="field-pair">
          <DesignNumberField which="limits.prompt" label="Longest prompt" />
          <DesignNumberField which="limits.context" label="Longest context" />
        </div>
        <p className="field__help">Sizes of buffers and of the KV cache, in tokens.</p>
        <DesignNumberField
          which="limits.chunk"
          label="Prefill chunk"
          help="Tokens of one launch of prefill, a multiple of the token parallelism; longer prompts take several. Memories of hidden states hold a chunk. As many as the longest prompt: one launch."
          edit={(next, { limits }) => setChunk(next === limits.prompt ? undefined : next)}
        />
        <WindowFields />
        <SegmentFields />
      </section>
      <section className="inspector__section">
        <h3>Recipe</h3>
        <div className="field">
          <label className="field__label" htmlFor={`${id}-recipe`}>
            Number formats
          </label>
          <select
            id={`${id}-recipe`}
            className="select"
            value={preset?.name ?? ''}
            onChange={(event) => edit(() => setRecipe(event.target.value))}
          >
            {preset ? null : <option value="">{recipe.name} (own)</option>}
            {RECIPES.map((candidate) => (
              <option key={candidate.name} value={candidate.name}>
                {candidate.name}
              </option>
            ))}
          </select>
        </div>
        <dl className="pairs">
          <div className="pair">
            <dt>q, k, v, o</dt>
            <dd>{format(recipe.qkvo)}</dd>
          </div>
          <div className="pair">
            <dt>FFN</dt>
            <dd>{format(recipe.ffn)}</dd>
          </div>
          <div className="pair">
            <dt>Head</dt>
            <dd>{format(recipe.lmHead)}</dd>
          </div>
          <div className="pair">
            <dt>Attention</dt>
            <dd>{attentionText(recipe)}</dd>
          </div>
          <div className="pair">
            <dt>Softmax divides</dt>
            <dd>{normalisesResult(recipe) ? 'result of attention' : 'probabilities'}</dd>
          </div>
          <div className="pair">
            <dt>Rotation</dt>
            <dd>{recipe.downHadamard ? `Hadamard before down_proj, ${rotationText(model.ffn)} channels` : 'none'}</dd>
          </div>
        </dl>
        <p className="field__help">Another recipe needs other quantizers on the canvases; the editor can fit them.</p>
        <button type="button" className="button" onClick={() => openDialog('recipe')}>
          Edit the recipe…
        </button>
      </section>
      <section className="inspector__section">
        <h3>Model</h3>
        <dl className="pairs">
          <div className="pair">
            <dt>Name</dt>
            <dd>{model.name}</dd>
          </div>
          <div className="pair">
            <dt>Layers</dt>
            <dd>{whole(model.layers)}</dd>
          </div>
          <div className="pair">
            <dt>Hidden</dt>
            <dd>
              {whole(model.hidden)} · FFN {whole(model.ffn)}
            </dd>
          </div>
          <div className="pair">
            <dt>Heads</dt>
            <dd>
              {whole(model.heads)} · KV {whole(model.kvHeads)} · size {whole(model.headDim)}
            </dd>
          </div>
          <div className="pair">
            <dt>Vocabulary</dt>
            <dd>{whole(model.vocab)}</dd>
          </div>
        </dl>
      </section>
    </div>
  );
}
