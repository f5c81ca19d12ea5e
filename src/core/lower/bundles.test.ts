import { expect, test } from 'vitest';
import type { Design } from '../design/types.ts';
import { analyze } from '../schedule/analyze.ts';
import type { StageAnalysis } from '../schedule/types.ts';
import { SAMPLES, sampleDesign } from '../templates/samples.ts';
import { programOf } from './program.ts';

/** Bundles that several pointers read through, or write through: tools let one process use a bundle in a direction. */
function shared(stage: StageAnalysis): string[] {
  const uses = programOf(stage).memories.map(({ bundle, spec }) => `${spec.direction} ${bundle}`);
  return uses.filter((use, index) => uses.indexOf(use) !== index);
}

test.each(SAMPLES.map(({ id, design }) => [id, design] as const))(
  '%s: a bundle has a reader and a writer',
  (_, design) => {
    const { stages } = analyze(design());
    expect([...shared(stages.prefill), ...shared(stages.decode)]).toEqual([]);
  },
);

/** The sample with an instance of its own for each pass that reads the hidden state. */
function twoReaders(): Design {
  const design = structuredClone(sampleDesign('moby-u280')) as { -readonly [K in keyof Design]: Design[K] };
  const { prefill } = design.stages;
  const first = prefill.instances.find(({ module }) => module === 'hidden_read');
  const [kept, moved] = first?.operations ?? [];
  if (!first || !kept || !moved) throw new Error('no reader of two operations');
  const second = { ...first, id: 'second_reader', operations: [moved] };
  design.stages = {
    ...design.stages,
    prefill: {
      instances: [
        ...prefill.instances.map((other) => (other === first ? { ...first, operations: [kept] } : other)),
        second,
      ],
      streams: prefill.streams.map((stream) =>
        stream.from.instance === first.id && stream.from.operation === moved.id
          ? { ...stream, from: { ...stream.from, instance: second.id } }
          : stream,
      ),
    },
  };
  return design;
}

test('instances that read the same buffer have ports of their own, and one of them shares its with the writer', () => {
  const { stages } = analyze(twoReaders());
  expect(stages.prefill.legal).toBe(true);
  expect(shared(stages.prefill)).toEqual([]);
  const pointers = programOf(stages.prefill).memories.filter(
    ({ spec }) => spec.content.kind === 'buffer' && spec.content.buffer.kind === 'hidden',
  );
  expect(pointers).toHaveLength(3);
  expect(new Set(pointers.map(({ bundle }) => bundle)).size).toBe(2);
});
