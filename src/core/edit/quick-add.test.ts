import { describe, expect, it } from 'vitest';
import type { Design } from '../design/types.ts';
import { sampleById } from '../templates/samples.ts';
import { remedyFor } from './bridge.ts';
import type { PortEnd } from './connection.ts';
import { costOf, typicalCost } from './cost.ts';
import { analysisOf } from './analysis.ts';
import type { Edit } from './edit.ts';
import { done, empty, undoneToTheByte } from '../../../tests/edit-helpers.ts';
import { addInstance, findInstance } from './instances.ts';
import { quickAdds } from './quick-add.ts';
import { connect, disconnect } from './streams.ts';

const out = (instance: string, operation: string, port = 'out'): PortEnd => ({
  direction: 'output',
  end: { instance, operation, port },
});
const into = (instance: string, operation: string, port = 'in'): PortEnd => ({
  direction: 'input',
  end: { instance, operation, port },
});
const AT = { x: 400, y: 0 };

function sample(): Design {
  const found = sampleById('moby-u280');
  if (!found) throw new Error('no sample');
  return found.design();
}

function normed(): Design {
  let design = done(empty(), addInstance(empty(), 'prefill', 'hidden_read', { x: 0, y: 0 }, 'layer_in'));
  design = done(design, addInstance(design, 'prefill', 'rms_norm', { x: 300, y: 0 }, 'attn_norm'));
  return done(
    design,
    connect(design, 'prefill', out('hidden_read', 'layer_in').end, into('rms_norm', 'attn_norm').end),
  );
}

describe('quick-add', () => {
  it('knows what a module takes: exactly where its inputs are known, by order of magnitude where they are not', () => {
    const design = normed();
    const [best] = quickAdds(design, 'prefill', out('rms_norm', 'attn_norm'), AT);
    expect(costOf(design, 'prefill', best?.edit as Edit)?.lut).toBeGreaterThan(100);
    const loose = addInstance(design, 'prefill', 'quantize', AT);
    expect(costOf(design, 'prefill', loose as Edit)).toBeUndefined();
    expect(typicalCost(design, 'prefill', 'linear_prefill')?.dsp).toBeGreaterThan(0);
    expect(typicalCost(design, 'prefill', 'nonsense')).toBeUndefined();
  });

  it('puts first what expects the tensor and takes its element', () => {
    const found = quickAdds(normed(), 'prefill', out('rms_norm', 'attn_norm'), AT);
    expect(found[0]?.fit).toBe('fits');
    expect(found[0]?.entry.id).toBe('quantize');
    expect(found.find((item) => item.entry.id === 'linear_prefill')?.fit).toBe('close');
    expect(found.find((item) => item.entry.id === 'linear_prefill')?.reason).toMatch(/needs int8/);
    expect(found.find((item) => item.entry.id === 'fork')?.fit).toBe('plain');
    expect(found.some((item) => item.entry.id === 'silu')).toBe(false);
  });

  it('puts what was used recently first among equals, and never before a better fit', () => {
    const order = (recent: readonly string[]) =>
      quickAdds(sample(), 'prefill', out('hidden_in', 'layer_in_kv'), AT, recent);
    const firstOf = (recent: readonly string[]): string | undefined => order(recent)[0]?.entry.id;
    expect(firstOf(['rms_norm', 'add'])).toBe('rms_norm');
    expect(firstOf(['fork', 'add', 'rms_norm'])).toBe('add');
    const fits = (recent: readonly string[]) => order(recent).map(({ fit }) => fit);
    expect(fits(['fork', 'add'])).toEqual(fits([]));
  });

  it('finds a source for an input', () => {
    const design = done(empty(), addInstance(empty(), 'prefill', 'silu', { x: 0, y: 0 }));
    const found = quickAdds(design, 'prefill', into('silu', 'gate'), AT);
    expect(found[0]?.entry.id).toBe('dequantize');
    expect(found[0]?.role).toBe('gate_proj');
  });

  it('adds an instance and its stream in one step that is undone to the byte', () => {
    const design = normed();
    const [best] = quickAdds(design, 'prefill', out('rms_norm', 'attn_norm'), AT);
    if (!best) throw new Error('nothing fits');
    undoneToTheByte(design, () => best.edit);
    const { prefill } = done(design, best.edit).stages;
    expect(prefill.instances).toHaveLength(3);
    expect(prefill.streams).toHaveLength(2);
    expect(best.edit.select?.instances).toEqual(['quantize']);
  });

  it('goes through a fork where the output is read already', () => {
    const design = sample();
    const stream = design.stages.prefill.streams.find(
      (candidate) => findInstance(design, 'prefill', candidate.from.instance)?.module === 'rms_norm',
    );
    if (!stream) throw new Error('no stream');
    const found = quickAdds(design, 'prefill', { direction: 'output', end: stream.from }, AT);
    expect(found.length).toBeGreaterThan(0);
    const next = done(design, found[0]?.edit ?? { refused: 'none' });
    expect(next.stages.prefill.streams.length).toBeGreaterThan(design.stages.prefill.streams.length);
  });
});

describe('remedies', () => {
  it('puts a quantizer in front of an integer engine', () => {
    const design = done(normed(), addInstance(normed(), 'prefill', 'linear_prefill', { x: 900, y: 0 }, 'q_proj'));
    const remedy = remedyFor(design, 'prefill', out('rms_norm', 'attn_norm'), into('linear_prefill', 'q_proj'));
    expect(remedy?.label).toMatch(/Insert a .*quantizer/);
    if (!remedy) return;
    const next = done(design, remedy.edit);
    expect(next.stages.prefill.streams).toHaveLength(3);
    expect(analysisOf(next).problems.some((problem) => /int8/.test(problem.message))).toBe(false);
  });

  it('puts a lane adapter back that was taken out of a decode canvas', () => {
    const design = sampleById('llama-3.2-1b-u280')?.design();
    const feeds = design?.stages.decode.streams.find((stream) => stream.to.instance === 'lanes_attn');
    const fed = design?.stages.decode.streams.find((stream) => stream.from.instance === 'lanes_attn');
    if (!design || !feeds || !fed) throw new Error('not connected');
    let open = done(design, disconnect(design, 'decode', feeds.id));
    open = done(open, disconnect(open, 'decode', fed.id));
    const remedy = remedyFor(
      open,
      'decode',
      { direction: 'output', end: feeds.from },
      { direction: 'input', end: fed.to },
    );
    expect(remedy?.label).toBe('Insert a lane adapter');
  });

  it('offers nothing where nothing helps', () => {
    const design = done(normed(), addInstance(normed(), 'prefill', 'silu', { x: 900, y: 0 }, 'gate'));
    expect(remedyFor(design, 'prefill', out('rms_norm', 'attn_norm'), into('silu', 'gate'))).toBeUndefined();
  });
});
