import { describe, expect, test } from 'vitest';
import type { Design, ParamValue } from '../../design/types.ts';
import { LLAMA_3_2_1B } from '../../models/samples.ts';
import { RECIPES } from '../../models/recipe.ts';
import { analyze } from '../../schedule/analyze.ts';
import { targetById } from '../../targets/targets.ts';
import { composeDesign } from '../../templates/compose.ts';
import { SAMPLES } from '../../templates/samples.ts';
import { workloadTime } from '../workload/timing.ts';
import { banksOf } from './banks.ts';

const sample = (id: string): Design => SAMPLES.find((one) => one.id === id)?.design() as Design;
const messages = (design: Design): string[] => banksOf(analyze(design)).problems.map(({ message }) => message);
const secondsOf = (design: Design): number => workloadTime(analyze(design))?.decode.seconds ?? 0;

describe('ports and channels', () => {
  test.each(
    SAMPLES.flatMap(({ id }) =>
      [1, 2].flatMap((bitstreams) => ['slr', undefined].map((split) => [id, bitstreams, split] as const)),
    ),
  )('%s with %d bitstreams and split %s maps no more ports to HBM than there are', (id, bitstreams, split) => {
    const design = { ...sample(id), bitstreams: bitstreams as 1 | 2, split: split as 'slr' | undefined };
    const map = banksOf(analyze(design));
    if (design.target === 'u280') expect(map.hbmPorts).toBeLessThanOrEqual(map.hbmLimit);
    expect(map.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test.each(['moby-u280', 'llama-3.2-1b-u280', 'llama-3.2-1b-v80'])('no two ports of %s wait for one another', (id) => {
    expect(messages(sample(id))).toEqual([]);
  });

  test('two ports on one channel: what each gets, how much longer it takes, what to do; the estimate counts it', () => {
    const design = sample('llama-3.2-1b-v80');
    const shared = { ...design, banks: { 'decode.linear_all_w0': 'HBM3', 'decode.linear_all_w1': 'HBM3' } };
    const [message = ''] = messages(shared);
    expect(message).toMatch(
      /^2 ports of decode share HBM3 in pass \d+ \(linear_all_w0, linear_all_w1\): each gets half of its 11\.6 GB\/s/,
    );
    expect(message).toMatch(/takes 1\.\d times as long .* Alveo V80 has 64 channels for the \d+ ports .* memory view/);
    expect(secondsOf(shared)).toBeGreaterThan(1.2 * secondsOf(design));
  });

  test('more ports that stream at once than the card has channels: how many can have one, and what to set', () => {
    const [target, recipe] = [targetById('v80'), RECIPES.find(({ name }) => name === 'w4a4kv8')];
    if (!target || !recipe) throw new Error('no target or recipe');
    const design = composeDesign({
      name: 'many',
      model: LLAMA_3_2_1B,
      target,
      recipe,
      prefill: 'hybrid',
      decode: 'spatial',
      limits: { prompt: 1024, context: 2048 },
      workload: { prompt: 1024, generate: 1024, batch: 1 },
    });
    const wide = (params: Record<string, ParamValue>): Design => ({
      ...design,
      stages: {
        ...design.stages,
        decode: {
          ...design.stages.decode,
          instances: design.stages.decode.instances.map((instance) =>
            /^linear_(gate|up|down)$/.test(instance.id)
              ? { ...instance, params: { ...instance.params, ...params } }
              : instance,
          ),
        },
      },
    });
    const many = wide({ bp: 32, wp: 64, ports: 32 });
    expect(
      analyze(many).legal,
      analyze(many)
        .problems.map((problem) => problem.message)
        .join(' '),
    ).toBe(true);
    const message = messages(many).find((text) => text.includes('of decode')) ?? '';
    expect(message).toMatch(/^\d+ ports of decode share HBM\d+ in pass \d+ .* each gets (half|1\/\d)/);
    expect(message).toMatch(
      /Alveo V80 has 64 channels, so at most 64 of the \d+ ports .* use \d+ fewer, by a smaller 'Weight memory ports' of linear_/,
    );
  });

  test('more ports than the shell of a U280 has: the linker refuses them, and so does the estimate', () => {
    const design = { ...sample('llama-3.2-1b-u280'), bitstreams: 1 as const };
    const all = banksOf(analyze(design)).ports;
    const banks = Object.fromEntries(all.map(({ port }, at) => [`${port.stage}.${port.name}`, `HBM[${at % 30}]`]));
    const problems = banksOf(analyze({ ...design, banks })).problems;
    expect(problems.map(({ message }) => message).join(' ')).toMatch(
      /\d+ ports are mapped to HBM, but the shell of Alveo U280 has 30 for kernels and the linker refuses more: map at least \d+ of them to DDR/,
    );
  });
});
