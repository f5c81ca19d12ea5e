import type { Design, Instance } from '../../core/design/types.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import { timeOf } from '../figures/time.ts';
import { showPane } from '../state/panes.ts';
import { usePreferences } from '../state/preferences.ts';
import type { ComposerState } from '../state/store.ts';
import { duration, rate } from '../words/format.ts';

/** One thing to understand, and one thing to do for it. */
export interface TourStep {
  readonly title: string;
  readonly text: string;
  /** What to do; none where there is only to read. */
  readonly task: string;
  /** What it is about, on the screen. */
  readonly at: (state: ComposerState) => string;
  /** Brings the window to where the step begins. */
  readonly before: (state: ComposerState) => void;
  /** Whether the task is done. `entered` is the design as it was when the step began. */
  readonly done: (state: ComposerState, entered: Design) => boolean;
  /** What came of it, in figures. */
  readonly result?: (state: ComposerState, entered: Design) => string;
}

/** The sample that the tour is about. */
export const TOUR_SAMPLE = 'moby-u280';
const ENGINE = 'linear_all';

const engineOf = (design: Design): Instance | undefined =>
  design.stages.decode.instances.find(({ id }) => id === ENGINE);
const parallelism = (design: Design): number => Number(engineOf(design)?.params['wp'] ?? 0);

/** 'Tokens per second 6,352 → 7,807; first token 1.605 → 1.577 ms.' */
function figures(state: ComposerState, entered: Design): string {
  const [was, is] = [timeOf(analysisOf(entered)), timeOf(analysisOf(state.design))];
  if (!was || !is) return 'The design has errors now; the Problems view says what would mend them.';
  const tokens =
    rate(was.tokensPerSecond) === rate(is.tokensPerSecond)
      ? `tokens per second stay at ${rate(is.tokensPerSecond)}`
      : `tokens per second ${rate(was.tokensPerSecond)} → ${rate(is.tokensPerSecond)}`;
  return `First token ${duration(was.timeToFirstToken)} → ${duration(is.timeToFirstToken)}; ${tokens}.`;
}

const canvas = ({ view }: ComposerState): string =>
  view === 'both' ? '[data-testid="canvas-decode"]' : `[data-testid="canvas-${view}"]`;

/** Ten minutes from the two stages to what limits each. */
export const STEPS: readonly TourStep[] = [
  {
    title: 'Two stages, one answer',
    text: 'A prompt comes in. Prefill reads all of it and fills the KV cache; decode then writes the answer, one token after another. Each stage has a canvas of its own, and becomes a kernel on the card.',
    task: 'Show the decode canvas: press Decode in the header.',
    at: () => '.segments',
    before: (state) => {
      usePreferences.getState().change({ strip: true });
      state.setView('prefill');
      showPane('canvas');
    },
    done: ({ view }) => view === 'decode',
  },
  {
    title: 'Hardware, and its uses',
    text: 'A card is a piece of hardware, a row on it one use of it within a layer. Decode has a single linear engine that does every weight matrix in turn: for one token there is not enough work to keep more of them busy.',
    task: `Select the linear engine, ${ENGINE}.`,
    at: canvas,
    before: (state) => {
      state.setView('decode');
      state.select({ stage: 'decode', instances: [], streams: [] });
      showPane('canvas');
    },
    done: ({ selection }) => selection.stage === 'decode' && selection.instances.includes(ENGINE),
  },
  {
    title: 'A change, and its figures',
    text: 'Weight parallelism (WP) is how many output channels the engine computes side by side. Decode spends nearly all of its time there, so more of it is seen at once in the header.',
    task: 'Raise WP of the engine in the inspector by one step.',
    at: () => '#inspector',
    before: (state) => {
      state.setView('decode');
      state.select({ stage: 'decode', instances: [ENGINE], streams: [] });
      showPane('inspector');
    },
    done: ({ design }, entered) => parallelism(design) > parallelism(entered),
    result: figures,
  },
  {
    title: 'Nothing is final',
    text: 'Every change is a step of the history, which the left panel lists by name. Opening another design is a step, too.',
    task: 'Take your change back: press Undo in the header.',
    at: () => '.header__group',
    before: () => undefined,
    done: ({ history }, entered) => history.future.some(({ to }) => to === entered) || history.future.length > 0,
  },
  {
    title: 'Prefill: tokens share a weight',
    text: 'All tokens of the prompt are known, so prefill works on several side by side (TP), and every weight that it fetches serves all of them. Decode cannot do that: its next token is not known yet.',
    task: 'Raise the token parallelism (TP) in the inspector.',
    at: () => '#inspector',
    before: (state) => {
      state.setView('prefill');
      state.select({ stage: 'prefill', instances: [], streams: [] });
      showPane('inspector');
    },
    done: ({ design }, entered) => design.tokenParallelism > entered.tokenParallelism,
    result: figures,
  },
  {
    title: 'Why: the roofline',
    text: 'Under the slope memory is the limit, under the flat line the multipliers. Prefill stands to the right, since its tokens share each byte of weights; decode does two operations per byte and stands to the left. So the two stages want different hardware.',
    task: 'Open the Roofline view, and compare Prefill with Decode there.',
    at: () => '.lower',
    before: (state) => state.setBottomTab(state.bottomTab === 'roofline' ? 'schedule' : state.bottomTab),
    done: ({ bottomTab }) => bottomTab === 'roofline',
  },
  {
    title: 'Taking turns',
    text: 'Hardware can do one thing at a time, so its uses are spread over passes. The schedule shows who works in which pass: hardware that is reused has several entries in its row.',
    task: 'Open the Schedule view and press Next pass: the canvas shows who works.',
    at: () => '.lower',
    before: (state) => {
      state.play(undefined);
      showPane('views');
    },
    done: ({ bottomTab, played }) => bottomTab === 'schedule' && played !== undefined,
  },
  {
    title: 'What holds it back',
    text: 'The Time view names what each pass waits for: the place where more hardware helps, and where it does not. When you like the figures, Export makes a complete project; it runs on any computer with Node and a C++ compiler.',
    task: 'Open the Time view and look for the longest pass.',
    at: () => '.lower',
    before: (state) => {
      state.play(undefined);
      state.setBottomTab(state.bottomTab === 'time' ? 'schedule' : state.bottomTab);
    },
    done: ({ bottomTab }) => bottomTab === 'time',
  },
];
