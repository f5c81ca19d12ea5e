/** Barriers that overlap rows or blocks: fewer cycles, and the room that FIFOs then need. That bits are equal: contract.test.ts. */
import { describe, expect, test } from 'vitest';
import type { Design, StageName } from '../src/core/design/types.ts';
import { passCycles, timePass } from '../src/core/estimate/pass/pass-time.ts';
import { machineOf } from '../src/core/estimate/stage/machine.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import type { DesignAnalysis } from '../src/core/schedule/types.ts';
import { targetById, type Target } from '../src/core/targets/targets.ts';
import { composeDesign } from '../src/core/templates/compose.ts';
import { sampleById } from '../src/core/templates/samples.ts';

const sample = (id: string): Design => {
  const found = sampleById(id);
  if (!found) throw new Error(`no sample ${id}`);
  return found.design();
};

const NEIGHBOURS: Readonly<Record<string, string>> = { softmax: 'rows', quantize: 'tokens', rms_norm: 'tokens' };

function overlapped(design: Design, stage: StageName, ...modules: readonly string[]): DesignAnalysis {
  const analysis = analyze({
    ...design,
    stages: {
      ...design.stages,
      [stage]: {
        ...design.stages[stage],
        instances: design.stages[stage].instances.map((instance) =>
          modules.includes(instance.module)
            ? { ...instance, params: { ...instance.params, overlap: NEIGHBOURS[instance.module] as string } }
            : instance,
        ),
      },
    },
  });
  expect(analysis.stages[stage].legal).toBe(true);
  return analysis;
}

/** Counted cycles of an operation. */
function counted(analysis: DesignAnalysis, stage: StageName, key: string, run: Parameters<typeof timePass>[2]): number {
  const graph = analysis.stages[stage];
  for (const pass of graph.passes) {
    const slot = timePass(graph, pass, run).slots.find(({ operation }) => operation.key === key);
    if (slot) return slot.cycles;
  }
  throw new Error(`no ${key}`);
}

describe('decode of llama-3.2-1b-u280', () => {
  const run = { layer: 0, blocks: 1, length: 1024, position: 1023 };
  const serial = overlapped(sample('llama-3.2-1b-u280'), 'decode');
  const rows = overlapped(sample('llama-3.2-1b-u280'), 'decode', 'softmax');

  test('softmax takes a cycle per key and row, and two rows more, in place of three', () => {
    expect(counted(serial, 'decode', 'softmax/softmax', run)).toBe(8 * (3 * 1024 + 4));
    expect(counted(rows, 'decode', 'softmax/softmax', run)).toBe(10 * 1024 + 8 * 4);
  });

  test('its pass takes a third less: scores and values, which work beside it, are left', () => {
    const cycles = (analysis: DesignAnalysis): number => {
      const graph = analysis.stages.decode;
      const pass = graph.passes.find(({ operations }) => operations.some(({ owner }) => owner.entry.id === 'softmax'));
      if (!pass) throw new Error('no pass');
      return passCycles(graph, pass, run, machineOf(analysis, 'decode'));
    };
    expect(cycles(rows) / cycles(serial)).toBeLessThan(0.7);
    // Not before the probabilities of two rows of keys, which arrive at the rate of the cache, and the values of all.
    expect(cycles(rows)).toBeGreaterThan(10 * 1024 * 1.4);
  });

  test('no FIFO is deeper: a row is taken while it arrives', () => {
    expect(rows.stages.decode.streams.map(({ depth }) => depth)).toEqual(
      serial.stages.decode.streams.map(({ depth }) => depth),
    );
  });
});

describe('decode of llama-3.2-1b-u280-fast', () => {
  const run = { layer: 0, blocks: 1, length: 1024, position: 1023 };
  const fast = sample('llama-3.2-1b-u280-fast');
  const analysis = analyze(fast);

  test('softmax whose result is normalised follows one row behind, and divides nothing', () => {
    expect(fast.recipe.normalise).toBe('result');
    expect(counted(analysis, 'decode', 'softmax/softmax', run)).toBe((4 + 1) * 1024);
    const divided = composeDesign({
      ...fast,
      target: targetById('u280') as Target,
      recipe: { ...fast.recipe, normalise: 'probabilities' },
      prefill: 'fast',
      decode: 'fast',
    });
    expect(counted(analyze(divided), 'decode', 'softmax/softmax', run)).toBe((4 + 2) * 1024 + 4 * 8);
    expect(divided.stages.decode.instances.some(({ id }) => id === 'quant_probs')).toBe(true);
    expect(fast.stages.decode.instances.some(({ id }) => id === 'quant_probs')).toBe(false);
  });

  test('RoPE overlaps heads, the weights of a norm arrive with the token', () => {
    expect(counted(analysis, 'decode', 'rope/q', run)).toBe(32 + 4 * 64 + 32);
    expect(counted(analysis, 'decode', 'norm/ffn_norm', run)).toBe(2 * (2048 / 16));
  });
});

describe('prefill', () => {
  const run = { layer: 0, blocks: 16, length: 64, position: 0 };
  const modules = ['quantize', 'rms_norm', 'softmax'];

  test.each(['moby-u280', 'llama-3.2-1b-u280'])('%s: norms and quantizers take a cycle per channel', (id) => {
    const design = sample(id);
    const { tp } = analyze(design).stages.prefill.context;
    const serial = overlapped(design, 'prefill');
    const tokens = overlapped(design, 'prefill', 'quantize', 'rms_norm');
    let seen = 0;
    for (const { key, owner, inputs } of serial.stages.prefill.operations) {
      const { extent } = inputs['in'] ?? {};
      if (NEIGHBOURS[owner.entry.id] !== 'tokens' || extent?.kind !== 'channels') continue;
      const weights = owner.entry.id === 'rms_norm' ? extent.channels : 0;
      expect(counted(serial, 'prefill', key, run)).toBe(weights + 16 * (2 * extent.channels + tp));
      expect(counted(tokens, 'prefill', key, run)).toBe(weights + 16 * (extent.channels + tp));
      seen += 1;
    }
    expect(seen).toBeGreaterThan(6);
    for (const [at, pass] of tokens.stages.prefill.passes.entries()) {
      const before = serial.stages.prefill.passes[at];
      if (!before) throw new Error('no pass');
      expect(timePass(tokens.stages.prefill, pass, run).cycles).toBeLessThanOrEqual(
        timePass(serial.stages.prefill, before, run).cycles,
      );
    }
  });

  const depths = (analysis: DesignAnalysis): Map<string, number> =>
    new Map(
      analysis.stages.prefill.streams.map(({ from, to, stream, depth }) => [
        `${from.key}.${stream.from.port} ${to.key}.${stream.to.port}`,
        depth,
      ]),
    );

  test('a row waits in front of a softmax that sends only while it receives; no other FIFO is deeper', () => {
    const design = sample('moby-u280');
    const before = depths(overlapped(design, 'prefill'));
    const after = depths(overlapped(design, 'prefill', ...modules));
    const deeper = [...after].filter(([key, depth]) => depth !== before.get(key));
    expect(deeper).toEqual([['mask/mask.out softmax/softmax.in', analyze(design).stages.prefill.context.maxPrompt]]);
  });

  test('with one head per token, two blocks follow a row through it: the residual holds one block more', () => {
    const moby = sample('moby-u280');
    const design: Design = {
      ...moby,
      cachePorts: 1,
      model: { ...moby.model, heads: 1, kvHeads: 1, headDim: 128 },
    };
    const before = overlapped(design, 'prefill');
    const after = depths(overlapped(design, 'prefill', 'softmax'));
    const residual = [...depths(before)].find(([key]) => /fork.* residual_attn/.test(key));
    expect(after.get(residual?.[0] ?? '')).toBe((residual?.[1] ?? 0) + design.model.hidden);
  });
});
