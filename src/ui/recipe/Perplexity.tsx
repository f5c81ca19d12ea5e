import { useEffect, useRef, useState } from 'react';
import type { Recipe } from '../../core/models/recipe.ts';
import { whole } from '../words/format.ts';
import type { PerplexityAnswer, PerplexityRequest } from './protocol.ts';

type Measured = Extract<PerplexityAnswer, { kind: 'result' }>;

/** What has been measured in this visit, by recipe; names do not matter. */
const measured = new Map<string, Measured>();
const keyOf = (recipe: Recipe): string => JSON.stringify({ ...recipe, name: '' });

/** Perplexity of the sample model under a recipe: measured on request, off the main thread. */
export function Perplexity({ recipe, disabled }: { readonly recipe: Recipe; readonly disabled: boolean }) {
  const worker = useRef<Worker | undefined>(undefined);
  const [answer, setAnswer] = useState<PerplexityAnswer | undefined>();
  const key = keyOf(recipe);
  const stop = (): void => {
    worker.current?.terminate();
    worker.current = undefined;
    setAnswer(undefined);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: another recipe ends what runs for the one before
  useEffect(() => stop, [key]);
  const start = (): void => {
    const made = new Worker(new URL('./perplexity.worker.ts', import.meta.url), { type: 'module', name: 'perplexity' });
    worker.current = made;
    setAnswer({ kind: 'progress', done: 0, of: 0 });
    made.addEventListener('message', (event: MessageEvent<PerplexityAnswer>) => {
      if (event.data.kind === 'result') measured.set(key, event.data);
      setAnswer(event.data);
      if (event.data.kind !== 'progress') made.terminate();
    });
    made.addEventListener('error', (event) =>
      setAnswer({ kind: 'error', message: event.message || 'The measurement could not be started.' }),
    );
    made.postMessage({ recipe, base: document.baseURI } satisfies PerplexityRequest);
  };
  const result = measured.get(key);
  const running = answer?.kind === 'progress';
  return (
    <div className="recipe__perplexity">
      <div className="recipe__figure" aria-live="polite">
        <span className="muted">Perplexity, measured</span>
        <strong data-testid="perplexity">
          {result
            ? result.perplexity.toFixed(3)
            : running
              ? `${answer.of > 0 ? Math.round((100 * answer.done) / answer.of) : 0} %`
              : '—'}
        </strong>
      </div>
      {running ? (
        <progress
          className="progress"
          max={Math.max(1, answer.of)}
          value={answer.done}
          aria-label="Progress of the measurement"
        />
      ) : null}
      {answer?.kind === 'error' ? <p className="field__problem">{answer.message}</p> : null}
      {running ? (
        <button type="button" className="button" onClick={stop}>
          Cancel
        </button>
      ) : (
        <button type="button" className="button" disabled={disabled || result !== undefined} onClick={start}>
          {result ? 'Measured' : 'Measure'}
        </button>
      )}
      <p className="field__help">
        On the first {result ? whole(result.tokens) : '2,000'} tokens of the held-out text, by the reference
        implementation. Lower is better.
      </p>
    </div>
  );
}
