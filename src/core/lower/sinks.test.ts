import { describe, expect, test } from 'vitest';
import { analyze } from '../schedule/analyze.ts';
import { SAMPLES } from '../templates/samples.ts';
import type { ModuleEntry } from '../modules/types.ts';
import { structureOf } from '../schedule/reuse.ts';
import type { ResolvedInstance, StageAnalysis } from '../schedule/types.ts';
import { programOf } from './program.ts';

const CASES = SAMPLES.flatMap(({ id, design }) =>
  (['prefill', 'decode'] as const).map((stage) => [id, stage, design] as const),
);

test.each(CASES)('%s %s: what writes memory feeds nothing in the region', (_id, stage, design) => {
  const writers = programOf(analyze(design()).stages[stage]).processes.filter(({ actuals }) =>
    actuals.some((actual) => actual.kind === 'memory' && actual.memory.spec.direction === 'write'),
  );
  expect(writers.length).toBeGreaterThan(0);
  for (const { actuals } of writers)
    expect(
      actuals.filter((actual) => actual.kind === 'result' || (actual.kind === 'channel' && actual.access === 'write')),
    ).toEqual([]);
});

describe('a module whose memory writer feeds a stream', () => {
  test('is refused with the process and what to do', () => {
    const stage = analyze(SAMPLES[0]?.design() as never).stages.decode;
    const instances = stage.instances.map((resolved): ResolvedInstance => {
      if (resolved.entry.id !== 'hidden_write') return resolved;
      const before = structureOf(stage.context, resolved);
      const entry: ModuleEntry = {
        ...resolved.entry,
        structure: () => ({
          ...before,
          processes: before.processes.map((process) =>
            process.call.kind === 'writer'
              ? { ...process, args: [...process.args, { kind: 'wire', wire: 'words', access: 'write' } as const] }
              : process,
          ),
        }),
      };
      return { ...resolved, entry, memory: { ...resolved.memory, structure: undefined, cache: new Map() } };
    });
    const broken: StageAnalysis = { ...stage, instances };
    expect(() => programOf(broken)).toThrow(
      /hidden_out\.write writes memory and the stream 'words'.*process of its own/,
    );
  });
});
