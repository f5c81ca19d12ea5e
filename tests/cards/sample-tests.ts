/**
 * What every sample must do on its way to a card: print its commands, run through, and get over faults. A fault is tested on one
 * sample; `FAULTS=all npx vitest run tests/cards` tests every fault on every sample of its board. Samples for prompts of any
 * length get some around a launch, with `LENGTHS=all` a long one, too.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Board } from '../../hls-runtime/runner/fake-hardware.ts';
import { runProgram } from '../../hls-runtime/runner/fake-world.ts';
import { parseHardwareReport } from '../../src/core/models/hardware-report.ts';
import { exportDesign } from '../harness.ts';
import { heldoutOf } from '../moby.ts';
import { commonFaults } from './faults-common.ts';
import { type Fault, suffer } from './faults.ts';
import { U280_FAULTS } from './faults-u280.ts';
import { V80_FAULTS } from './faults-v80.ts';
import { ALL, SampleLab, sampleDesign } from './sample-lab.ts';

const LIMIT = 600_000;
/** Faults are dealt out to the samples of a board in this order, again and again: fewer to those that take longer. */
const TURNS: Readonly<Record<Board, readonly string[]>> = {
  u280: ['moby-u280', 'moby-spatial', 'moby-u280', 'moby-spatial', 'moby-u280', 'moby-spatial', 'llama-3.2-1b-u280'],
  v80: ['moby-u280', 'moby-u280', 'moby-u280', 'moby-u280', 'llama-3.2-1b-v80'],
};
/** Tokens of the prompts of samples whose prompts may be longer than a launch of 256 tokens. */
const LENGTHS = [1, 255, 256, 257, ...(process.env['LENGTHS'] === 'all' ? [4000] : [])];
const OWN: Readonly<Record<Board, readonly Fault[]>> = { u280: U280_FAULTS, v80: V80_FAULTS };

function faultsOf(sample: string, board: Board): readonly Fault[] {
  const common = commonFaults(board);
  if (process.env['FAULTS'] === 'all') return [...OWN[board], ...common];
  // Those that can happen on either board are shared out between both.
  const mine = [...OWN[board], ...common.filter((_, index) => index % 2 === (board === 'u280' ? 0 : 1))];
  return mine.filter((_, index) => TURNS[board][index % TURNS[board].length] === sample);
}

export function testSample(id: string, board: Board): void {
  let sample: SampleLab;
  beforeAll(async () => {
    sample = await SampleLab.create(id, board);
  }, LIMIT);
  afterAll(() => sample.lab.remove());

  test('all --dry-run prints what would run, as a script for a shell', { timeout: LIMIT }, async () => {
    const { lab } = sample;
    // The sample itself: with all layers.
    const root = join(lab.base, 'whole');
    const { hardware } = exportDesign(sampleDesign(id, board), root);
    cpSync(join(lab.root, 'run.mjs'), join(root, 'run.mjs'));
    const result = await runProgram(
      process.execPath,
      [join(root, 'run.mjs'), 'all', '--dry-run', '--platform', board],
      lab.base,
      lab.machine.env(),
    );
    expect(result.code, result.stderr).toBe(0);
    execFileSync('bash', ['-n'], { input: result.stdout });
    for (const kernel of hardware.kernels) expect(result.stdout).toContain(`# Synthesis of ${kernel.name}\n`);
    for (const bitstream of hardware.bitstreams)
      expect(result.stdout).toContain(
        board === 'u280'
          ? `--config ../../../../${bitstream.config} --kernel_frequency ${bitstream.clock} `
          : `--target ${bitstream.name}_hw)`,
      );
    expect(result.stdout).toContain(`build/${board}/host/host --bitstream ${hardware.bitstreams[0]?.name}=`);
  });

  test('all ends with the text of the reference and a report, and again does nothing that is done', {
    timeout: LIMIT,
  }, async () => {
    const { lab, design } = sample;
    const { json } = await sample.build();
    const { run, packed } = json as { run: { ids: number[]; timeToFirstToken: number }; packed: boolean };
    expect(packed).toBe(true);
    expect(run.ids).toEqual(sample.ids);
    expect(run.timeToFirstToken).toBeGreaterThan(0);
    const report = parseHardwareReport(readFileSync(join(lab.root, 'build/report.json'), 'utf8'));
    expect(report.performance.measured?.generated).toBe(run.ids.length);
    expect(report.kernels.map((kernel) => kernel.bitstream)).toEqual(['prefill', 'decode']);
    expect(report.kernels.every((kernel) => kernel.synthesised !== null && kernel.implemented !== null)).toBe(true);
    // Every instance of the design is found among the synthesised modules.
    expect(report.instances).toHaveLength(
      design.stages.prefill.instances.length + design.stages.decode.instances.length,
    );
    expect(report.instances.filter((entry) => entry.synthesised === null)).toEqual([]);
    if (board === 'v80') expect(report.instances.filter((entry) => entry.implemented === null)).toEqual([]);
    const again = await lab.run(ALL);
    expect(again.code, again.stderr).toBe(0);
    expect(
      again.stderr
        .split('\n')
        .filter((line) => /^\[\d/.test(line))
        .every((line) => line.endsWith('unchanged, skipped.')),
    ).toBe(true);
  });

  const anyLength = ['moby-accllm', 'moby-hmt'].includes(id) ? LENGTHS : [];
  test.each(anyLength)('a prompt of %i tokens gives the text of the reference', { timeout: LIMIT }, async (length) => {
    const { lab } = sample;
    const file = join(lab.base, 'prompt.txt');
    writeFileSync(file, await heldoutOf(length));
    const { code, stdout, stderr } = await lab.run(['run', '--prompt-file', file, '--tokens', '4', '--json']);
    expect(code, stderr).toBe(0);
    const run = JSON.parse(stdout) as { promptIds: number[]; ids: number[] };
    expect(run.promptIds).toHaveLength(length);
    expect(run.ids).toEqual(await sample.expected(run.promptIds));
  });

  test.each(faultsOf(id, board).map((fault) => [fault.name, fault] as const))(
    '%s: all says it, and the next all goes on and completes',
    { timeout: LIMIT },
    async (_name, fault) => {
      await suffer(sample, fault);
    },
  );
}
