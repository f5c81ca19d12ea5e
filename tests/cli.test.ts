/** The terminal program as users run it: good input gives files, bad input a sentence, exit code 2 and nothing written. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatDesign } from '../src/core/design/schema.ts';
import type { Design } from '../src/core/design/types.ts';
import { isFast } from '../src/core/templates/llama.ts';
import { sampleById, sampleDesign } from '../src/core/templates/samples.ts';
import { composerIn, MOBY, newArguments, ROOT } from './harness.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'composer-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const composer = (...args: string[]) => composerIn(folder, ...args);
const json = async (...args: string[]) =>
  JSON.parse((await composer(...args, '--json')).stdout) as Record<string, unknown>;

const SAMPLE_IDS = [
  'moby-u280',
  'moby-spatial',
  'moby-temporal',
  'moby-u280-fast',
  'llama-3.2-1b-u280',
  'moby-hmt',
  'llama-3.2-1b-u280-hmt',
  'llama-3.2-1b-v80',
  'llama-3.2-1b-u280-fast',
  'llama-3.2-1b-v80-fast',
  'moby-accllm',
  'llama-2-7b-u280-accllm',
];

describe('good input', () => {
  test('designs and models are listed', async () => {
    const designs = (await json('designs')) as unknown as { id: string }[];
    expect(designs.map((design) => design.id)).toEqual(SAMPLE_IDS);
    expect((await composer('models')).stdout).toContain('Llama-3.2-1B');
    expect((await composer('--help')).stdout).toContain('composer new');
  });

  test('every option that the help names is taken', async () => {
    const help = (await composer('--help')).stdout;
    const options = [...new Set([...help.matchAll(/--([a-z]+(?:-[a-z]+)*)/g)].map(([option]) => option))];
    expect(options).toContain('--style');
    for (const option of options)
      expect((await composer('designs', option, 'x')).stderr, option).not.toContain('Unknown option');
  });

  test('a style holds for both stages, unless a stage has its own', async () => {
    const made = async (...styles: string[]): Promise<Design['stages']> => {
      const out = join(folder, 'styled.json');
      const run = await composer(
        ...['new', '--model', 'Llama-3.2-1B', '--target', 'u280', '--recipe', 'w4a4kv8', '--out', out, ...styles],
      );
      expect(run.stderr).toBe('');
      return (JSON.parse(readFileSync(out, 'utf8')) as Design).stages;
    };
    const { prefill, decode } = sampleDesign('llama-3.2-1b-u280-fast').stages;
    expect(await made('--style', 'fast')).toEqual({ prefill, decode });
    const mixed = await made('--style', 'fast', '--prefill', 'hybrid');
    expect(mixed.decode).toEqual(decode);
    expect([mixed.prefill, prefill].map(isFast)).toEqual([false, true]);
    // It fits, so it is what is made where nothing is said.
    expect(await made()).toEqual({ prefill, decode });
    expect(await made('--prefill', 'hybrid')).toEqual(mixed);
    const wrong = await composer(
      ...[
        'new',
        '--model',
        'Llama-3.2-1B',
        '--target',
        'u280',
        '--recipe',
        'w4a4kv8',
        '--out',
        'x',
        '--style',
        'quick',
      ],
    );
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("--style must be one of spatial, hybrid, temporal, fast, not 'quick'.");
  });

  test.each(SAMPLE_IDS)('%s passes check and is estimated', async (id) => {
    const check = await composer('check', id, '--json');
    expect(check.code).toBe(0);
    const { ok, problems } = JSON.parse(check.stdout) as { ok: boolean; problems: { code: string }[] };
    // What is made for prompts of any length says that its model was trained for fewer positions.
    const warned = id === 'moby-accllm' ? ['context-beyond-training'] : [];
    expect([ok, problems.map(({ code }) => code)]).toEqual([true, warned]);
    const estimate = (await json('estimate', id, '--prompt', '32', '--generate', '16')) as {
      prefill: { tokens: number; cycles: number };
      decode: { cycles: number; tokensPerSecond: number };
    };
    expect(estimate.prefill.tokens).toBe(32);
    expect(estimate.prefill.cycles).toBeGreaterThan(0);
    expect(estimate.decode.tokensPerSecond).toBeGreaterThan(0);
  });

  test('check tells what is wrong by a code: at the end of the line, and as a field', async () => {
    const sample = sampleById('moby-u280')?.design() as Design;
    const [, ...streams] = sample.stages.prefill.streams;
    const design = {
      ...sample,
      cachePorts: 3,
      stages: { ...sample.stages, prefill: { ...sample.stages.prefill, streams } },
    };
    const file = join(folder, 'damaged.json');
    writeFileSync(file, formatDesign(design));
    const { code, stdout } = await composer('check', file);
    expect(code).toBe(2);
    expect(stdout).toContain(
      'error at cachePorts: 4 KV heads do not divide over 3 cache memories; use a divisor of 4. [cache-memories-indivisible]\n',
    );
    expect(stdout).toMatch(/^error at prefill .* leads nowhere, .* \[output-open\]$/m);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .filter((line) => !/ \[[a-z0-9-]+\]$/.test(line)),
    ).toEqual([]);
    const { problems } = JSON.parse((await composer('check', file, '--json')).stdout);
    expect(problems[0]).toEqual({
      code: 'cache-memories-indivisible',
      severity: 'error',
      message: '4 KV heads do not divide over 3 cache memories; use a divisor of 4.',
      args: { kvHeads: 4, memories: 3 },
      path: 'cachePorts',
    });
  });

  test('check says of an empty design that it is empty, a sentence for each stage', async () => {
    const sample = sampleById('moby-u280')?.design() as Design;
    const nothing = { instances: [], streams: [] };
    const file = join(folder, 'empty.json');
    writeFileSync(file, formatDesign({ ...sample, stages: { prefill: nothing, decode: nothing } }));
    const { code, stdout } = await composer('check', file);
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /^error at prefill: Prefill is empty; .* \[stage-empty\]\nerror at decode: Decode is empty; .* \[stage-empty\]\n$/,
    );
  });

  test('a clock scales seconds, not counted cycles; memory latency costs more cycles at a faster clock', async () => {
    const at = async (clock: number) =>
      (await json('estimate', 'moby-u280', '--clock-decode', String(clock))) as {
        decode: { cycles: number; countedCycles: number; seconds: number };
      };
    const [one, two] = [await at(100), await at(200)];
    expect(one.decode.countedCycles).toBe(two.decode.countedCycles);
    expect(two.decode.cycles).toBeGreaterThan(one.decode.cycles);
    for (const [clock, { decode }] of [
      [100, one],
      [200, two],
    ] as const)
      expect(decode.seconds).toBeCloseTo(decode.cycles / (clock * 1e6), 9);
  });

  test('set changes a design with what else has to change; the result is legal, and its estimate is what set says', async () => {
    const set = ['set', 'llama-3.2-1b-u280', 'decode.linear_all.bp=32'];
    const refused = await composer(...set, '--out', 'wide.json');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--repair changes what else has to change');
    expect(existsSync(join(folder, 'wide.json'))).toBe(false);
    const words = await composer(...set, '--repair', '--out', 'wide.json');
    expect(words.code).toBe(0);
    expect(words.stdout).toContain('adapted: Output lanes of lanes_attn 16 → 32');
    expect(words.stdout).toMatch(/a token −\d\.\d+ ms \(−1\d %\), decode at 2\d\d instead of 292 MHz/);
    expect((await composer('check', 'wide.json')).code).toBe(0);
    const done = (await json(...set, '--repair', '--out', 'wide.json')) as { after: { tokenSeconds: number } };
    const estimate = (await json('estimate', 'wide.json')) as { decode: { seconds: number; tokens: number } };
    expect(done.after.tokenSeconds).toBeCloseTo(estimate.decode.seconds / estimate.decode.tokens, 12);
  });

  test('set carries out several assignments; settings and numbers too', async () => {
    const set = await composer(
      'set',
      'moby-u280',
      'name=Mine',
      'clocks.decode=250',
      'target=v80',
      '--out',
      'mine.json',
    );
    expect(set.stderr).toBe('');
    const design = JSON.parse(readFileSync(join(folder, 'mine.json'), 'utf8')) as Record<string, unknown>;
    expect(design).toMatchObject({ name: 'Mine', target: 'v80', clocks: { decode: 250 } });
    for (const wrong of ['decode.linear_all.bp=3', 'nonsense=1', 'decode.linear_all', 'cachePorts=x']) {
      const refused = await composer('set', 'moby-u280', wrong, '--out', 'never.json');
      expect(refused.code, wrong).toBe(2);
      expect(refused.stderr).toMatch(/^composer: .+[.)]\n$/s);
    }
    expect((await composer('set', 'moby-u280', '--out', 'never.json')).stderr).toContain("'set' needs what to set");
    expect(existsSync(join(folder, 'never.json'))).toBe(false);
  });

  test('passes prints the schedule; its figures are those of the estimate', async () => {
    const text = (await composer('passes', 'moby-u280')).stdout;
    expect(text).toMatch(
      /^P2 +every layer +4 x .* [\d.]+ % +[\d.]+ % +linear_down\/down_proj: compute: it takes 16 weights a cycle, .*$/m,
    );
    const { passes, memoryBusy } = (await json('passes', 'moby-u280')) as {
      passes: Record<
        'prefill' | 'decode',
        { runs: number; cycles: number; share: number; memoryBusy: number; operations: unknown[] }[]
      >;
      memoryBusy: Record<'prefill' | 'decode', number>;
    };
    const estimate = (await json('estimate', 'moby-u280')) as {
      passes: typeof passes;
      prefill: { cycles: number; loadingCycles: number };
      memory: { bandwidth: Record<'prefill' | 'decode', { busy: number }> };
    };
    expect(estimate.passes).toEqual(passes);
    const cycles = passes.prefill.reduce((sum, pass) => sum + pass.runs * pass.cycles, 0);
    expect(Math.abs(cycles + estimate.prefill.loadingCycles - estimate.prefill.cycles)).toBeLessThan(
      passes.prefill.length * 4,
    );
    expect(passes.decode.reduce((sum, pass) => sum + pass.share, 0)).toBeCloseTo(1, 9);
    for (const stage of ['prefill', 'decode'] as const) {
      const busy = passes[stage].reduce((sum, pass) => sum + pass.share * pass.memoryBusy, 0);
      expect(memoryBusy[stage]).toBeCloseTo(busy, 9);
      expect(estimate.memory.bandwidth[stage].busy).toBe(memoryBusy[stage]);
      expect(text).toMatch(new RegExp(`^ +in total .* ${(100 * busy).toFixed(1)} %$`, 'm'));
    }
    expect((await composer('estimate', 'moby-u280')).stdout).toContain(
      `memory busy over all passes: prefill ${(100 * memoryBusy.prefill).toFixed(1)} %, decode ${(100 * memoryBusy.decode).toFixed(1)} %`,
    );
  });

  test('new composes a legal design for every recipe, target and style; export takes it', async () => {
    for (const [recipe, target, style] of [
      ['fp32', 'u280', 'spatial'],
      ['w8a8kv8', 'v80', 'hybrid'],
      ['w4a8kv8', 'u280', 'temporal'],
      ['w4a4kv4', 'v80', 'temporal'],
      ['w2a8kv8', 'v80', 'hybrid'],
      ['w6a6kv8', 'u280', 'fast'],
    ] as const) {
      const file = join(folder, `${recipe}.json`);
      const made = await composer(...newArguments(MOBY, target, recipe, style, file));
      expect(made.stderr).toBe('');
      expect((await composer('check', file)).code).toBe(0);
    }
    const zip = join(folder, 'a.zip');
    expect((await composer('export', join(folder, 'fp32.json'), '--out', zip)).code).toBe(0);
    const first = readFileSync(zip);
    await composer('export', join(folder, 'fp32.json'), '--out', zip);
    expect(readFileSync(zip).equals(first)).toBe(true);
    expect(Object.keys(unzipSync(first))).toContain('moby-llama-1m/run.mjs');
  });

  test('odd but possible models get legal designs from every template', async () => {
    const models = [
      {
        hidden_size: 576,
        num_attention_heads: 9,
        num_key_value_heads: 3,
        intermediate_size: 1536,
        num_hidden_layers: 30,
        vocab_size: 49152,
      },
      {
        hidden_size: 4096,
        num_attention_heads: 32,
        num_key_value_heads: 8,
        intermediate_size: 14336,
        num_hidden_layers: 32,
        vocab_size: 128256,
      },
      {
        hidden_size: 3072,
        num_attention_heads: 24,
        num_key_value_heads: 8,
        head_dim: 128,
        intermediate_size: 8192,
        num_hidden_layers: 28,
        vocab_size: 128256,
      },
      {
        hidden_size: 2048,
        num_attention_heads: 32,
        num_key_value_heads: 4,
        intermediate_size: 5632,
        num_hidden_layers: 22,
        vocab_size: 32000,
      },
      {
        hidden_size: 80,
        num_attention_heads: 5,
        num_key_value_heads: 5,
        intermediate_size: 111,
        num_hidden_layers: 1,
        vocab_size: 301,
      },
    ];
    for (const [index, model] of models.entries()) {
      const source = join(folder, `model-${index}`);
      mkdirSync(source, { recursive: true });
      writeFileSync(
        join(source, 'config.json'),
        JSON.stringify({
          model_type: 'llama',
          hidden_act: 'silu',
          max_position_embeddings: 2048,
          rms_norm_eps: 1e-5,
          rope_theta: 10000,
          ...model,
        }),
      );
      for (const target of ['u280', 'v80']) {
        for (const recipe of ['fp32', 'w4a4kv8']) {
          for (const style of ['spatial', 'hybrid', 'temporal', 'fast']) {
            const made = await composer(...newArguments(source, target, recipe, style, join(folder, 'odd.json')));
            // Channels are rotated in pairs at least: an odd width of the feed-forward network is refused, not left as it is.
            if (recipe !== 'fp32' && model.intermediate_size % 2 === 1)
              expect(made.stderr).toMatch(
                /rotation pairs channels, but the feed-forward width of 111 is odd; switch it off/,
              );
            else expect(made.stderr).toBe('');
          }
        }
      }
    }
  }, 240_000);
});

describe('bad input: a sentence on stderr, exit code 2, nothing written', () => {
  test.each([
    ['no such command', ['frobnicate']],
    ['no design', ['check']],
    ['no such file', ['check', 'nowhere.json']],
    ['a folder as design', ['check', ROOT]],
    ['unknown option', ['check', 'moby-u280', '--wat']],
    ['one argument too many', ['check', 'moby-u280', 'again']],
    ['no target', ['new', '--model', 'moby-llama-1m', '--recipe', 'fp32', '--out', 'never.json']],
    [
      'unknown recipe',
      ['new', '--model', 'moby-llama-1m', '--target', 'u280', '--recipe', 'w1a1', '--out', 'never.json'],
    ],
    [
      'unknown style',
      [
        'new',
        '--model',
        'moby-llama-1m',
        '--target',
        'u280',
        '--recipe',
        'fp32',
        '--prefill',
        'both',
        '--out',
        'never.json',
      ],
    ],
    [
      'absurd context',
      [
        'new',
        '--model',
        'moby-llama-1m',
        '--target',
        'u280',
        '--recipe',
        'fp32',
        '--context',
        '999999',
        '--out',
        'never.json',
      ],
    ],
    ['prompt beyond the design', ['estimate', 'moby-u280', '--prompt', '100000']],
    ['negative clock', ['estimate', 'moby-u280', '--clock-prefill', '-3']],
    ['a fraction of a token', ['estimate', 'moby-u280', '--generate', '1.5']],
    ['export without a place', ['export', 'moby-u280']],
    ['shell in a name', ['check', '"; rm -rf /']],
    ['a path upwards', ['check', '../../x']],
    ['10,000 characters', ['check', 'x'.repeat(10000)]],
  ])('%s', async (_what, args) => {
    const before = readdirSync(folder).sort();
    const result = await composer(...args);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/^composer: .{10,}/);
    expect(result.stderr).not.toContain('internal failure');
    expect(readdirSync(folder).sort()).toEqual(before);
  });

  test('an unknown architecture is refused by name', async () => {
    const source = join(folder, 'gpt');
    mkdirSync(source);
    writeFileSync(join(source, 'config.json'), JSON.stringify({ model_type: 'gpt2', n_embd: 768 }));
    const result = await composer(
      'new',
      '--model',
      source,
      '--target',
      'u280',
      '--recipe',
      'fp32',
      '--out',
      join(folder, 'gpt.json'),
    );
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('gpt2');
    expect(existsSync(join(folder, 'gpt.json'))).toBe(false);
  });

  test('a folder with other files is not overwritten', async () => {
    const target = join(folder, 'precious');
    mkdirSync(target);
    writeFileSync(join(target, 'thesis.txt'), 'years of work');
    const result = await composer('export', 'moby-u280', '--out', target);
    expect(result.code).toBe(2);
    expect(readdirSync(target)).toEqual(['thesis.txt']);
  });

  test('a legal name full of mischief reaches no path, no C++ and no markup', async () => {
    for (const name of [
      '"; rm -rf /',
      '../../x',
      '*/ #include <evil>',
      '<img src=x onerror=alert(1)>',
      '🐋🐋',
      '`id`$(id)',
      'con',
    ]) {
      const file = join(folder, 'named.json');
      const made = await composer(
        'new',
        '--model',
        'moby-llama-1m',
        '--target',
        'u280',
        '--recipe',
        'w8a8kv8',
        '--name',
        name,
        '--out',
        file,
      );
      expect(made.code).toBe(0);
      const zip = join(folder, 'named.zip');
      expect((await composer('export', file, '--out', zip)).code).toBe(0);
      const files = unzipSync(readFileSync(zip));
      const roots = new Set(Object.keys(files).map((path) => path.split('/')[0]));
      expect(roots.size).toBe(1);
      expect([...roots][0]).toMatch(/^[A-Za-z0-9][A-Za-z0-9.-]*$/);
      for (const [path, bytes] of Object.entries(files)) {
        const text = Buffer.from(bytes).toString('utf8');
        if (/\.(cpp|hpp|h|cfg)$/.test(path)) expect(text).not.toContain(name === 'con' ? 'never-in-source' : name);
        if (path.endsWith('README.md')) expect(text).not.toMatch(/<img|#include <evil>/);
      }
    }
  }, 240_000);

  test('fuzzed design files never crash the program', async () => {
    const original = JSON.parse(readFileSync(join(folder, 'fp32.json'), 'utf8')) as Record<string, unknown>;
    const paths: (string | number)[][] = [];
    const walk = (value: unknown, path: (string | number)[]): void => {
      paths.push(path);
      if (typeof value === 'object' && value !== null)
        for (const [key, inner] of Object.entries(value))
          walk(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    };
    walk(original, []);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(paths.length - 2),
        fc.oneof(fc.jsonValue(), fc.integer(), fc.constantFrom(-1, 0, 1e9, '../x', '*/', null, [], {})),
        async (index, value) => {
          const changed = structuredClone(original);
          const path = paths[index + 1] as (string | number)[];
          let holder = changed as Record<string | number, unknown>;
          for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
          holder[path.at(-1) as string] = value;
          writeFileSync(join(folder, 'fuzzed.json'), JSON.stringify(changed));
          const result = await composer('check', join(folder, 'fuzzed.json'));
          expect([0, 2]).toContain(result.code);
          expect(result.stderr).not.toContain('internal failure');
        },
      ),
      { numRuns: 60 },
    );
  }, 240_000);

  test.each(['', '{', '[]', 'null', '42', '"design"', '{"format":"flexllm-composer","version":99}', '\u0000'])(
    'a file with %j is not a design',
    async (text) => {
      writeFileSync(join(folder, 'broken.json'), text);
      const result = await composer('export', join(folder, 'broken.json'), '--out', join(folder, 'broken.zip'));
      expect(result.code).toBe(2);
      expect(existsSync(join(folder, 'broken.zip'))).toBe(false);
    },
  );
});
