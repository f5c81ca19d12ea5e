import { describe, expect, it } from 'vitest';
import { mapBanks } from '../../core/estimate/stage/banks.ts';
import { portLoads } from '../../core/estimate/stage/ports.ts';
import { designResources } from '../../core/estimate/design/design-resources.ts';
import { rooflineAt } from '../../core/estimate/stage/roofline.ts';
import { decodeRun, prefillRun } from '../../core/estimate/pass/runs.ts';
import { workloadTime } from '../../core/estimate/workload/timing.ts';
import { analyze } from '../../core/schedule/analyze.ts';
import { sampleById } from '../../core/templates/samples.ts';
import { targetById } from '../../core/targets/targets.ts';
import { RESOURCE_KINDS } from '../../core/targets/types.ts';
import { applyEdit, isRefused } from '../../core/edit/edit.ts';
import { shareRows, systemRows } from './compare-model.ts';
import { setBank, setBitstreams, setPlatform, setSlr } from '../../core/edit/placement.ts';
import { stageHeat } from '../figures/heat.ts';
import { bankCells, placesFor, step } from './memory-model.ts';
import { csv } from './plot-export.ts';
import { clockVerdict, crossingRows, explainAmount, GROUPS, instanceRows, regionsOf } from './resources-model.ts';
import { groupDots, rooflineModel, sayDot, spreadLabels } from './roofline-model.ts';
import { shownRun } from './run-store.ts';
import { sameRow, sortRows } from './sort.ts';
import { bytes, percent, prefixed, resourcesText } from '../words/units.ts';

const analysisFor = (id: string) => {
  const sample = sampleById(id);
  if (!sample) throw new Error(`no sample ${id}`);
  return analyze(sample.design());
};
const v80 = analysisFor('llama-3.2-1b-v80');
const u280 = analysisFor('llama-3.2-1b-u280');

describe('roofline', () => {
  it('has every ceiling and dot inside its axes', () => {
    for (const analysis of [v80, u280]) {
      for (const stage of ['prefill', 'decode'] as const) {
        const roof = rooflineAt(
          analysis,
          stage,
          stage === 'prefill' ? prefillRun(analysis.stages.prefill, 512) : decodeRun(analysis.stages.decode, 900),
        );
        if (!roof) throw new Error('no roofline');
        const model = rooflineModel(roof);
        for (const line of model.compute) expect(line.value).toBeLessThanOrEqual(model.y[1]);
        for (const dot of [...model.dots, model.total]) {
          if (Number.isFinite(dot.intensity)) expect(dot.intensity).toBeLessThanOrEqual(model.x[1]);
          expect(dot.attained).toBeGreaterThanOrEqual(model.y[0]);
          expect(sayDot(model, dot)).toMatch(/op\/s at .*(wall|of the ridge)/);
        }
      }
    }
  });

  it('draws dots at one place as one, and spreads labels', () => {
    const dot = {
      stage: 'decode',
      key: 'a/b',
      element: 'int4',
      intensity: 2,
      attained: 10,
      operations: 1,
      bytes: 1,
      seconds: 1,
      limit: 'compute',
      wall: 'compute',
    } as const;
    const groups = groupDots(
      [
        dot,
        { ...dot, key: 'c/d' },
        { ...dot, key: 'e/f', intensity: Number.POSITIVE_INFINITY },
        { ...dot, key: 'idle', attained: 0 },
      ],
      (x) => x * 10,
      (y) => y,
      90,
    );
    expect(groups.map((group) => [group.dots.length, group.x, group.edge])).toEqual([
      [2, 20, false],
      [1, 90, true],
    ]);
    const places = spreadLabels([50, 52, 51, 10], 12, 0, 100);
    const sorted = [...places].sort((a, b) => a - b);
    for (let index = 1; index < sorted.length; index += 1)
      expect((sorted[index] ?? 0) - (sorted[index - 1] ?? 0)).toBeGreaterThanOrEqual(12);
  });

  it('keeps the sliders within the limits of the design', () => {
    const { design } = v80;
    expect(shownRun(design, { prompt: undefined, context: undefined })).toEqual({ prompt: 1024, context: 1536 });
    expect(shownRun(design, { prompt: 1e9, context: 0 })).toEqual({ prompt: design.limits.prompt, context: 1 });
  });
});

describe('resources', () => {
  it('parts of a bar add up to it, and SLRs to the whole', () => {
    for (const bitstreams of [1, 2] as const) {
      const analysis = analyze(applyEdit(v80.design, setBitstreams(bitstreams)).design);
      const regions = regionsOf(analysis, designResources(analysis), 'decode');
      expect(regions.map((region) => region.title)).toEqual(['User region', 'SLR2', 'SLR1', 'SLR0']);
      for (const region of regions)
        for (const bar of region.bars)
          expect(GROUPS.reduce((sum, group) => sum + bar.parts[group], 0)).toBeCloseTo(bar.used, 3);
      RESOURCE_KINDS.forEach((_, at) => {
        const [whole, ...slrs] = regions.map((region) => region.bars[at]?.used ?? 0);
        expect(slrs.reduce((sum, used) => sum + used, 0)).toBeCloseTo(whole ?? 0, 3);
      });
    }
  });

  it('explains an amount by lines that add up', () => {
    const { decode } = designResources(v80);
    const row = instanceRows(v80, decode).find((one) => one.id === 'linear_all');
    const { values } = explainAmount('x', 'lut', [
      decode.perInstance.get('linear_all'),
      decode.fifosOf.get('linear_all'),
    ]);
    expect(values.at(-1)).toEqual({ name: 'sum', value: Math.round(row?.lut ?? 0).toLocaleString('en-US') });
  });

  it('says what wires and clocks are', () => {
    expect(crossingRows(designResources(v80))).toHaveLength(4);
    expect(clockVerdict(300, 200, 250)).toBe('above what is to be expected: 200 to 250 MHz');
    expect(clockVerdict(225, 200, 250)).toBe('within the expected 200 to 250 MHz');
  });

  it('places instances and chooses platforms, or says why not', () => {
    const placed = setSlr(v80.design, 'decode', 'linear_all', 0);
    if (isRefused(placed)) throw new Error(placed.refused);
    const design = applyEdit(v80.design, placed).design;
    expect(designResources(analyze(design)).decode.slrOf.get('linear_all')).toBe(0);
    const free = setSlr(design, 'decode', 'linear_all', undefined);
    if (isRefused(free)) throw new Error(free.refused);
    expect(applyEdit(design, free).design).toEqual(v80.design);
    expect(setSlr(v80.design, 'decode', 'linear_all', 3)).toEqual({ refused: 'Alveo V80 has SLR0 to SLR2.' });
    expect(setPlatform(u280.design, 'slash_v1')).toHaveProperty('refused');
    expect(setPlatform(v80.design, 'die')).toHaveProperty('label', 'Platform Whole device');
  });
});

describe('memory', () => {
  const map = mapBanks(u280);
  const loads = portLoads(u280);

  it('shows every bank with load and fill', () => {
    const cells = bankCells(map, loads, 'decode');
    expect(cells.filter((cell) => cell.memory.kind === 'hbm')).toHaveLength(32);
    expect(cells.filter((cell) => !cell.usable).map((cell) => cell.name)).toEqual(['HBM[30]', 'HBM[31]']);
    for (const load of loads.filter((one) => one.stage === 'decode' && one.bank && !one.bank.includes(':'))) {
      expect(cells.find((cell) => cell.name === load.bank)?.load).toBeGreaterThanOrEqual(load.share - 1e-9);
    }
    expect([0, 0.1, 0.99, 1, 1.2].map(step)).toEqual([0, 1, 5, 5, 6]);
  });

  it('moves a port to a bank and back', () => {
    const small = loads.find((load) => load.stage === 'decode' && load.content === 'weights' && load.size < 2 ** 28);
    if (!small) throw new Error('no small port');
    const to = small.bank === 'DDR[1]' ? 'DDR[0]' : 'DDR[1]';
    const moved = setBank(u280, small.key, to);
    if (isRefused(moved)) throw new Error(moved.refused);
    const design = applyEdit(u280.design, moved).design;
    expect(design.banks).toEqual({ [small.key]: to });
    const analysis = analyze(design);
    expect(portLoads(analysis).find((load) => load.key === small.key)).toMatchObject({ bank: to, automatic: false });
    const back = setBank(analysis, small.key, undefined);
    if (isRefused(back)) throw new Error(back.refused);
    expect(applyEdit(design, back).design).toEqual(u280.design);
  });

  it('refuses what the map does not allow, with the reason', () => {
    const [load] = loads;
    if (!load) throw new Error('no port');
    expect(setBank(u280, load.key, 'HBM[99]')).toHaveProperty('refused');
    expect(setBank(u280, load.key, 'HBM[31]')).toHaveProperty('refused');
    expect(setBank(u280, 'decode.nothing', 'HBM[0]')).toEqual({ refused: "The design has no port 'decode.nothing'." });
  });

  it('offers neighbours for buffers larger than a bank', () => {
    const target = targetById('u280');
    if (!target) throw new Error('no target');
    const places = placesFor(target, { size: 600 * 2 ** 20 });
    expect(places[0]).toBe('HBM[0:2]');
    expect(places).toContain('HBM[27:29]');
    expect(places).toContain('DDR[1]');
    expect(places).not.toContain('HBM[28:30]');
  });
});

describe('heat and comparison', () => {
  it('names the bottleneck of every kind', () => {
    const time = workloadTime(v80);
    if (!time) throw new Error('no time');
    for (const kind of ['time', 'lut', 'dsp', 'bandwidth'] as const) {
      const heat = stageHeat(v80, time, designResources(v80), 'decode', kind);
      expect(heat.hottest).toBe('linear_all');
      expect(heat.nodes.get('linear_all')?.step).toBe(5);
      expect(heat.words).toContain('linear_all');
    }
  });

  it('puts the design first, its bound second, and marks all others', () => {
    const time = workloadTime(u280);
    if (!time) throw new Error('no time');
    const rows = systemRows(u280, time, undefined);
    expect(rows.slice(0, 3).map((row) => row.evidence)).toEqual(['modelled', 'bound', 'measured by others']);
    expect(rows.map((row) => row.system)).toContain('FlightLLM');
    expect(rows[1]?.prefill).toBeLessThan(rows[0]?.prefill ?? 0);
    expect(shareRows(u280)).toHaveLength(10);
  });
});

describe('files and units', () => {
  it('writes CSV that spreadsheets read as data', () => {
    expect(
      csv([
        ['a', 'b,c', '=1'],
        [1.5, Number.POSITIVE_INFINITY, 'say "x"'],
      ]),
    ).toBe('a,"b,c",\'=1\r\n1.5,,"say ""x"""\r\n');
  });

  it('sorts numbers as numbers and keeps ties', () => {
    expect(sortRows(['b10', 'b9', 'a'], (row) => row, false)).toEqual(['a', 'b9', 'b10']);
    expect(
      sortRows(
        [
          { v: 1, n: 'x' },
          { v: 2, n: 'y' },
          { v: 1, n: 'z' },
        ],
        (row) => row.v,
        true,
      ).map((row) => row.n),
    ).toEqual(['y', 'x', 'z']);
  });

  it('knows rows of equal content', () => {
    const row = { id: 'a', passes: [{ pass: 0, duty: 0.5 }] };
    expect(sameRow(row, structuredClone(row))).toBe(true);
    expect(sameRow(row, { ...row, passes: [{ pass: 0, duty: 0.6 }] })).toBe(false);
    expect(sameRow(row, { ...row, more: undefined })).toBe(false);
  });

  it('names quantities', () => {
    expect(prefixed(2_457_600_000_000)).toBe('2.46 T');
    expect(prefixed(0.5)).toBe('0.5 ');
    expect(resourcesText({ lut: 14_230, dsp: 64, bram18: 0.2, uram: 0 })).toBe('14.2 k LUT · 64 DSP');
    expect(bytes(268_435_456)).toBe('256 MiB');
    expect(percent(0.004)).toBe('< 1 %');
  });
});
