import ELK from 'elkjs';
import { expect, it } from 'vitest';
import { formatDesign } from '../../core/design/schema.ts';
import { nodeHeight, NODE } from '../../core/templates/layout.ts';
import { SAMPLES } from '../../core/templates/samples.ts';
import { moveInstances } from '../state/edits.ts';
import { createComposer } from '../state/store.ts';
import { fromElk, toElk } from './elk-layout.ts';

it('places every sample without overlaps, as one step that is undone to the byte', async () => {
  const elk = new ELK();
  for (const sample of SAMPLES) {
    const store = createComposer(sample.design());
    const before = formatDesign(store.getState().design);
    for (const stage of ['prefill', 'decode'] as const) {
      const graph = store.getState().design.stages[stage];
      const places = fromElk(graph, await elk.layout(toElk(graph, new Set())));
      expect(places.size).toBe(graph.instances.length);
      store.getState().edit(() => moveInstances(stage, places));
      const boxes = store.getState().design.stages[stage].instances.map((instance) => ({ ...instance.position, bottom: instance.position.y + nodeHeight(instance), right: instance.position.x + NODE.width }));
      boxes.forEach((a, index) => {
        for (const b of boxes.slice(index + 1)) expect(a.x >= b.right || b.x >= a.right || a.y >= b.bottom || b.y >= a.bottom).toBe(true);
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
  const places = fromElk(graph, await new ELK().layout(toElk(graph, new Set(part.map((instance) => instance.id)))));
  expect(places.size).toBe(4);
  expect(Math.min(...[...places.values()].map(({ x }) => x))).toBe(Math.min(...part.map(({ position }) => position.x)));
});
