/** The probe of the assumptions that only the vendor's tools can confirm: its micro-kernels, its command with stand-in tools. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Board } from '../hls-runtime/runner/fake-hardware.ts';
import { Lab } from '../hls-runtime/runner/fake-lab.ts';
import { lintHls } from '../src/core/generate/hls-lint.ts';
import { parseProbeResult, type ProbeResult } from '../src/core/models/probe-result.ts';
import { ASSUMPTION_IDS, ASSUMPTIONS, type AssumptionId } from '../src/core/targets/assumptions.ts';
import { sampleById } from '../src/core/templates/samples.ts';
import { command, composerIn, exportDesign, ROOT, WARNINGS } from './harness.ts';

const LIMIT = 300_000;
const KERNELS = join(ROOT, 'hls-runtime/probe');

function labOf(board: Board): Promise<Lab> {
  return Lab.create(board, (root, runner) => {
    const design = sampleById('moby-u280')?.design();
    if (!design) throw new Error('no sample');
    exportDesign({ ...design, target: board }, root);
    cpSync(runner, join(root, 'run.mjs'));
  });
}

describe('micro-kernels', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'flexllm-probe-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('there is one for every assumption, with a test bench, and no other', () => {
    const names = readdirSync(KERNELS).filter((name) => name.endsWith('.cpp'));
    expect(names.sort()).toEqual(ASSUMPTION_IDS.flatMap((id) => [`${id}.cpp`, `${id}_tb.cpp`]).sort());
  });

  test.each(ASSUMPTION_IDS)('%s is as an HLS tool wants it', (id) => {
    expect(lintHls(readFileSync(join(KERNELS, `${id}.cpp`), 'utf8'))).toEqual([]);
  });

  const compilers = ['g++', 'clang++'] as const;
  test.each(compilers.flatMap((compiler) => ASSUMPTION_IDS.map((id) => [compiler, id] as const)))(
    '%s compiles %s without a warning, and its test bench passes',
    { timeout: LIMIT },
    async (compiler, id) => {
      const program = join(folder, `${compiler}-${id}`);
      // One of the two with numbers as narrow as in hardware.
      const widths = compiler === 'clang++' ? ['-DFLEXLLM_EXACT_WIDTHS'] : [];
      // clang++ warns the same whether it optimizes or not.
      const optimization = compiler === 'clang++' ? '-O0' : '-Og';
      const flags = [
        '-std=c++17',
        optimization,
        ...widths,
        ...WARNINGS,
        '-I../include',
        '-I.',
        '-idirafter',
        '../csim',
      ];
      const compiled = await command(compiler, [...flags, `${id}.cpp`, `${id}_tb.cpp`, '-o', program], KERNELS);
      expect(compiled.stderr).toBe('');
      expect(await command(program, [], folder)).toEqual({ code: 0, stdout: '', stderr: '' });
    },
  );

  /** What the kernel of each would do where its assumption does not hold, seen by its test bench. */
  const FAULTS: readonly (readonly [AssumptionId, string, string])[] = [
    [
      'carried_fifo',
      'flexllm::write_words<Line>(mem, carried, round * 64',
      'flexllm::write_words<Line>(mem, carried, 0',
    ],
    ['backward_fifo', '3 * x[l] + pass', '3 * x[l] + pass / 2'],
    ['stream_array', 'read_1(b, taken[1])', 'read_1(a, taken[1])'],
    ['shared_bundle', 'load(pass, source, arriving);', 'load(pass, source + 1, arriving);'],
    ['storage', 'in_lutram[i ^ 1]', 'in_lutram[i]'],
    [
      'two_products',
      'products[2 * pair + 1] = static_cast<int>(p1)',
      'products[2 * pair + 1] = static_cast<int>(p1) + 1',
    ],
    ['four_products', 'static_cast<int>(p11)', 'static_cast<int>(p10)'],
    ['bursts', 'words, offset, 64, 2, blocks, 80', 'words, offset, 64, 2, blocks, 64'],
    ['constants_port', '(offsets, values, layer, ', '(offsets, values, 1, '],
    ['decode_engine', 'const int in_steps = 12', 'const int in_steps = 11'],
    ['decode_slice', 'join(results0, results1, out, vectors)', 'join(results1, results0, out, vectors - 1)'],
    ['float_bits', 'x[l] * y[l] + x[(l + 1) % 4]', '__builtin_fmaf(x[l], y[l], x[(l + 1) % 4])'],
  ];
  test.each(FAULTS)('the test bench of %s sees another result', { timeout: LIMIT }, async (id, right, wrong) => {
    const source = readFileSync(join(KERNELS, `${id}.cpp`), 'utf8');
    expect(source).toContain(right);
    const program = join(folder, `wrong-${id}`);
    const at = join(folder, `source-${id}`);
    cpSync(KERNELS, at, { recursive: true });
    writeFileSync(join(at, `${id}.cpp`), source.replaceAll(right, wrong));
    const flags = ['-std=c++17', '-O0', '-w', `-I${join(ROOT, 'hls-runtime/include')}`, '-I.'];
    const csim = ['-idirafter', join(ROOT, 'hls-runtime/csim')];
    const compiled = await command('g++', [...flags, ...csim, `${id}.cpp`, `${id}_tb.cpp`, '-o', program], at);
    expect(compiled.code, compiled.stderr).toBe(0);
    expect((await command(program, [], folder)).code).not.toBe(0);
  });
});

describe.each(['u280', 'v80'] as const)('probe on the %s', (board) => {
  let lab: Lab;
  const file = (): string => join(lab.root, 'build/probe.json');
  const result = (): ProbeResult => parseProbeResult(readFileSync(file(), 'utf8'));
  const status = (id: AssumptionId) => result().assumptions.find((answer) => answer.id === id);
  beforeAll(async () => {
    lab = await labOf(board);
  }, LIMIT);
  afterAll(() => lab.remove());

  test('--dry-run prints what each asks, as a script for a shell', { timeout: LIMIT }, async () => {
    const run = await lab.run(['probe', '--dry-run']);
    expect(run.code, run.stderr).toBe(0);
    execFileSync('bash', ['-n'], { input: run.stdout });
    for (const { title, without } of ASSUMPTIONS) {
      expect(run.stdout).toContain(`. ${title}.\n`);
      expect(run.stdout).toContain(`Else: ${without}`);
    }
    expect(run.stdout.match(/--cosim --config hls_config.cfg/g)).toHaveLength(ASSUMPTIONS.length);
    expect(run.stdout).toContain(board === 'v80' ? 'part=xcv80' : 'part=xcu280');
    expect(run.stdout.includes('syn.op=op:fmadd impl:none')).toBe(board === 'v80');
    expect(lab.machine.calls().filter(({ args }) => !args.includes('--version'))).toEqual([]);
    expect(existsSync(join(lab.root, 'build'))).toBe(false);
  });

  test('the script of --dry-run works', { timeout: LIMIT }, async () => {
    const run = await lab.run(['probe', '--dry-run', '--only', 'cpp17']);
    execFileSync('bash', ['-eu'], { input: run.stdout, env: lab.machine.env(), stdio: ['pipe', 'ignore', 'pipe'] });
    expect(readFileSync(join(lab.root, 'build/probe/reports/cpp17/cosim.rpt'), 'utf8')).toContain('Pass');
    rmSync(join(lab.root, 'build'), { recursive: true });
  });

  test('all hold; again nothing is asked again', { timeout: LIMIT }, async () => {
    const run = await lab.run(['probe']);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    const { assumptions, release, board: of, clock } = result();
    expect([of, release, clock]).toEqual([board, '2025.1', 300]);
    expect(assumptions.map(({ id, status }) => [id, status])).toEqual(ASSUMPTION_IDS.map((id) => [id, 'held']));
    expect(status('two_products')?.seen).toBe('8 DSPs');
    expect(status('decode_engine')?.seen).toMatch(/^initiation interval 1, 41\d MHz expected for 300 MHz$/);
    lab.machine.calls();
    const again = await lab.run(['probe']);
    expect(again.code).toBe(0);
    expect(lab.machine.calls().filter(({ args }) => !args.includes('--version'))).toEqual([]);
    lab.keep('held');
  });

  // Each board fails half of them; both have the failures that end in another form.
  const SEEN: Readonly<Record<AssumptionId, RegExp>> = {
    carried_fifo: /co-simulation finished: FAIL/,
    backward_fifo: /co-simulation finished: FAIL/,
    stream_array: /HLS 200-779/,
    shared_bundle: /co-simulation finished: FAIL/,
    axis_vector: /HLS 214-124/,
    cpp17: /if constexpr/,
    storage: /in_bram: bram, in_lutram: bram, .*lutram_fifo: bram/,
    ultra_ram: /in_uram: bram, uram_fifo: bram/,
    bursts: /no burst for read of table/,
    constants_port: /co-simulation finished: FAIL/,
    two_products: /^16 DSPs$/,
    four_products: /^16 DSPs$/,
    prefill_engine: /initiation interval 2 in \w+, /,
    decode_engine: /initiation interval 2 in \w+, /,
    decode_slice: /initiation interval 2 in \w+, .*16 DSPs$/,
    attention_loops: /initiation interval 2 in \w+, /,
    token_loops: /initiation interval 2 in \w+, /,
    overlapped_loops: /initiation interval 2 in \w+, /,
    rotation_loops: /initiation interval 2/,
    float_bits: /co-simulation finished: FAIL/,
  };
  test.each(ASSUMPTION_IDS.filter((_, at) => at % 2 === (board === 'u280' ? 0 : 1)))(
    '%s fails, and the others stand',
    { timeout: LIMIT },
    async (id) => {
      lab.reset('held');
      lab.machine.set({ refutes: [id] });
      rmSync(join(lab.root, 'build/steps'), { recursive: true });
      const run = await lab.run(['probe', '--only', id]);
      expect(run.code, run.stdout + run.stderr).toBe(1);
      expect(run.stdout).toContain('0 held, 1 failed, 0 not run');
      expect(status(id)).toMatchObject({ status: 'failed', seen: expect.stringMatching(SEEN[id]) });
      expect(existsSync(join(lab.root, status(id)?.log ?? ''))).toBe(true);
      expect(result().assumptions.filter(({ status }) => status === 'held')).toHaveLength(ASSUMPTION_IDS.length - 1);
    },
  );

  test('without tools it says so, with an exit code of its own, and leaves no answer', { timeout: LIMIT }, async () => {
    rmSync(join(lab.root, 'build'), { recursive: true, force: true });
    for (const tool of ['v++', 'vitis-run', 'vitis_hls']) lab.machine.remove(tool);
    const run = await lab.run(['probe']);
    lab.mendMachine();
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/^Vitis was not found; .*doctor --platform/);
    expect(existsSync(file())).toBe(false);
  });

  test('a licence that is missing is no failed assumption', { timeout: LIMIT }, async () => {
    lab.machine.set({
      faults: [
        { tool: 'v++', phase: 'compile', lines: ['ERROR: [Common 17-345] A valid license was not found'], code: 1 },
      ],
    });
    const run = await lab.run(['probe', '--only', 'cpp17,bursts']);
    lab.mendMachine();
    expect(run.code).toBe(3);
    expect(status('cpp17')).toMatchObject({ status: 'not run', seen: expect.stringContaining('licence') });
    expect(status('bursts')).toMatchObject({ status: 'not run', seen: expect.stringContaining('licence') });
  });

  test('a tool that hangs is stopped at the limit', { timeout: LIMIT }, async () => {
    lab.machine.set({ faults: [{ tool: 'vitis-run', phase: 'csim', about: 'probe_cpp17', waitMs: 60_000 }] });
    const run = await lab.run(['probe', '--only', 'cpp17', '--limit', '2']);
    lab.mendMachine();
    expect(run.code).toBe(3);
    expect(status('cpp17')).toMatchObject({
      status: 'not run',
      seen: expect.stringMatching(/vitis-run was stopped after 2 s, the limit; give it more with --limit\.$/),
    });
  });

  test('Ctrl-C leaves a file with what was answered', { timeout: LIMIT }, async () => {
    rmSync(join(lab.root, 'build'), { recursive: true, force: true });
    lab.machine.set({ faults: [{ tool: 'vitis-run', phase: 'csim', about: 'probe_bursts', waitMs: 60_000 }] });
    const run = await lab.run(['probe', '--only', 'cpp17,bursts'], {
      stopWhen: () => existsSync(join(lab.root, 'build/probe/bursts/component/hls/csim.log')),
    });
    lab.mendMachine();
    expect(run.code).toBe(130);
    expect(status('cpp17')?.status).toBe('held');
    expect(status('bursts')).toMatchObject({ status: 'not run', log: null });
  });

  test('--csim needs no tools; a name that there is not is refused', { timeout: LIMIT }, async () => {
    for (const tool of ['v++', 'vitis-run', 'vitis_hls']) lab.machine.remove(tool);
    const run = await lab.run(['probe', '--csim', '--only', 'cpp17,float_bits']);
    lab.mendMachine();
    expect(run.code, run.stdout).toBe(0);
    expect(run.stdout).toContain('2 of 2 right in C-simulation');
    const wrong = await lab.run(['probe', '--only', 'cpp71']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/^--only names "cpp71", but the assumptions are carried_fifo, /);
  });
});

test('2023.2 with vitis_hls alone: one script for each', { timeout: LIMIT }, async () => {
  const lab = await labOf('u280');
  try {
    lab.machine.set({ release: '2023.2' });
    lab.machine.remove('vitis-run');
    const run = await lab.run(['probe', '--only', 'storage,bursts,two_products']);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    lab.machine.set({ release: '2023.2', refutes: ['storage'] });
    rmSync(join(lab.root, 'build/steps'), { recursive: true });
    const failed = await lab.run(['probe', '--only', 'storage']);
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('in_lutram: bram');
  } finally {
    lab.remove();
  }
});

describe('a design follows what the probe found', () => {
  let lab: Lab;
  /** The project of the sample as it is, and what it says. */
  let before: string;
  let words: string;
  beforeAll(async () => {
    lab = await labOf('u280');
    before = await exported('before', 'moby-u280');
    words = await said(before);
  }, LIMIT);
  afterAll(() => lab.remove());

  /** The project of the sample after `composer set probe=...` with what the lab's tools refute; ids of the assumptions that failed. */
  async function followed(name: string, refutes: readonly AssumptionId[]): Promise<string> {
    lab.machine.set({ refutes });
    rmSync(join(lab.root, 'build'), { recursive: true, force: true });
    const asked = await lab.run(['probe', '--only', refutes.join(',')]);
    lab.mendMachine();
    expect(asked.code).toBe(1);
    const set = await composerIn(
      lab.base,
      'set',
      'moby-u280',
      `probe=${join(lab.root, 'build/probe.json')}`,
      '--out',
      `${name}.json`,
    );
    expect(set.stdout, set.stderr).toContain('Follow the tools of release 2025.1');
    return exported(name, `${name}.json`);
  }

  async function exported(name: string, design: string): Promise<string> {
    const run = await composerIn(lab.base, 'export', design, '--out', name);
    expect(run.code, run.stderr).toBe(0);
    return join(lab.base, name);
  }

  async function said(project: string): Promise<string> {
    const run = await command(
      process.execPath,
      ['run.mjs', 'csim', '--prompt', 'Call me Ishmael.', '--tokens', '6', '--json'],
      project,
    );
    expect(run.code, run.stderr).toBe(0);
    return (JSON.parse(run.stdout) as { text: string }).text;
  }
  const decode = (project: string): string => readFileSync(join(project, 'src/decode.cpp'), 'utf8');
  const kept = (source: string): number => source.match(/static hls::stream/g)?.length ?? 0;

  test('in other forms the project says the same', { timeout: LIMIT }, async () => {
    const after = await followed('after', ['carried_fifo', 'backward_fifo', 'two_products', 'four_products']);
    expect(kept(decode(before))).toBeGreaterThan(3);
    expect(decode(before)).toContain('disable_start_propagation');
    expect(kept(decode(after))).toBe(0);
    expect(decode(after)).not.toContain('disable_start_propagation');
    expect(decode(after)).toMatch(/flexllm::linear_decode<[^(]*flexllm::Multipliers::lut\b/);
    expect(words.length).toBeGreaterThan(0);
    expect(await said(after)).toBe(words);
  });

  test('of FIFOs that run backwards alone, those alone change', { timeout: LIMIT }, async () => {
    const after = await followed('forward', ['backward_fifo']);
    expect(kept(decode(after))).toBeGreaterThan(0);
    expect(kept(decode(after))).toBeLessThan(kept(decode(before)));
    expect(await said(after)).toBe(words);
  });

  test('what has no other form is told by check', { timeout: LIMIT }, async () => {
    const project = await followed('told', ['bursts', 'decode_engine']);
    const check = await composerIn(lab.base, 'check', join(project, 'design.json'));
    expect(check.code).toBe(0);
    expect(check.stdout).toMatch(
      /warning at decode \/ linear_all: The linear engine of decode .* \[assumption-refuted\]/,
    );
    expect(check.stdout).toMatch(
      /warning at prefill: Readers and writers of memory get bursts: .* \[assumption-refuted\]/,
    );
    const forget = await composerIn(lab.base, 'set', join(project, 'design.json'), 'probe=none', '--out', 'none.json');
    expect(forget.code, forget.stderr).toBe(0);
    expect(readFileSync(join(lab.base, 'none.json'), 'utf8')).not.toContain('assumption');
    const wrong = await composerIn(lab.base, 'set', 'moby-u280', 'probe=none.json', '--out', 'x.json');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/none\.json was not read\. The file is no result of a probe/);
  });
});
