/** What fits, and what is said where it does not: the worst first, of the stage that has it. */
import { describe, expect, test } from 'vitest';
import type { Design } from '../../design/types.ts';
import { analyze } from '../../schedule/analyze.ts';
import { SAMPLES, sampleById } from '../../templates/samples.ts';
import { platformOf, targetById } from '../../targets/targets.ts';
import { RESOURCE_KINDS, type ResourceCounts } from '../../targets/types.ts';
import { designResources } from './design-resources.ts';
import { fillCauses, wireCauses, worstFirst } from './fit-causes.ts';
import { speedChanges } from './speed-change.ts';

function sample(id: string, changes: Partial<Design> = {}): Design {
  const found = sampleById(id);
  if (!found) throw new Error(`no sample ${id}`);
  return { ...found.design(), ...changes };
}

const u280 = targetById('u280');
if (!u280) throw new Error('no u280');
const platform = platformOf(u280, undefined);
const none: ResourceCounts = { lut: 0, ff: 0, dsp: 0, bram18: 0, uram: 0 };

describe('what fits', () => {
  test('an SLR above what it has does not fit, though the kind is fuller than recommended as a whole', () => {
    const share = (kind: 'lut', of: number): number => platform.user[kind] * of;
    const perSlr = platform.slrs.map((slr, at) => ({ ...none, lut: at === 2 ? slr.lut * 1.05 : slr.lut * 0.7 }));
    const total = { ...none, lut: share('lut', 0.8) };
    const causes = worstFirst(fillCauses({ stage: 'decode', total, perSlr }, platform, u280.fillLimits));
    expect(causes[0]).toMatchObject({ light: 'red', stage: 'decode', short: 'Decode: LUT 105 % of SLR2' });
    expect(causes[0]?.text).toBe('Decode: LUT at 105 % of SLR2, it does not fit.');
    expect(causes.map(({ light }) => light)).toEqual(['red', 'amber']);
  });

  const forms: Partial<Design>[] = [{}, { split: 'slr' }, { bitstreams: 1 }, { bitstreams: 1, split: 'slr' }];
  test.each(SAMPLES.flatMap(({ id }) => forms.map((form) => [id, form] as const)))(
    '%s with %j fits only where every SLR of every bitstream does',
    (id, form) => {
      const resources = designResources(analyze(sample(id, form)));
      const placed = resources.bitstreams === 1 ? [resources] : [resources.prefill, resources.decode];
      const over = placed.some(({ perSlr }) =>
        perSlr.some((used, slr) =>
          RESOURCE_KINDS.some((kind) => used[kind] > (resources.platform.slrs[slr]?.[kind] ?? 0)),
        ),
      );
      const wires = [resources.prefill, resources.decode].some(({ crossings }) =>
        crossings.some((crossing) => crossing.wires > crossing.available),
      );
      expect(resources.light === 'red').toBe(over || wires);
      const excess = resources.causes.filter(({ light }) => light === resources.light).map((cause) => cause.excess);
      expect(excess).toEqual([...excess].sort((a, b) => b - a));
    },
  );

  test('the worst cause of the V80 sample is the wires of decode, not its LUTs', () => {
    const { causes } = designResources(analyze(sample('llama-3.2-1b-v80')));
    expect(causes.map(({ short }) => short)).toEqual([
      'Decode: SLR wires 76 %',
      'Decode: BRAM 82 % of SLR2',
      'Decode: DSP 81 % of SLR2',
    ]);
  });

  test('wires beyond those there are do not fit', () => {
    const [cause] = wireCauses('prefill', [{ below: 0, wires: 30_000, available: 20_000, advised: 10_000 }]);
    expect(cause).toMatchObject({ light: 'red', stage: 'prefill', excess: 1.5 });
    expect(wireCauses('prefill', [{ below: 0, wires: 10_000, available: 20_000, advised: 10_000 }])).toEqual([]);
  });
});

describe('a switch that changes the speed says why', () => {
  test('one bitstream: ports that move out of HBM, and the clock that can be expected', () => {
    const [whole, split] = [sample('llama-3.2-1b-u280'), sample('llama-3.2-1b-u280', { bitstreams: 1 })].map(analyze);
    if (!whole || !split) throw new Error('no analysis');
    const changes = speedChanges(whole, split);
    expect(changes.map(({ stage }) => stage)).toContain('decode');
    for (const { factor, text } of changes) {
      expect(factor).toBeGreaterThan(1.05);
      expect(text).toMatch(
        / from HBM to DDR \(\d+ of 30 ports to HBM are taken\); 175 instead of \d+ MHz can be expected/,
      );
    }
    expect(speedChanges(split, whole).every(({ factor }) => factor < 1)).toBe(true);
    expect(speedChanges(whole, whole)).toEqual([]);
  });
});
