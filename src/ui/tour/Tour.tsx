import { type CSSProperties, useEffect, useRef, useState } from 'react';
import { composer } from '../state/app-store.ts';
import { usePreferences } from '../state/preferences.ts';
import { endTour, useTour } from './tour.ts';

interface Step {
  readonly title: string;
  readonly text: string;
  /** What it is about, on the screen. */
  readonly at: string;
  readonly before?: () => void;
}

/** Five minutes from the whole to the zip. Each step shows one part of the window. */
const STEPS: readonly Step[] = [
  {
    title: 'The whole system',
    text: 'A prompt comes in, prefill reads it and fills the KV cache, decode makes one token after another from the cache. Each stage is a canvas, and becomes a kernel on the card.',
    at: '.strip',
    before: () => usePreferences.getState().change({ strip: true }),
  },
  {
    title: 'A canvas',
    text: 'A card is a piece of hardware, a row on it is one use of that hardware in a layer. Two rows on one card: the hardware is reused, in different passes.',
    at: '[data-testid^="canvas-"]',
  },
  {
    title: 'Modules',
    text: 'Drag a module onto a canvas, or press Enter on it. Dropped onto an instance of its kind it reuses that one. Search knows other words, such as GEMM.',
    at: '.side',
    before: () => usePreferences.getState().change({ side: 'modules' }),
  },
  {
    title: 'Wires',
    text: 'Draw from an output on the right of a card to an input on the left of another. What fits grows. What does not says why, and what would help. Let go over empty canvas to add what fits.',
    at: '[data-testid^="canvas-"]',
  },
  {
    title: 'The inspector',
    text: 'Whatever is selected can be changed here: parameters, operations, connections. With nothing selected it shows the target, the recipe and the workload.',
    at: '#inspector',
  },
  {
    title: 'The schedule',
    text: 'Operations on one instance take turns. The table shows which instance works in which pass. Point at a pass to see it on the canvas; the buttons step through a layer.',
    at: '.lower',
    before: () => composer.getState().setBottomTab('schedule'),
  },
  {
    title: 'What it costs',
    text: 'Time, roofline, resources and memory follow every edit. Every figure says where it comes from. All are modelled, none is measured.',
    at: '.lower .tabs',
  },
  {
    title: 'Undo and history',
    text: 'Everything can be undone, and the history on the left names every step. The browser keeps the last states, even when a tab is closed.',
    at: '.header__group',
  },
  {
    title: 'Export',
    text: 'When there are no errors, Export makes a complete project: kernels, host program, test bench, and a runner that simulates, builds and runs it.',
    at: '.header .button--primary',
  },
];

/** The present step beside what it is about. */
export default function Tour() {
  const step = useTour((state) => state.step);
  const card = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<{ readonly card: CSSProperties; readonly frame: CSSProperties } | undefined>();
  const present = step === undefined ? undefined : STEPS[step];

  useEffect(() => {
    if (!present) return;
    present.before?.();
    const put = (): void => {
      const box = document.querySelector(present.at)?.getBoundingClientRect();
      if (!box) return;
      const [width, height] = [340, 210];
      const [right, below] = [innerWidth - box.right, innerHeight - box.bottom];
      const x =
        right > width + 24
          ? box.right + 14
          : box.left > width + 24
            ? box.left - width - 14
            : box.left + (box.width - width) / 2;
      const beside = right > width + 24 || box.left > width + 24;
      const y = beside
        ? box.top + 12
        : below > height + 24
          ? box.bottom + 14
          : box.top > height + 24
            ? box.top - height - 14
            : box.top + (box.height - height) / 2;
      const inside = (value: number, room: number): number => Math.max(12, Math.min(value, room));
      setPlace({
        card: { left: inside(x, innerWidth - width - 12), top: inside(y, innerHeight - height - 12), width },
        frame: { left: box.left, top: box.top, width: box.width, height: box.height },
      });
    };
    const timer = setTimeout(put, 60);
    window.addEventListener('resize', put);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('resize', put);
    };
  }, [present]);

  // It can take the focus once it has a place, after whatever opened it has given the focus back.
  useEffect(() => {
    if (!place || step === undefined) return;
    const timer = setTimeout(() => card.current?.focus());
    return () => clearTimeout(timer);
  }, [place, step]);

  if (!present || step === undefined) return null;
  const go = (to: number): void => (to >= STEPS.length ? endTour() : useTour.setState({ step: Math.max(0, to) }));
  return (
    <>
      <div className="tour-frame" style={place?.frame} aria-hidden="true" />
      <div
        ref={card}
        role="dialog"
        aria-labelledby="tour-title"
        aria-describedby="tour-text"
        tabIndex={-1}
        className="tour"
        style={place?.card ?? { visibility: 'hidden' }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') endTour();
          else if (event.key === 'ArrowRight') go(step + 1);
          else if (event.key === 'ArrowLeft') go(step - 1);
          else return;
          event.stopPropagation();
        }}
      >
        <p className="tour__count">
          Step {step + 1} of {STEPS.length}
        </p>
        <h2 id="tour-title">{present.title}</h2>
        <p id="tour-text">{present.text}</p>
        <div className="button-row button-row--end">
          <button type="button" className="button button--quiet" onClick={endTour}>
            End the tour
          </button>
          {step > 0 ? (
            <button type="button" className="button" onClick={() => go(step - 1)}>
              Back
            </button>
          ) : null}
          <button type="button" className="button button--primary" onClick={() => go(step + 1)}>
            {step === STEPS.length - 1 ? 'Done' : 'Next'}
          </button>
        </div>
      </div>
    </>
  );
}
