import { Circle, CircleCheckBig, X } from 'lucide-react';
import { type CSSProperties, useEffect, useRef, useState } from 'react';
import type { Design } from '../../core/design/types.ts';
import { replaceDesign } from '../../core/edit/settings.ts';
import { sampleById } from '../../core/templates/samples.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { STEPS, TOUR_SAMPLE } from './steps.ts';
import { endTour, TOUR_CARD, useTour } from './tour.ts';

const MARGIN = 12;
const GAP = 14;
/** In windows below this size the card lies along the lower edge, and the rest of the window makes room for it. */
const NARROW = 700;
const LOW = 480;
const alongEdge = (): boolean => innerWidth < NARROW || innerHeight < LOW;
/** How much room that is, for the style sheets. */
const ROOM = '--tour-room';

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top));

/** Where a card covers least of what it is about: beside it, else in the corner that is freest. */
function besides(target: Box, width: number, height: number): { readonly left: number; readonly top: number } {
  const inside = (value: number, room: number): number => Math.max(MARGIN, Math.min(value, room));
  const [right, bottom] = [innerWidth - width - MARGIN, innerHeight - height - MARGIN];
  const places = [
    [target.left + target.width + GAP, target.top],
    [target.left - width - GAP, target.top],
    [target.left, target.top + target.height + GAP],
    [target.left, target.top - height - GAP],
    [right, bottom],
    [MARGIN, bottom],
    [MARGIN, MARGIN],
  ].map(([left = 0, top = 0]) => ({ left: inside(left, right), top: inside(top, bottom) }));
  const covered = (place: { left: number; top: number }): number => overlap(target, { ...place, width, height });
  return places.reduce((best, place) => (covered(place) < covered(best) ? place : best));
}

/** Opens the sample of the tour unless it is there as it was made; the design before is a step away. */
function openSample(pristine: boolean): void {
  const sample = sampleById(TOUR_SAMPLE)?.design();
  const { design, edit } = composer.getState();
  const there = pristine
    ? JSON.stringify(design) === JSON.stringify(sample)
    : design.name === sample?.name && STEPS.length > 0 && design.model.name === sample.model.name;
  if (!sample || there) return;
  if (!edit(() => replaceDesign(sample, `Open sample ${TOUR_SAMPLE} for the tour`))) endTour();
  else if (pristine) useTour.setState({ left: design });
}

/** Ends the tour; whoever had a design open can go back to it at once. */
function leave(): void {
  const { left } = useTour.getState();
  endTour();
  if (left && composer.getState().design !== left)
    composer.getState().notify(`That was the tour. ${left.name} is as you left it.`, {
      action: {
        label: `Back to ${left.name}`,
        run: () => composer.getState().edit(() => replaceDesign(left, `Back to ${left.name}`)),
      },
    });
}

/** The present step beside what it is about: what there is to understand, what to do, and what came of it. */
export default function Tour() {
  const step = useTour((state) => state.step) ?? 0;
  const card = useRef<HTMLDivElement>(null);
  const [entered, setEntered] = useState<{ readonly step: number; readonly design: Design } | undefined>();
  const [finished, setFinished] = useState<ReadonlyMap<number, string>>(new Map());
  const [place, setPlace] = useState<{ readonly card: CSSProperties; readonly frame: CSSProperties } | undefined>();
  const present = STEPS[step];
  const here = entered?.step === step ? entered.design : undefined;
  const done = useComposer((state) => here !== undefined && present?.done(state, here) === true);

  useEffect(() => openSample(true), []);

  useEffect(() => {
    openSample(false);
    STEPS[step]?.before(composer.getState());
    setEntered({ step, design: composer.getState().design });
  }, [step]);

  // What was done once stays done, with the figures of that moment: the next step may take it back.
  useEffect(() => {
    if (!done || !here || !present) return;
    const said = present.result?.(composer.getState(), here) ?? 'Done.';
    setFinished((known) => (known.has(step) ? known : new Map(known).set(step, said)));
  }, [done, here, present, step]);

  useEffect(() => {
    if (!present) return;
    const put = (): void => {
      const box = document.querySelector(present.at(composer.getState()))?.getBoundingClientRect();
      const { offsetWidth: width = 0, offsetHeight: height = 0 } = card.current ?? {};
      if (!box || width === 0) return;
      const frame = { left: box.left, top: box.top, width: box.width, height: box.height };
      const edge = alongEdge();
      document.documentElement.style.setProperty(ROOM, edge ? `${height}px` : '0px');
      setPlace({ card: edge ? { bottom: 0 } : besides(frame, width, height), frame });
    };
    const first = setTimeout(put, 60);
    // Panels open, load and move while a task is done.
    const again = setInterval(put, 400);
    window.addEventListener('resize', put);
    return () => {
      clearTimeout(first);
      clearInterval(again);
      window.removeEventListener('resize', put);
      document.documentElement.style.removeProperty(ROOM);
    };
  }, [present]);

  // It can take the focus once it has a place, after whatever opened it has given the focus back.
  const placed = place !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: every step takes the focus
  useEffect(() => {
    if (!placed) return;
    const timer = setTimeout(() => card.current?.focus());
    return () => clearTimeout(timer);
  }, [placed, step]);

  if (!present) return null;
  const said = finished.get(step);
  const last = step === STEPS.length - 1;
  const go = (to: number): void => (to >= STEPS.length ? leave() : useTour.setState({ step: Math.max(0, to) }));
  return (
    <>
      <div className="tour-frame" style={place?.frame ?? { display: 'none' }} aria-hidden="true" />
      <div
        ref={card}
        id={TOUR_CARD}
        role="dialog"
        aria-labelledby="tour-title"
        aria-describedby="tour-text tour-task"
        tabIndex={-1}
        className={`tour ${alongEdge() ? 'tour--edge' : ''}`}
        style={place?.card ?? { visibility: 'hidden' }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') leave();
          else if (event.key === 'ArrowRight') go(step + 1);
          else if (event.key === 'ArrowLeft') go(step - 1);
          else return;
          event.stopPropagation();
        }}
      >
        <p className="tour__count">
          Step {step + 1} of {STEPS.length}
        </p>
        <button type="button" className="icon-button tour__close" aria-label="End the tour" onClick={leave}>
          <X size={15} aria-hidden="true" />
        </button>
        <h2 id="tour-title">{present.title}</h2>
        <p id="tour-text" className="tour__text">
          {present.text}
        </p>
        <p id="tour-task" className={`tour__task ${said === undefined ? '' : 'tour__task--done'}`}>
          {said === undefined ? (
            <Circle size={16} aria-hidden="true" />
          ) : (
            <CircleCheckBig size={16} aria-label="Done:" className="good" />
          )}
          <span>{present.task}</span>
        </p>
        <p role="status" className="tour__result">
          {said ?? ''}
        </p>
        <div className="button-row button-row--end">
          <span className="tour__keys">
            <kbd>F6</kbd> comes back here
          </span>
          {step > 0 ? (
            <button type="button" className="button" onClick={() => go(step - 1)}>
              Back
            </button>
          ) : null}
          <button
            type="button"
            className={`button ${said === undefined && !last ? '' : 'button--primary'}`}
            onClick={() => go(step + 1)}
          >
            {last ? 'Finish' : said === undefined ? 'Skip' : 'Next'}
          </button>
        </div>
      </div>
    </>
  );
}
