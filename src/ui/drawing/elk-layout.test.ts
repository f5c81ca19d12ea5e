import ELK from 'elkjs';
import { expect, it } from 'vitest';
import type { Design } from '../../core/design/types.ts';
import { formatDesign } from '../../core/design/schema.ts';
import { nodeHeight, NODE } from '../../core/templates/layout.ts';
import { SAMPLES } from '../../core/templates/samples.ts';
import { addNote, foldGroup, makeGroup } from '../../core/edit/annotations.ts';
import { done } from '../../../tests/edit-helpers.ts';
import { moveInstances } from '../../core/edit/instances.ts';
import { createComposer } from '../state/store.ts';
import { groupBox } from './boundary.ts';
import { type Layout, notePlaces, placesFor } from './elk-layout.ts';

const layout: Layout = (graph) => new ELK().layout(graph);

it('places every sample without overlaps, as one step that is undone to the byte', async () => {
  for (const sample of SAMPLES) {
    const store = createComposer(sample.design());
    const before = formatDesign(store.getState().design);
    for (const stage of ['prefill', 'decode'] as const) {
      const graph = store.getState().design.stages[stage];
      const places = await placesFor(graph, new Set(), layout);
      expect(places.size).toBe(graph.instances.length);
      store.getState().edit(() => moveInstances(stage, places));
      const boxes = store.getState().design.stages[stage].instances.map((instance) => ({
        ...instance.position,
        bottom: instance.position.y + nodeHeight(instance),
        right: instance.position.x + NODE.width,
      }));
      boxes.forEach((a, index) => {
        for (const b of boxes.slice(index + 1))
          expect(a.x >= b.right || b.x >= a.right || a.y >= b.bottom || b.y >= a.bottom).toBe(true);
      });
    }
    store.getState().undo();
    store.getState().undo();
    expect(formatDesign(store.getState().design), sample.id).toBe(before);
  }
});

it('leaves the corner of a part where it was', async () => {
  const design = SAMPLES[0]?.design();
  if (!design) throw new Error('no sample');
  const graph = design.stages.prefill;
  const part = graph.instances.slice(4, 8);
  const places = await placesFor(graph, new Set(part.map((instance) => instance.id)), layout);
  expect(places.size).toBe(4);
  expect(Math.min(...[...places.values()].map(({ x }) => x))).toBe(Math.min(...part.map(({ position }) => position.x)));
});

const boxOf = (design: Design, id: string) => {
  const instance = design.stages.prefill.instances.find((candidate) => candidate.id === id);
  if (!instance) throw new Error(`no ${id}`);
  return {
    ...instance.position,
    right: instance.position.x + NODE.width,
    bottom: instance.position.y + nodeHeight(instance),
  };
};

it('keeps open groups together, moves collapsed ones as one, and takes notes along', async () => {
  const fresh = SAMPLES[0]?.design();
  if (!fresh) throw new Error('no sample');
  const ids = fresh.stages.prefill.instances.map(({ id }) => id);
  const chosen = (from: number, to: number) => ({
    stage: 'prefill' as const,
    instances: ids.slice(from, to),
    streams: [],
  });
  let design = done(fresh, makeGroup(fresh, chosen(3, 7)));
  design = done(design, makeGroup(design, chosen(9, 13)));
  design = done(design, foldGroup(design, 'prefill', 'group_2', true));
  design = done(
    design,
    addNote(design, 'prefill', { x: boxOf(design, ids[0] ?? '').x, y: boxOf(design, ids[0] ?? '').y - 160 }, 'first'),
  );
  const graph = design.stages.prefill;
  const places = await placesFor(graph, new Set(), layout);
  expect(places.size).toBe(graph.instances.length);
  const after = done(design, moveInstances('prefill', places, notePlaces(graph, places)));
  const [open, folded] = after.stages.prefill.groups ?? [];
  if (!open || !folded) throw new Error('no groups');
  const frames = [groupBox(after.stages.prefill, open), groupBox(after.stages.prefill, folded)].map((box) => ({
    x: box.x,
    y: box.y,
    right: box.x + box.width,
    bottom: box.y + box.height,
  }));
  const loose = ids
    .filter((id) => !open.members.includes(id) && !folded.members.includes(id))
    .map((id) => boxOf(after, id));
  const all = [...frames, ...loose];
  all.forEach((a, index) => {
    for (const b of all.slice(index + 1))
      expect(a.x >= b.right || b.x >= a.right || a.y >= b.bottom || b.y >= a.bottom).toBe(true);
  });
  const shape = (of: Design) =>
    folded.members.map((id) => ({
      x: boxOf(of, id).x - boxOf(of, folded.members[0] ?? '').x,
      y: boxOf(of, id).y - boxOf(of, folded.members[0] ?? '').y,
    }));
  expect(shape(after)).toEqual(shape(design));
  // In bands, not in one long line.
  const right = Math.max(...all.map((box) => box.right)) - Math.min(...all.map((box) => box.x));
  expect(right).toBeLessThan(18 * NODE.width);
  const [note] = after.stages.prefill.notes ?? [];
  const clear = all.every(
    (box) =>
      !note ||
      note.position.x >= box.right ||
      box.x >= note.position.x + note.size.width ||
      note.position.y >= box.bottom ||
      box.y >= note.position.y + note.size.height,
  );
  expect(clear).toBe(true);
});
