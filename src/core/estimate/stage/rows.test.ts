import { describe, expect, test } from 'vitest';
import type { Design } from '../../design/types.ts';
import { analyze } from '../../schedule/analyze.ts';
import { RESOURCE_KINDS } from '../../targets/types.ts';
import { SAMPLES, sampleDesign } from '../../templates/samples.ts';
import { designResources } from '../design/design-resources.ts';
import { loopClock, LOOP_CURVES } from './clock-curves.ts';
import { stageClocks } from './clocks.ts';
import { stageResources } from './resources.ts';

const fast = sampleDesign('llama-3.2-1b-u280-fast');

function withInstances(
  design: Design,
  change: (instance: Design['stages']['prefill']['instances'][number]) => object,
): Design {
  const { prefill } = design.stages;
  const instances = prefill.instances.map((instance) => ({ ...instance, ...change(instance) }));
  return { ...design, stages: { ...design.stages, prefill: { ...prefill, instances } } };
}

describe('rows of processes', () => {
  test('an engine of slices lies in several SLRs, and what lies in them adds up to all of it', () => {
    const { spread, perSlr, total, slrOf } = stageResources(analyze(fast), 'decode');
    const shares = spread.get('linear_all') ?? [];
    expect(shares.filter((share) => share > 0).length).toBeGreaterThan(1);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(shares[slrOf.get('linear_all') ?? -1]).toBe(Math.max(...shares));
    for (const kind of RESOURCE_KINDS)
      expect(perSlr.reduce((sum, slr) => sum + slr[kind], 0) / total[kind]).toBeCloseTo(1, 9);
  });

  test('who chooses an SLR, or a kernel per SLR, has it whole', () => {
    const { decode } = fast.stages;
    const instances = decode.instances.map((instance) =>
      instance.id === 'linear_all' ? { ...instance, slr: 1 } : instance,
    );
    const chosen = { ...fast, stages: { ...fast.stages, decode: { ...decode, instances } } };
    for (const design of [chosen, { ...fast, split: 'slr' as const }])
      expect(stageResources(analyze(design), 'decode').spread.has('linear_all')).toBe(false);
    expect(stageResources(analyze(chosen), 'decode').slrOf.get('linear_all')).toBe(1);
  });
});

test.each(SAMPLES.map(({ id }) => id).filter((id) => id.endsWith('-fast')))(
  '%s keeps within all advised limits',
  (id) => {
    const { light, reasons } = designResources(analyze(sampleDesign(id)));
    expect(reasons).toEqual([]);
    expect(light).toBe('green');
  },
);

describe('the largest loop', () => {
  test('has no say up to what published engines reached, and less and less is expected behind it', () => {
    const points = LOOP_CURVES['u280'];
    expect(loopClock(points, 128)).toBeUndefined();
    expect(loopClock(points, 1024)).toBeUndefined();
    expect(loopClock(points, 2048)?.clock).toBeCloseTo(305 - 105 / 3, 9);
    expect(loopClock(points, 100_000)?.clock).toBe(200);
  });

  test('bounds the clock of a large systolic array, not of the same engine in blocks', () => {
    const array = analyze(fast);
    const { loop } = stageResources(array, 'prefill');
    // TP 16 x WP 128 of gate and up.
    expect(loop).toMatchObject({ cells: 2048 });
    expect(stageClocks(array).prefill.high).toBeLessThanOrEqual(270);
    expect(stageClocks(array).prefill.evidence).toContain('2,048 cells (linear_gate)');
    const blocks = analyze(
      withInstances(fast, ({ module, params }) =>
        module === 'linear_prefill'
          ? { module: 'linear_blocks', params: { wp: params['wp'] ?? 2, columns: 8, ports: params['ports'] ?? 1 } }
          : {},
      ),
    );
    expect(stageResources(blocks, 'prefill').loop?.cells).toBe(512);
    expect(stageClocks(blocks).prefill.high).toBeGreaterThan(290);
  });
});
