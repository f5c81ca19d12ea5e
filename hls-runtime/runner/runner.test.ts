import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fakeManifest, MOBY_DIR, writeFakeProject } from './fake-project.ts';

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const base = mkdtempSync(join(tmpdir(), 'flexllm-runner-'));
const root = join(base, 'a project with spaces');
const bundle = join(base, 'bundle', 'run.mjs');

function run(
  args: readonly string[],
  options: { env?: Record<string, string>; stopAfterMs?: number } = {},
): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'run.mjs'), ...args], {
      cwd: base,
      env: { ...process.env, ...options.env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    if (options.stopAfterMs !== undefined) setTimeout(() => child.kill('SIGINT'), options.stopAfterMs);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

async function json(args: readonly string[]): Promise<Record<string, unknown>> {
  const result = await run([...args, '--json']);
  expect(result.stderr).not.toContain('Unexpected');
  return JSON.parse(result.stdout) as Record<string, unknown>;
}

beforeAll(async () => {
  const configFile = fileURLToPath(new URL('vite.config.ts', import.meta.url));
  await build({ configFile, build: { outDir: join(base, 'bundle') } });
}, 60_000);
afterAll(() => rmSync(base, { recursive: true, force: true }));
// Restores project and model but keeps build/, so that objects need not be compiled for every test.
beforeEach(() => writeFakeProject(root, bundle));

const SLOW = 120_000;

describe('the bundle', () => {
  test(
    'is reproducible, imports only Node, and names no local path',
    async () => {
      const first = readFileSync(bundle, 'utf8');
      await build({
        configFile: fileURLToPath(new URL('vite.config.ts', import.meta.url)),
        build: { outDir: join(base, 'again') },
      });
      expect(readFileSync(join(base, 'again', 'run.mjs'), 'utf8')).toBe(first);
      const imports = [...first.matchAll(/^import .* from "(.+)";$/gm)].map((match) => match[1]);
      expect(imports.length).toBeGreaterThan(3);
      for (const name of imports) expect(name).toMatch(/^node:/);
      expect(first).not.toContain(fileURLToPath(new URL('../..', import.meta.url)).slice(0, -1));
      expect(readdirSync(join(base, 'again'))).toEqual(['run.mjs']);
    },
    SLOW,
  );

  test('explains itself', async () => {
    expect((await run(['--help'])).code).toBe(0);
    expect((await run([])).code).toBe(2);
    for (const command of [
      'doctor',
      'pack',
      'csim',
      'synth',
      'cosim',
      'build',
      'host',
      'run',
      'report',
      'all',
      'clean',
    ]) {
      const help = await run([command, '--help']);
      expect(help.code).toBe(0);
      expect(help.stdout).toContain(`node run.mjs ${command}`);
      expect(help.stdout).toContain('--json');
      for (const line of help.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  test('refuses unknown commands and options in one sentence', async () => {
    const command = await run(['fly']);
    expect(command).toMatchObject({ code: 2, stdout: '' });
    expect(command.stderr).toBe(
      'There is no command "fly"; the commands are doctor, probe, pack, csim, synth, cosim, build, host, run, report, all, clean.\n',
    );
    const option = await run(['csim', '--promt', 'x']);
    expect(option.code).toBe(2);
    expect(option.stderr).toContain('--promt');
    expect(option.stderr.trim().split('\n')).toHaveLength(1);
    expect((await run(['csim', '--prompt', '--score'])).stderr).toContain('joined to its option with "="');
  });
});

describe('doctor', () => {
  test('finds what is there', async () => {
    const result = await run(['doctor']);
    expect(result.stdout).toMatch(/^ok {6}Node\.js/m);
    expect(result.stdout).toMatch(/^ok {6}Model: moby-llama-1m/m);
    expect(result.stdout).toContain('not needed for csim');
    expect(result.code).toBe(0);
  });

  test('names what is missing and what to do', async () => {
    rmSync(join(root, 'csim'), { recursive: true });
    rmSync(join(root, 'model', 'model.safetensors'));
    const result = await run(['doctor', '--json']);
    expect(result.code).toBe(1);
    const { ok, checks } = JSON.parse(result.stdout) as {
      ok: boolean;
      checks: { name: string; status: string; fix?: string }[];
    };
    expect(ok).toBe(false);
    for (const name of ['Project files', 'Model']) {
      const check = checks.find((item) => item.name === name);
      expect(check?.status).toBe('missing');
      expect(check?.fix).toBeTruthy();
    }
  });
});

describe('pack', () => {
  test(
    'writes all images, the same on any number of threads',
    async () => {
      const calibration = (): unknown =>
        (JSON.parse(readFileSync(join(root, 'build', 'pack.json'), 'utf8')) as { calibration: unknown }).calibration;
      await run(['clean']);
      expect(existsSync(join(root, 'build'))).toBe(false);
      const first = await json(['pack']);
      expect(first.packed).toBe(true);
      const names = fakeManifest().images.map((image) => `${image.name}.bin`);
      expect(readdirSync(join(root, 'build', 'images')).sort()).toEqual([...names].sort());
      expect(statSync(join(root, 'build', 'images', 'w_qkv.bin')).size).toBe(4 * (128 + 64) * 128);
      expect(statSync(join(root, 'build', 'images', 'embedding.bin')).size).toBe(1024 * 128 * 4);
      const measured = calibration();
      await run(['clean']);
      expect((await json(['pack', '--threads', '2'])).images).toEqual(first.images);
      expect(calibration()).toEqual(measured);
    },
    SLOW,
  );

  test(
    'does nothing when nothing changed, and packs again when an image is gone',
    async () => {
      await json(['pack']);
      expect((await json(['pack'])).packed).toBe(false);
      truncateSync(join(root, 'build', 'images', 'rope.bin'), 5);
      expect((await json(['pack'])).packed).toBe(true);
      const text = join(base, 'calibration.txt');
      writeFileSync(text, 'It was the whiteness of the whale that above all things appalled me. '.repeat(5));
      expect((await json(['pack', '--calibrate', text])).packed).toBe(true);
    },
    SLOW,
  );

  test('refuses a truncated safetensors file and leaves no images of it', async () => {
    truncateSync(join(root, 'model', 'model.safetensors'), 1_000_000);
    const result = await run(['pack']);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/model\.safetensors: .* outside the \d+ bytes of data .*download it again/);
    expect(existsSync(join(root, 'build', 'pack.json'))).toBe(false);
  });

  test('refuses another configuration and says what differs', async () => {
    const path = join(root, 'model', 'config.json');
    const config = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...config, rope_theta: 500000, num_hidden_layers: 5 }));
    const other = await run(['pack']);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('layers is 5 instead of 4, ropeTheta is 500000 instead of 10000');
    writeFileSync(path, JSON.stringify({ ...config, model_type: 'gpt2' }));
    expect((await run(['pack'])).stderr).toContain('learnt positions');
    writeFileSync(path, '{');
    expect((await run(['pack'])).stderr).toContain('not valid JSON');
    rmSync(path);
    const missing = await run(['pack', '--json']);
    expect(missing.code).toBe(2);
    expect(JSON.parse(missing.stdout)).toMatchObject({ code: 2, error: expect.stringContaining('is missing') });
  });

  test(
    'reads a model from elsewhere and a sharded one',
    async () => {
      const elsewhere = await json(['pack', '--model', MOBY_DIR]);
      expect(elsewhere.packed).toBe(true);
      const names = Object.keys(
        JSON.parse(
          readFileSync(join(MOBY_DIR, 'model.safetensors'))
            .subarray(8, 8 + Number(readFileSync(join(MOBY_DIR, 'model.safetensors')).readBigUInt64LE(0)))
            .toString(),
        ),
      );
      const map = Object.fromEntries(
        names.filter((name) => name !== '__metadata__').map((name) => [name, 'model.safetensors']),
      );
      writeFileSync(join(root, 'model', 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }));
      const sharded = await json(['pack']);
      expect(sharded.images).toEqual(elsewhere.images);
      writeFileSync(
        join(root, 'model', 'model.safetensors.index.json'),
        JSON.stringify({ weight_map: { ...map, x: '../../secret.safetensors' } }),
      );
      const hostile = await run(['pack']);
      rmSync(join(root, 'model', 'model.safetensors.index.json'));
      expect(hostile.code).toBe(2);
      expect(hostile.stderr).toContain('no file name of a shard');
    },
    SLOW,
  );

  test(
    'refuses a damaged manifest',
    async () => {
      const good = fakeManifest();
      const bad: [unknown, string][] = [
        [{ ...good, format: 'x' }, 'no FlexLLM manifest'],
        [{ ...good, version: 2 }, 'version is 2'],
        [{ ...good, images: [{ ...good.images[0], name: '../evil' }] }, 'no valid name'],
        [{ ...good, csim: { ...good.csim, sources: ['../x.cpp'] } }, 'paths inside the project'],
        [{ ...good, csim: { ...good.csim, includes: ['-evil'] } }, 'paths inside the project'],
        [
          {
            ...good,
            images: good.images.map((image) => ({
              ...image,
              segments: image.segments.map((s) => ({ ...s, words: 3 })),
            })),
          },
          '3 words per layer',
        ],
      ];
      for (const [manifest, message] of bad) {
        writeFileSync(join(root, 'manifest.json'), JSON.stringify(manifest));
        // Errors of threads are those of a single one.
        const result = await run(['pack', '--threads', '2']);
        expect(result.stderr).toContain(message);
        expect(result.code).toBe(2);
        expect(result.stderr).not.toContain('Unexpected');
      }
      expect(readdirSync(join(root, 'build', 'images')).filter((name) => name.includes('.tmp-'))).toEqual([]);
    },
    SLOW,
  );
});

describe('csim', () => {
  test(
    'packs, compiles, runs and streams whole characters',
    async () => {
      const result = await run(['csim', '--prompt', 'Call me', '--tokens', '6']);
      expect(result.stderr).not.toContain('error');
      expect(result.stdout.startsWith('Call mehé!h')).toBe(true);
      expect(result.stdout).toContain('Counted cycles: prefill 100, decode 7');
      expect(result.code).toBe(0);
      expect(readFileSync(join(root, 'build', 'csim', 'run.log'), 'utf8')).toContain('a line for the log');
      expect(readdirSync(join(root, 'build')).filter((name) => name.includes('tmp'))).toEqual([]);
    },
    SLOW,
  );

  test(
    'prints one object with --json',
    async () => {
      const result = await json(['csim', '--prompt', 'Call me', '--tokens', '4']);
      expect(result).toMatchObject({
        text: 'hé!',
        ids: [104, 0xc3, 0xa9, 33],
        cycles: { prefill: 100, decode: 7 },
        counts: [
          { stage: 'prefill', process: 'qkv_linear', pass: 0, cycles: 100 },
          { stage: 'decode', process: 'qkv_linear', pass: 0, cycles: 7 },
        ],
      });
      expect((result.promptIds as number[])[0]).toBe(1022);
      expect((result.promptIds as number[]).filter((id) => id === 1022)).toHaveLength(1);
      expect(result.tokensPerSecond).toBeGreaterThan(0);
    },
    SLOW,
  );

  test(
    'compiles again only what changed',
    async () => {
      await json(['csim', '--prompt', 'x', '--tokens', '1']);
      const object = join(root, 'build', 'csim', 'src__table.cpp.o');
      const before = [object, object.replace('table', 'bench')].map((path) => statSync(path).mtimeMs);
      writeFileSync(join(root, 'csim', 'fallback.hpp'), '#pragma once\nconstexpr double NLL = 1.0;\n');
      const text = join(base, 'text.txt');
      writeFileSync(text, 'The whale, the whale! Up helm, up helm!');
      expect((await json(['csim', '--perplexity', text])).perplexity).toBeCloseTo(Math.E, 6);
      const after = [object, object.replace('table', 'bench')].map((path) => statSync(path).mtimeMs);
      expect(after[0]).toBe(before[0]);
      expect(after[1]).toBeGreaterThan(before[1] as number);
    },
    SLOW,
  );

  test(
    'scores a text in windows',
    async () => {
      const text = join(base, 'text.txt');
      writeFileSync(text, 'The whale, the whale! Up helm, up helm! '.repeat(20));
      const all = await json(['csim', '--perplexity', text]);
      expect(all.perplexity).toBeCloseTo(Math.exp(2), 6);
      const some = await json(['csim', '--perplexity', text, '--limit', '50', '--window', '20']);
      expect(some.scoredTokens).toBe(50);
      expect((await run(['csim', '--perplexity', text, '--window', '64'])).stderr).toContain(
        'do not fit the context of 64',
      );
    },
    SLOW,
  );

  test(
    'takes ids and dumps logits',
    async () => {
      const ids = join(base, 'ids.txt');
      const dump = join(base, 'logits.bin');
      writeFileSync(ids, '1022 67 97\n1022 5\n');
      const result = await json(['csim', '--ids', ids, '--tokens', '2', '--dump-logits', dump]);
      expect(result.sequences).toHaveLength(2);
      expect(result.promptIds).toEqual([1022, 67, 97]);
      expect(readFileSync(dump, 'utf8')).toBe('logits');
      writeFileSync(ids, '1022 2000\n');
      const bad = await run(['csim', '--ids', ids]);
      expect(bad.code).toBe(2);
      expect(bad.stderr).toContain('line 1');
    },
    SLOW,
  );

  test(
    'refuses what the design cannot hold, before doing anything',
    async () => {
      const long = await run(['csim', '--prompt', 'word '.repeat(100)]);
      expect(long.code).toBe(2);
      expect(long.stderr).toMatch(
        /^The prompt has \d+ tokens with its begin token, but the design takes at most 32; .*\n$/,
      );
      const many = await run(['csim', '--prompt', 'Call me', '--tokens', '100']);
      expect(many.code).toBe(2);
      expect(many.stderr).toContain('exceed the context of 64');
      for (const args of [
        [],
        ['--prompt', 'a', '--ids', 'b'],
        ['--prompt', 'a', '--tokens', '0'],
        ['--prompt', 'a', '--tokens', '1e3'],
        ['--prompt', 'a', '--temperature', 'hot'],
        ['--prompt', 'a', '--seed', '-1'],
        ['--perplexity', '/nowhere/x.txt'],
        ['--prompt', 'a', '--cxx', 'no-such-compiler'],
      ]) {
        const result = await run(['csim', ...args]);
        expect(result.code, args.join(' ')).toBe(2);
        expect(result.stderr).not.toContain('Unexpected');
      }
    },
    SLOW,
  );

  test(
    'treats hostile prompts as text',
    async () => {
      const victim = join(base, 'victim');
      writeFileSync(victim, 'x');
      for (const prompt of ['"; rm -rf /', '$(rm victim)', '`rm victim`', '--score', '\u0000\ud800', '']) {
        const result = await run(['csim', '--tokens', '2', '--json', `--prompt=${prompt.replace('\u0000', '\u0001')}`]);
        expect(result.code, prompt + result.stderr).toBe(0);
        expect(JSON.parse(result.stdout).ids).toEqual([104, 0xc3]);
      }
      expect(existsSync(victim)).toBe(true);
    },
    SLOW,
  );

  test(
    'reports a crash with the last words of the test bench',
    async () => {
      const result = await run(['csim', '--prompt', 'x'], { env: { FAKE_BENCH_CRASH: '1' } });
      expect(result.code).toBe(1);
      expect(result.stderr).toContain('SIGABRT');
      expect(result.stderr).toContain('FLEXLLM_REQUIRE failed: fake');
    },
    SLOW,
  );

  test(
    'reports sources that do not compile, and leaves no object',
    async () => {
      writeFileSync(join(root, 'src', 'table.cpp'), 'int unused() { int x; }\n');
      const result = await run(['csim', '--prompt', 'x']);
      expect(result.code).toBe(1);
      expect(result.stderr).toContain('could not compile src/table.cpp');
      expect(readdirSync(join(root, 'build', 'csim')).filter((name) => name.includes('tmp'))).toEqual([]);
    },
    SLOW,
  );

  test(
    'Ctrl-C stops the test bench and leaves no temporary files',
    async () => {
      await json(['csim', '--prompt', 'x', '--tokens', '1']);
      const started = Date.now();
      const result = await run(['csim', '--prompt', 'x'], { env: { FAKE_BENCH_HANG: '1' }, stopAfterMs: 3000 });
      expect(result.code).toBe(130);
      expect(Date.now() - started).toBeLessThan(20_000);
      const left = readdirSync(join(root, 'build'), { recursive: true }).filter((name) => String(name).includes('tmp'));
      expect(left).toEqual([]);
    },
    SLOW,
  );

  test(
    'runs with sanitizers in a directory of its own',
    async () => {
      const result = await json(['csim', '--prompt', 'x', '--tokens', '1', '--sanitize']);
      expect(result.ids).toEqual([104]);
      expect(existsSync(join(root, 'build', 'csim-sanitize', 'testbench'))).toBe(true);
    },
    SLOW,
  );
});
