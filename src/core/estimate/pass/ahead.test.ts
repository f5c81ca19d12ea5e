import { describe, expect, test } from 'vitest';
import type { Design } from '../../design/types.ts';
import { analyze } from '../../schedule/analyze.ts';
import { sampleDesign } from '../../templates/samples.ts';
import { banksOf, sustained } from '../stage/banks.ts';
import { machineOf } from '../stage/machine.ts';
import { decodeStep } from '../workload/timing.ts';
import { decodeRun } from './runs.ts';
import { portBytes } from './pass-time.ts';

function withParams(design: Design, module: string, params: Readonly<Record<string, number>>): Design {
  const { decode } = design.stages;
  const instances = decode.instances.map((instance) =>
    instance.module === module ? { ...instance, params: { ...instance.params, ...params } } : instance,
  );
  return { ...design, stages: { ...design.stages, decode: { ...decode, instances } } };
}

const fast = sampleDesign('llama-3.2-1b-u280-fast');
const engine = (params: Readonly<Record<string, number>>): Design => withParams(fast, 'linear_slices', params);

/** Modelled cycles of each pass of decode at a position, with the banks of the design. */
function passes(design: Design, position: number): readonly number[] {
  const analysis = analyze(design);
  return decodeStep(analysis.stages.decode, position, machineOf(analysis, 'decode')).passes.map(({ cycles }) => cycles);
}

/** The same, from the slowest port alone: its bytes over what its bank sustains. */
function portCycles(design: Design, position: number): readonly number[] {
  const analysis = analyze(design);
  const stage = analysis.stages.decode;
  const rates = new Map(
    banksOf(analysis).ports.flatMap(({ port, place }) =>
      port.stage === 'decode' && place ? [[port.name, sustained(place.memory)] as const] : [],
    ),
  );
  return stage.passes.map((pass) =>
    Math.max(
      0,
      ...[...portBytes(stage, pass, decodeRun(stage, position))].map(
        ([port, bytes]) => (bytes / (rates.get(port) ?? Number.POSITIVE_INFINITY)) * design.clocks.decode * 1e6,
      ),
    ),
  );
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

describe('time of ports that run ahead', () => {
  test('no pass is shorter than its slowest port takes', () => {
    for (const design of [fast, engine({ ahead: 0 }), engine({ ahead: 4096 })])
      for (const position of [0, 1023, 2047]) {
        const ports = portCycles(design, position);
        passes(design, position).forEach((cycles, index) => {
          expect(cycles).toBeGreaterThanOrEqual((ports[index] as number) - 1);
        });
      }
  });

  test('more room in the FIFO makes no pass longer', () => {
    let before = passes(engine({ prefetch: 32, ahead: 0 }), 1023);
    for (const prefetch of [64, 256, 1024, 4096]) {
      const now = passes(engine({ prefetch, ahead: 0 }), 1023);
      now.forEach((cycles, index) => {
        expect(cycles).toBeLessThanOrEqual((before[index] as number) + 1e-6);
      });
      before = now;
    }
  });

  test('words for the next pass cost only where memory would rest', () => {
    const design = engine({ ahead: 0 });
    const [none, some] = [passes(design, 1023), passes(fast, 1023)];
    // Attention of 1,024 keys leaves the ports idle for longer than 2,048 words take.
    expect((some[2] as number) / (none[2] as number)).toBeCloseTo(1, 2);
    expect(sum(some)).toBeLessThan(sum(none));
    // After a few tokens there is nothing to hide behind: the words have to come all the same.
    expect(passes(fast, 3)[2]).toBeGreaterThan(passes(design, 3)[2] as number);
  });
});
