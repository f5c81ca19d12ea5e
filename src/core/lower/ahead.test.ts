import { describe, expect, test } from 'vitest';
import type { Design } from '../design/types.ts';
import { analyze } from '../schedule/analyze.ts';
import { sampleDesign } from '../templates/samples.ts';
import { countProcesses, programOf } from './program.ts';

const RUN = { layer: 0, blocks: 1, length: 64, position: 63 };

function withEngine(design: Design, params: Readonly<Record<string, number>>): Design {
  const { decode } = design.stages;
  const instances = decode.instances.map((instance) =>
    instance.module === 'linear_slices' ? { ...instance, params: { ...instance.params, ...params } } : instance,
  );
  return { ...design, stages: { ...design.stages, decode: { ...decode, instances } } };
}

const decodeProgram = (design: Design) => {
  const analysis = analyze(design);
  expect(analysis.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return programOf(analysis.stages.decode);
};

const readers = (design: Design) =>
  decodeProgram(design).processes.filter(({ name, call }) => call.kind === 'reader' && name.includes('read_w'));

describe('readers that run ahead', () => {
  const fast = withEngine(sampleDesign('moby-u280-fast'), { prefetch: 256, ahead: 64 });

  test('what is held in a pass was fetched in the one before, and a layer reads every word once', () => {
    const plain = readers(withEngine(fast, { ahead: 0 }));
    const ahead = readers(fast);
    expect(ahead.length).toBe(plain.length);
    ahead.forEach((reader, index) => {
      const held = reader.ahead?.map((of) => of.held) ?? [];
      const fetched = reader.ahead?.map((of) => of.fetched) ?? [];
      expect(Math.max(...fetched)).toBe(64);
      const order = reader.passes.map((pass, at) => ({ pass, at })).sort((a, b) => a.pass - b.pass);
      order.forEach(({ at }, place) => {
        const before = order[place - 1];
        expect(held[at]).toBe(before ? fetched[before.at] : 0);
      });
      const sum = (cycles: readonly unknown[]): number => cycles.reduce<number>((all, own) => all + Number(own), 0);
      expect(sum(reader.cycles)).toBe(sum(plain[index]?.cycles ?? []));
    });
  });

  test('a pass gets a lead where it takes more words than the one before, or half of the lead that one has', () => {
    const [plain] = readers(withEngine(fast, { ahead: 0 }));
    const [ahead] = readers(fast);
    const words = (at: number): number => Number(plain?.cycles[at]);
    const order = (ahead?.passes ?? [])
      .map((_, at) => at)
      .sort((a, b) => Number(plain?.passes[a]) - Number(plain?.passes[b]));
    let lead = 0;
    order.slice(1).forEach((at, place) => {
      const before = order[place] as number;
      // The head works after the layers: its words are no part of a layer.
      const last = place === order.length - 2;
      lead = last ? 0 : Math.min(64, words(at), Math.max(Math.floor(lead / 2), words(at) - words(before)));
      expect(ahead?.ahead?.[at]?.held).toBe(lead);
    });
  });

  test('their FIFO keeps its words from pass to pass; without a lead it does not', () => {
    const kept = (design: Design) =>
      decodeProgram(design).channels.find(({ name }) => name === 'linear_all_w')?.carried;
    expect(kept(fast)).toBe(true);
    expect(kept(withEngine(fast, { ahead: 0 }))).toBe(false);
  });

  test('where the tools are known not to keep FIFOs, nothing is read ahead', () => {
    const refuted: Design = {
      ...fast,
      probe: { board: fast.target, release: '2024.1', held: [], failed: ['carried_fifo'] },
    };
    for (const reader of readers(refuted)) expect(reader.ahead).toBeUndefined();
    expect(countProcesses(decodeProgram(refuted), RUN).length).toBeGreaterThan(0);
  });
});
