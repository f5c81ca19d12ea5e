import { describe, expect, it } from 'vitest';
import { formatDesign } from '../../core/design/schema.ts';
import type { Design } from '../../core/design/types.ts';
import { SAMPLES, sampleById } from '../../core/templates/samples.ts';
import { renameDesign, replaceDesign, setNumber, setRecipe, setTarget } from '../../core/edit/settings.ts';
import type { Edit, Refused } from '../../core/edit/edit.ts';
import { duplicate } from '../../core/edit/copies.ts';
import { done, undoneToTheByte } from '../../../tests/edit-helpers.ts';
import { addInstance, moveInstances, removeSelection, renameInstance } from '../../core/edit/instances.ts';
import { setParam } from '../../core/edit/parameters.ts';
import { addOperation, splitOperation } from '../../core/edit/operations.ts';
import { counters } from './counters.ts';
import { createComposer } from './store.ts';
import { disconnect, setDepth } from '../../core/edit/streams.ts';

const sample = (): Design => {
  const found = sampleById('moby-u280');
  if (!found) throw new Error('no sample');
  return found.design();
};

const shared = (design: Design) => {
  const instance = design.stages.prefill.instances.find((candidate) => candidate.operations.length > 1);
  if (!instance) throw new Error('nothing is shared');
  return instance;
};

/** One of each kind of edit. */
const PLANS: Readonly<Record<string, (design: Design) => Edit | Refused>> = {
  add: (design) => addInstance(design, 'prefill', 'rms_norm', { x: 0, y: 0 }),
  reuse: (design) => addOperation(design, 'prefill', shared(design).id),
  split: (design) => splitOperation(design, 'prefill', shared(design).id, shared(design).operations[0]?.id ?? ''),
  remove: (design) => removeSelection(design, { stage: 'prefill', instances: [shared(design).id], streams: [] }),
  duplicate: (design) =>
    duplicate(design, { stage: 'decode', instances: [design.stages.decode.instances[2]?.id ?? ''], streams: [] }),
  rename: (design) => renameInstance(design, 'prefill', shared(design).id, 'renamed'),
  param: (design) =>
    setParam(
      design,
      'prefill',
      design.stages.prefill.instances.find((instance) => instance.module === 'linear_prefill')?.id ?? '',
      'wp',
      4,
    ),
  move: (design) =>
    moveInstances('prefill', new Map([[design.stages.prefill.instances[0]?.id ?? '', { x: 1000, y: 1000 }]])),
  disconnect: (design) => disconnect(design, 'decode', design.stages.decode.streams[1]?.id ?? ''),
  depth: (design) => setDepth('prefill', design.stages.prefill.streams[1]?.id ?? '', 9),
  name: () => renameDesign('Another'),
  target: () => setTarget('v80'),
  recipe: () => setRecipe('fp32'),
  number: () => setNumber('tokenParallelism', 8),
  replace: () => replaceDesign((SAMPLES[1] ?? SAMPLES[0])?.design() as Design, 'Open'),
};

describe('history', () => {
  for (const [name, plan] of Object.entries(PLANS)) {
    it(`undoes '${name}' to the byte, and does it again`, () => {
      undoneToTheByte(sample(), plan);
    });
  }

  it('undoes a long mixture to the byte', () => {
    const store = createComposer(sample());
    const texts: string[] = [formatDesign(store.getState().design)];
    for (const plan of [
      PLANS['add'],
      PLANS['split'],
      PLANS['move'],
      PLANS['disconnect'],
      PLANS['recipe'],
      PLANS['remove'],
      PLANS['replace'],
    ]) {
      if (plan) store.getState().edit(plan);
      texts.push(formatDesign(store.getState().design));
    }
    for (let index = texts.length - 2; index >= 0; index -= 1) {
      store.getState().undo();
      expect(formatDesign(store.getState().design)).toBe(texts[index]);
    }
  });

  it('travels to any entry and back to the byte', () => {
    const store = createComposer(sample());
    const texts: string[] = [formatDesign(store.getState().design)];
    for (const plan of [PLANS['add'], PLANS['split'], PLANS['move']]) {
      if (plan) store.getState().edit(plan);
      texts.push(formatDesign(store.getState().design));
    }
    for (const steps of [1, 3, 0, 2, 3]) {
      store.getState().travel(steps);
      expect(formatDesign(store.getState().design)).toBe(texts[steps]);
    }
  });

  it('makes one step of a stepper that is held', () => {
    const store = createComposer(sample());
    for (let value = 5; value < 9; value += 1) store.getState().edit(() => setNumber('tokenParallelism', value));
    expect(store.getState().history.past.map((entry) => entry.label)).toEqual(['Set token parallelism to 8']);
    store.getState().undo();
    expect(store.getState().design.tokenParallelism).toBe(4);
  });

  it('counts steps: not what merges into the last one, and not what changes nothing', () => {
    const store = createComposer(sample());
    const before = counters.steps;
    for (const value of [8, 16, 8]) store.getState().edit(() => setNumber('tokenParallelism', value));
    expect(counters.steps).toBe(before + 1);
    store.getState().edit(() => setNumber('tokenParallelism', 8));
    expect(counters.steps).toBe(before + 1);
    store.getState().edit(() => renameDesign('Another'));
    expect(counters.steps).toBe(before + 2);
  });

  it('keeps no trace of an edit that changes nothing', () => {
    const store = createComposer(sample());
    store.getState().edit(() => setNumber('tokenParallelism', 4));
    expect(store.getState().history.past).toHaveLength(0);
  });

  it('forgets the future when something new is done', () => {
    const store = createComposer(sample());
    store.getState().edit(() => renameDesign('One'));
    store.getState().undo();
    store.getState().edit(() => renameDesign('Two'));
    expect(store.getState().history.future).toHaveLength(0);
    expect(store.getState().design.name).toBe('Two');
  });
});

describe('store', () => {
  it('says what was refused and changes nothing', () => {
    const store = createComposer(sample());
    const { design } = store.getState();
    expect(store.getState().edit((present) => addInstance(present, 'decode', 'linear_prefill', { x: 0, y: 0 }))).toBe(
      false,
    );
    expect(store.getState().notice?.text).toMatch(/belongs on the prefill canvas/);
    expect(store.getState().design).toBe(design);
  });

  it('selects what was added, and what was selected before when that is undone', () => {
    const store = createComposer(sample());
    const id = store.getState().design.stages.decode.instances[0]?.id ?? '';
    store.getState().select({ stage: 'decode', instances: [id], streams: [] });
    store.getState().edit((design) => addInstance(design, 'prefill', 'softmax', { x: 0, y: 0 }));
    expect(store.getState().selection.instances).toEqual(['softmax_2']);
    expect(store.getState().stage).toBe('prefill');
    store.getState().undo();
    expect(store.getState().selection).toEqual({ stage: 'decode', instances: [id], streams: [] });
  });

  it('restores a document without a past', () => {
    const store = createComposer(sample());
    const design = done(sample(), renameDesign('Kept'));
    store.getState().restore(design);
    expect(store.getState().design.name).toBe('Kept');
    expect(store.getState().history.past).toHaveLength(0);
    expect(store.getState().restored).toBe(true);
  });
});
