import { useEffect, useState } from 'react';
import { STAGE_NAMES } from '../../core/design/types.ts';
import type { Preview } from '../../core/estimate/design/preview.ts';
import { recipeByName, recipeNote, withGroupsFor } from '../../core/models/recipe.ts';
import { WorkerClient } from '../state/worker-client.ts';
import { clockPair, clockShort } from '../words/clocks.ts';
import { LIGHT_WORDS } from '../words/fit.ts';
import { duration, plural, rate, whole } from '../words/format.ts';
import { STAGE_TITLES } from '../words/names.ts';
import type { Wish } from './new-design.ts';
import { FitIcon } from '../components/FitIcon.tsx';

/** The figures of a wish, or why no design can be made of it. */
export type Previewed = { readonly preview: Preview } | { readonly refused: string };

const client = new WorkerClient<Wish, Previewed>(
  () => new Worker(new URL('./preview.worker.ts', import.meta.url), { type: 'module' }),
);

/** What the worker says of the last wish; what it said of the one before stays until then. */
function usePreview(wish: Wish): { readonly found: Previewed | undefined; readonly of: Wish | undefined } {
  const [state, setState] = useState<{ found: Previewed | undefined; of: Wish | undefined }>({
    found: undefined,
    of: undefined,
  });
  const key = JSON.stringify({ ...wish, name: '' });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says when the wish is another one; its name changes no figure
  useEffect(() => {
    let here = true;
    void client
      .ask(wish)
      .then(
        (found) =>
          here && setState({ found: found ?? { refused: 'estimating has failed; change the wish again' }, of: wish }),
      );
    return () => {
      here = false;
    };
  }, [key]);
  return state;
}

function Row({ name, value, note }: { readonly name: string; readonly value: string; readonly note?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong> {note ? <span className="muted">{note}</span> : null}
      </dd>
    </div>
  );
}

function Figures({ preview, wish }: { readonly preview: Preview; readonly wish: Wish }) {
  const { stages, light, fullest, clocks, errors } = preview;
  const clock = (stage: 'prefill' | 'decode'): string | undefined => {
    const found = clocks[stage];
    return found && `at ${clockShort(found)}`;
  };
  const empty = STAGE_NAMES.filter((stage) => wish[stage] === 'empty');
  const recipe = recipeByName(wish.recipe);
  const note = recipe && recipeNote(withGroupsFor(wish.model, recipe), wish.model);
  return (
    <>
      {light ? (
        <p className={`preview__fit preview__fit--${light}`}>
          <FitIcon light={light} />{' '}
          <span>
            <strong>{LIGHT_WORDS[light]}</strong>: {fullest}
          </span>
        </p>
      ) : null}
      {stages.length > 0 ? (
        <dl className="preview__figures">
          {preview.timeToFirstToken !== undefined ? (
            <Row
              name="Time to first token"
              value={duration(preview.timeToFirstToken)}
              note={`${plural(wish.workload.prompt, 'prompt token')}, prefill ${clock('prefill')}`}
            />
          ) : preview.prefillSeconds !== undefined ? (
            <Row
              name="Prefill"
              value={duration(preview.prefillSeconds)}
              note={`${plural(wish.workload.prompt, 'prompt token')} ${clock('prefill')}`}
            />
          ) : null}
          {preview.tokensPerSecond !== undefined ? (
            <Row
              name="Decode"
              value={`${rate(preview.tokensPerSecond)} tokens/s`}
              note={`${whole(wish.workload.generate)} tokens ${clock('decode')}`}
            />
          ) : null}
          {stages.map((stage) => {
            const found = clocks[stage];
            return found ? <Row key={stage} name={`${STAGE_TITLES[stage]} clock`} value={clockPair(found)} /> : null;
          })}
        </dl>
      ) : null}
      {note ? <p className="muted">{note}</p> : null}
      {empty.length > 0 ? (
        <p className="muted">
          {empty.map((stage) => STAGE_TITLES[stage]).join(' and ')}: no figures, its canvas will be empty.
        </p>
      ) : null}
      {errors.length > 0 ? (
        <p className="field__problem" role="alert">
          As composed it has {plural(errors.length, 'error')}: {errors[0]}
        </p>
      ) : null}
    </>
  );
}

/** What a wish would come to, before it is made. */
export function WishPreview({ wish }: { readonly wish: Wish }) {
  const { found, of } = usePreview(wish);
  return (
    <section className="preview" aria-label="Figures before it is made" aria-live="polite" data-testid="preview">
      <h3>
        Before it is made <span className="mark mark--modelled">modelled</span>
      </h3>
      {found === undefined || of === undefined ? (
        <p className="muted">Estimating…</p>
      ) : 'refused' in found ? (
        <p className="field__problem" role="alert">
          No design can be made of this: {found.refused}
        </p>
      ) : (
        <Figures preview={found.preview} wish={of} />
      )}
    </section>
  );
}
