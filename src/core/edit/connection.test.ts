import { describe, expect, it } from 'vitest';
import type { Design, Endpoint } from '../design/types.ts';
import { sampleById } from '../templates/samples.ts';
import { checkConnection, quickReason, type PortEnd, type Verdict } from './connection.ts';
import { analysisOf } from './analysis.ts';
import { addInstance } from './instances.ts';
import { done, empty } from '../../../tests/edit-helpers.ts';
import { connect, connectThroughFork, disconnect, setCarry, setDepth } from './streams.ts';

const out = (instance: string, operation: string, port = 'out'): PortEnd => ({
  direction: 'output',
  end: { instance, operation, port },
});
const into = (instance: string, operation: string, port = 'in'): PortEnd => ({
  direction: 'input',
  end: { instance, operation, port },
});
const reason = (verdict: Verdict): string => (verdict.ok ? 'ok' : verdict.reason);

function board(...modules: readonly (readonly [string, string])[]): Design {
  let design = empty();
  for (const [module, role] of modules)
    design = done(design, addInstance(design, 'prefill', module, { x: 0, y: 0 }, role));
  return design;
}

const sample = (): Design => {
  const found = sampleById('moby-u280');
  if (!found) throw new Error('no sample');
  return found.design();
};

describe('checkConnection', () => {
  it('accepts what fits, from either end', () => {
    const design = board(['hidden_read', 'layer_in'], ['rms_norm', 'attn_norm']);
    for (const verdict of [
      checkConnection(design, 'prefill', out('hidden_read', 'layer_in'), into('rms_norm', 'attn_norm')),
      checkConnection(design, 'prefill', into('rms_norm', 'attn_norm'), out('hidden_read', 'layer_in')),
    ]) {
      expect(verdict.ok).toBe(true);
      if (!verdict.ok) return;
      const next = done(design, verdict.edit);
      expect(next.stages.prefill.streams).toHaveLength(1);
      expect(next.stages.prefill.streams[0]?.from.instance).toBe('hidden_read');
    }
  });

  it('refuses two outputs and two inputs', () => {
    const design = board(['hidden_read', 'layer_in'], ['rms_norm', 'attn_norm'], ['silu', 'gate']);
    expect(
      reason(checkConnection(design, 'prefill', out('hidden_read', 'layer_in'), out('rms_norm', 'attn_norm'))),
    ).toMatch(/Both ends are outputs/);
    expect(reason(checkConnection(design, 'prefill', into('silu', 'gate'), into('rms_norm', 'attn_norm')))).toMatch(
      /Both ends are inputs/,
    );
  });

  it('refuses another tensor and says which one is needed', () => {
    const design = board(['embedding', 'embed'], ['rms_norm', 'attn_norm']);
    const verdict = checkConnection(design, 'prefill', out('embedding', 'embed'), into('rms_norm', 'attn_norm'));
    expect(reason(verdict)).toMatch(
      /needs layer_in at input 'in' but would get embed; connect the operation that makes layer_in/,
    );
    expect(quickReason(design, 'prefill', out('embedding', 'embed'), into('rms_norm', 'attn_norm'))).toBe(
      'needs layer_in',
    );
    expect(quickReason(design, 'prefill', into('rms_norm', 'attn_norm'), out('embedding', 'embed'))).toBe(
      'carries embed',
    );
  });

  it('refuses another element and says what helps', () => {
    let design = board(['hidden_read', 'layer_in'], ['rms_norm', 'attn_norm'], ['linear_prefill', 'q_proj']);
    design = done(
      design,
      connect(design, 'prefill', out('hidden_read', 'layer_in').end, into('rms_norm', 'attn_norm').end),
    );
    expect(
      reason(checkConnection(design, 'prefill', out('rms_norm', 'attn_norm'), into('linear_prefill', 'q_proj'))),
    ).toMatch(/needs int8 but attn_norm arrives as fp32; put a dynamic quantizer in front/);
  });

  it('knows by its role what an unconnected output will carry', () => {
    const design = board(['rms_norm', 'attn_norm'], ['quantize', 'q_proj'], ['silu', 'gate']);
    expect(checkConnection(design, 'prefill', out('rms_norm', 'attn_norm'), into('quantize', 'q_proj')).ok).toBe(true);
    expect(reason(checkConnection(design, 'prefill', out('rms_norm', 'attn_norm'), into('silu', 'gate')))).toMatch(
      /needs gate_proj at input 'in' but would get attn_norm/,
    );
  });

  it('refuses cycles', () => {
    let design = board(['fork', 'copy'], ['fork', 'copy']);
    const [a, b] = design.stages.prefill.instances.map((instance) => instance.id) as [string, string];
    expect(reason(checkConnection(design, 'prefill', out(a, 'copy', 'out0'), into(a, 'copy')))).toMatch(
      /cannot feed itself/,
    );
    design = done(design, connect(design, 'prefill', out(a, 'copy', 'out0').end, into(b, 'copy').end));
    expect(reason(checkConnection(design, 'prefill', out(b, 'copy', 'out0'), into(a, 'copy')))).toMatch(
      /closes a cycle/,
    );
  });

  it('offers a fork to a second reader, and a replacement to a second writer', () => {
    let design = board(
      ['hidden_read', 'layer_in'],
      ['rms_norm', 'attn_norm'],
      ['rms_norm', 'attn_norm'],
      ['hidden_read', 'layer_in'],
    );
    design = done(
      design,
      connect(design, 'prefill', out('hidden_read', 'layer_in').end, into('rms_norm', 'attn_norm').end),
    );
    const second = checkConnection(design, 'prefill', out('hidden_read', 'layer_in'), into('rms_norm_2', 'attn_norm'));
    expect(reason(second)).toMatch(/a hardware stream has one reader/);
    if (second.ok || !second.remedy) throw new Error('no remedy');
    expect(second.remedy.label).toBe('Insert a fork');
    const forked = done(design, second.remedy.edit);
    expect(forked.stages.prefill.streams).toHaveLength(3);
    const again = checkConnection(design, 'prefill', out('hidden_read_2', 'layer_in'), into('rms_norm', 'attn_norm'));
    expect(reason(again)).toMatch(/is fed by hidden_read\/layer_in.out already/);
    if (again.ok || !again.remedy) throw new Error('no remedy');
    const replaced = done(design, again.remedy.edit);
    expect(replaced.stages.prefill.streams.map((stream) => stream.from.instance)).toEqual(['hidden_read_2']);
  });

  it('takes every stream of a legal design back in again', () => {
    const design = sample();
    for (const stage of ['prefill', 'decode'] as const) {
      for (const stream of design.stages[stage].streams) {
        const open = done(design, disconnect(design, stage, stream.id));
        const verdict = checkConnection(
          open,
          stage,
          { direction: 'output', end: stream.from },
          { direction: 'input', end: stream.to },
        );
        expect(reason(verdict), stream.id).toBe('ok');
        if (verdict.ok) expect(analysisOf(done(open, verdict.edit)).legal).toBe(true);
      }
    }
  });
});

describe('streams', () => {
  it('grows the fork that is there', () => {
    const design = sample();
    const fork = design.stages.prefill.instances.find((instance) => instance.module === 'fork');
    if (!fork) throw new Error('no fork');
    const extra = done(design, addInstance(design, 'prefill', 'hidden_write', { x: 0, y: 0 }, 'layer_out'));
    const source: Endpoint = { instance: fork.id, operation: 'copy', port: 'out0' };
    const next = done(
      extra,
      connectThroughFork(extra, 'prefill', source, { instance: 'hidden_write', operation: 'layer_out', port: 'in' }),
    );
    expect(next.stages.prefill.instances).toHaveLength(extra.stages.prefill.instances.length);
    expect(next.stages.prefill.instances.find((instance) => instance.id === fork.id)?.params['outputs']).toBe(
      Number(fork.params['outputs']) + 1,
    );
  });

  it('overrides depth and carry, and takes the overrides back', () => {
    const design = sample();
    const id = design.stages.prefill.streams[0]?.id ?? '';
    const deep = done(design, setDepth('prefill', id, 77));
    expect(deep.stages.prefill.streams[0]?.depth).toBe(77);
    expect(done(deep, setDepth('prefill', id, undefined))).toEqual(design);
    const carried = done(design, setCarry('prefill', id, 'memory'));
    expect(carried.stages.prefill.streams[0]?.carry).toBe('memory');
    expect(done(carried, setCarry('prefill', id, undefined))).toEqual(design);
  });
});
