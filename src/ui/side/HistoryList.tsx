import { composer, useComposer } from '../state/app-store.ts';

/** Every step that led here, and those that were undone; a click goes there. */
export default function HistoryList() {
  const { past, future } = useComposer((state) => state.history);
  const entries = [...past, ...future];
  const item = (label: string, steps: number) => (
    <li key={steps}>
      <button
        type="button"
        className={`steps__item ${steps > past.length ? 'steps__item--undone' : ''}`}
        aria-current={steps === past.length ? 'step' : undefined}
        onClick={() => composer.getState().travel(steps)}
      >
        <span className="steps__label">{label}</span>
        {steps > past.length ? <span className="steps__note">undone</span> : null}
      </button>
    </li>
  );
  return (
    <section className="steps" aria-label="History" id="history">
      <ol className="steps__list">
        {item('As opened', 0)}
        {entries.map((entry, index) => item(entry.label, index + 1))}
      </ol>
      <p className="palette__hint">
        {entries.length === 0
          ? 'Every change you make is listed here.'
          : 'Choose a step to go there. What comes after it stays until you change something.'}
      </p>
    </section>
  );
}
