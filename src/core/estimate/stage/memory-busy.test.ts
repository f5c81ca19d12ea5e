import { describe, expect, test } from 'vitest';
import { STAGE_NAMES } from '../../design/types.ts';
import { analyze } from '../../schedule/analyze.ts';
import { sampleById } from '../../templates/samples.ts';
import { targetById } from '../../targets/targets.ts';
import { sumOf } from '../parts/numbers.ts';
import { passRuns } from '../pass/runs.ts';
import { workloadTime } from '../workload/timing.ts';
import { banksOf } from './banks.ts';
import { memoryBusy } from './memory-busy.ts';
import { stageBandwidth } from './ports.ts';

function sample(id: string) {
  const design = sampleById(id)?.design();
  if (!design) throw new Error(`no sample ${id}`);
  const analysis = analyze(design);
  const time = workloadTime(analysis);
  if (!time) throw new Error(`${id} has errors`);
  return { analysis, time };
}

describe('the share of time in which the memory is busy', () => {
  test.each(['moby-u280', 'moby-u280-fast', 'llama-3.2-1b-u280', 'llama-3.2-1b-v80', 'llama-3.2-1b-u280-fast'])(
    '%s: from 0 to 1 per pass, in total the mean of the passes weighted with their time',
    (id) => {
      const { analysis, time } = sample(id);
      for (const name of STAGE_NAMES) {
        const { passes, at } = time[name];
        const all = memoryBusy(analysis, name, { passes, at });
        const each = passes.map((pass) => memoryBusy(analysis, name, { passes: [pass], at }));
        for (const { share } of [all, ...each]) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
        expect(all.share).toBeGreaterThan(0);
        expect(all.share).toBeCloseTo(sumOf(each.map(({ share, seconds }) => share * seconds)) / all.seconds, 12);
        expect(all.share).toBeCloseTo(all.bytes / all.seconds / all.ceiling, 12);
        expect(all.ceiling).toBe(stageBandwidth(analysis)[name].ceiling);
      }
    },
  );

  test('where all ports are on HBM, the bytes are those of the operations of each pass', () => {
    const { analysis, time } = sample('moby-u280');
    expect(banksOf(analysis).ports.filter(({ place }) => place?.memory.kind !== 'hbm')).toEqual([]);
    for (const name of STAGE_NAMES) {
      const { passes, at } = time[name];
      for (const pass of passes) {
        const { bytes, seconds } = memoryBusy(analysis, name, { passes: [pass], at });
        const runs = passRuns(analysis.stages[name], pass.pass);
        expect(bytes).toBeCloseTo(runs * sumOf(pass.slots.map((slot) => slot.bytes)), 6);
        expect(seconds).toBeCloseTo((runs * pass.cycles) / (analysis.design.clocks[name] * 1e6), 12);
      }
    }
  });

  test('what lies on DDR is on neither side', () => {
    const { analysis, time } = sample('llama-3.2-1b-u280-fast');
    const { passes, at } = time.decode;
    const { bytes, ceiling } = memoryBusy(analysis, 'decode', { passes, at });
    const moved = sumOf(
      passes.map((pass) => passRuns(analysis.stages.decode, pass.pass) * sumOf(pass.slots.map((slot) => slot.bytes))),
    );
    expect(ceiling).toBe(targetById('u280')?.memories[0]?.total);
    // The keys of the cache lie on DDR: 8 heads of 64 bytes for each token, in every layer; and the embedding of the token.
    const keys = 16 * 8 * 64 * (1024 + 1);
    expect(moved - bytes).toBeGreaterThan(keys);
    expect(moved - bytes).toBeLessThan(2 * keys);
  });

  test('passes that take no time leave the memory idle', () => {
    const { analysis, time } = sample('moby-u280');
    expect(memoryBusy(analysis, 'decode', { passes: [], at: time.decode.at }).share).toBe(0);
  });
});
