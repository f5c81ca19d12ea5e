import { describe, expect, it } from 'vitest';
import { formatDesign } from '../design/schema.ts';
import type { Design } from '../design/types.ts';
import { nodeHeight } from '../templates/layout.ts';
import { sampleById } from '../templates/samples.ts';
import { align, distribute, nudge } from './arrange.ts';
import { paste, readFragment } from './paste.ts';
import { copyText } from './fragment.ts';
import { type Edit, isRefused, type Selection } from './edit.ts';
import { commit, documentOf, undo } from './history.ts';
import { done, undoneToTheByte } from '../../../tests/edit-helpers.ts';

function sample(): Design {
  const found = sampleById('moby-u280');
  if (!found) throw new Error('no sample');
  return found.design();
}

const pick = (design: Design, stage: 'prefill' | 'decode', count: number): Selection => ({
  stage,
  instances: design.stages[stage].instances.slice(0, count).map((instance) => instance.id),
  streams: [],
});
const placed = (design: Design, selection: Selection) =>
  design.stages[selection.stage].instances.filter((instance) => selection.instances.includes(instance.id));

describe('arranging', () => {
  it('aligns edges and middles', () => {
    const design = sample();
    const selection = pick(design, 'prefill', 4);
    const lefts = new Set(
      placed(done(design, align(design, selection, 'left')), selection).map(({ position }) => position.x),
    );
    expect(lefts.size).toBe(1);
    const bottoms = new Set(
      placed(done(design, align(design, selection, 'bottom')), selection).map(
        (instance) => instance.position.y + nodeHeight(instance),
      ),
    );
    expect(bottoms.size).toBe(1);
    expect(isRefused(align(design, pick(design, 'prefill', 1), 'left'))).toBe(true);
  });

  it('makes gaps equal and keeps the outer two', () => {
    const design = sample();
    const selection = pick(design, 'prefill', 5);
    const after = placed(done(design, distribute(design, selection, 'across')), selection)
      .map(({ position }) => position.x)
      .sort((a, b) => a - b);
    const gaps = after.slice(1).map((x, index) => x - (after[index] ?? 0));
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
    expect(after[0]).toBe(Math.min(...placed(design, selection).map(({ position }) => position.x)));
  });

  it('makes one step of a held arrow key, undone to the byte', () => {
    const design = sample();
    const selection = pick(design, 'decode', 3);
    let document = documentOf(design);
    for (let time = 0; time < 5; time += 1)
      document = commit(document, nudge(document.design, selection, { x: 8, y: 0 }) as Edit, time);
    expect(document.history.past).toHaveLength(1);
    expect(formatDesign(undo(document).design)).toBe(formatDesign(design));
  });
});

describe('clipboard', () => {
  it('carries instances and inner streams, and is undone to the byte', () => {
    const design = sample();
    const selection = pick(design, 'prefill', 6);
    const text = copyText(design, selection);
    const fragment = readFragment(design, text ?? '');
    if (isRefused(fragment)) throw new Error(fragment.refused);
    const inner = design.stages.prefill.streams.filter(
      (stream) =>
        selection.instances.includes(stream.from.instance) && selection.instances.includes(stream.to.instance),
    );
    expect(fragment.streams).toHaveLength(inner.length);
    const edit = paste(design, 'prefill', fragment, { x: 1000, y: 1000 });
    undoneToTheByte(design, () => edit);
    const pasted = done(design, edit);
    expect(pasted.stages.prefill.instances).toHaveLength(design.stages.prefill.instances.length + 6);
    expect(isRefused(edit) ? [] : edit.select?.instances).toHaveLength(6);
  });

  it('goes to the other canvas where it can, with a counterpart for linear engines, and says what cannot', () => {
    const design = sample();
    const engine = design.stages.prefill.instances.find((instance) => instance.module === 'linear_prefill')?.id ?? '';
    const there = readFragment(design, copyText(design, { stage: 'prefill', instances: [engine], streams: [] }) ?? '');
    if (isRefused(there)) throw new Error(there.refused);
    const next = done(design, paste(design, 'decode', there));
    expect(next.stages.decode.instances.at(-1)?.module).toBe('linear_decode');
    const large = sampleById('llama-3.2-1b-u280')?.design() ?? design;
    const back = readFragment(
      design,
      copyText(large, { stage: 'decode', instances: ['lanes_attn'], streams: [] }) ?? '',
    );
    if (isRefused(back)) throw new Error(back.refused);
    const refused = paste(design, 'prefill', back);
    expect(isRefused(refused) && refused.refused).toMatch(/Lane adapter cannot stand on the prefill canvas/);
  });

  it('refuses text from elsewhere', () => {
    const design = sample();
    for (const text of [
      'hello',
      '{"format":"flexllm-composer/fragment","version":1,"stage":"prefill","instances":[{"id":"<img>"}],"streams":[]}',
      '"flexllm-composer/fragment" {',
      '{"format":"flexllm-composer/fragment","version":2}',
    ]) {
      expect(isRefused(readFragment(design, text)), text).toBe(true);
    }
  });
});
