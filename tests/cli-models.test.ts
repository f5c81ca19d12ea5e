/** Models that people give to the terminal program: what is accepted makes a file that `check` accepts, the rest a sentence. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatDesign } from '../src/core/design/schema.ts';
import type { Design } from '../src/core/design/types.ts';
import { sampleById } from '../src/core/templates/samples.ts';
import { composerIn, MOBY, ROOT } from './harness.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'composer-cli-models-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const composer = (...args: string[]) => composerIn(folder, ...args);

/** Arguments that are good but for what a test adds. */
const NEW = ['new', '--model', 'moby-llama-1m', '--target', 'u280', '--recipe', 'fp32', '--out', 'never.json'];

describe('a model that attends through a window', () => {
  const config = {
    ...JSON.parse(readFileSync(join(ROOT, 'tests/cases/configs/sliding-window.json'), 'utf8')),
    sliding_window: 1024,
  };

  test('makes a legal design whose context is within it; a longer one is refused with the limit to set', async () => {
    mkdirSync(join(folder, 'window'));
    writeFileSync(join(folder, 'window/config.json'), JSON.stringify(config));
    const args = [...NEW, '--model', 'window', '--out', 'window.json'];
    const longer = await composer(...args, '--context', '2048');
    expect(longer.code).toBe(2);
    expect(longer.stderr).toContain('exceeds the 1024 positions that window attends to; set it to 1024 or less.');
    expect(existsSync(join(folder, 'window.json'))).toBe(false);
    expect((await composer(...args)).stderr).toBe('');
    expect(JSON.parse(readFileSync(join(folder, 'window.json'), 'utf8'))).toMatchObject({ limits: { context: 1024 } });
    expect((await composer('check', 'window.json')).code).toBe(0);
  });
});

describe('what check would refuse is not written', () => {
  beforeAll(() => {
    const config = JSON.parse(readFileSync(join(MOBY, 'config.json'), 'utf8')) as Record<string, unknown>;
    for (const [name, change] of Object.entries({
      '600-layers': { num_hidden_layers: 600 },
      'two-million-words': { vocab_size: 2_000_000 },
      'thirty-ends': { eos_token_id: Array.from({ length: 30 }, (_, id) => id) },
    })) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'config.json'), JSON.stringify({ ...config, ...change }));
    }
  });

  test.each([
    ['an empty name', [...NEW, '--name', '']],
    ['a name of 101 characters', [...NEW, '--name', 'x'.repeat(101)]],
    ['a name of two lines', [...NEW, '--name', 'a\nb']],
    ['a model of 600 layers', [...NEW, '--model', '600-layers']],
    ['a vocabulary of two million', [...NEW, '--model', 'two-million-words']],
    ['thirty end tokens', [...NEW, '--model', 'thirty-ends']],
  ])('%s', async (_what, args) => {
    const before = readdirSync(folder).sort();
    const { code, stderr } = await composer(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^composer: .{10,}/);
    expect(readdirSync(folder).sort()).toEqual(before);
  });
});

describe('files as they are found', () => {
  test('pipes, devices, links in a circle and files without an end are refused at once, as design and as model', async () => {
    const odd = join(folder, 'odd');
    mkdirSync(odd);
    const kinds: Readonly<Record<string, () => void>> = {
      pipe: () => execFileSync('mkfifo', [join(odd, 'config.json')]),
      device: () => symlinkSync('/dev/zero', join(odd, 'config.json')),
      circle: () => symlinkSync('config.json', join(odd, 'config.json')),
      endless: () => {
        writeFileSync(join(odd, 'config.json'), '');
        truncateSync(join(odd, 'config.json'), 2 ** 40);
      },
    };
    for (const [kind, make] of Object.entries(kinds)) {
      make();
      const begun = Date.now();
      for (const args of [
        [...NEW, '--model', 'odd'],
        ['check', 'odd/config.json'],
      ]) {
        const { code, stderr } = await composer(...args);
        expect(code, kind).toBe(2);
        expect(stderr, kind).toMatch(/^composer: odd\/config\.json (is not a file|has \d+ bytes|cannot be read)/);
      }
      expect(Date.now() - begun, kind).toBeLessThan(15_000);
      rmSync(join(odd, 'config.json'));
    }
    // Nothing but config.json makes a model.
    writeFileSync(join(odd, 'config.json'), readFileSync(join(MOBY, 'config.json')));
    execFileSync('mkfifo', [join(odd, 'generation_config.json')]);
    expect((await composer(...NEW, '--model', 'odd', '--out', 'of-odd.json')).stderr).toBe('');
  });

  test('files with a byte order mark in front are read: a design, a config.json', async () => {
    writeFileSync(join(folder, 'marked.json'), `\ufeff${formatDesign(sampleById('moby-u280')?.design() as Design)}`);
    expect((await composer('check', 'marked.json')).stdout).toContain('is legal');
    mkdirSync(join(folder, 'marked'));
    writeFileSync(join(folder, 'marked/config.json'), `\ufeff${readFileSync(join(MOBY, 'config.json'), 'utf8')}`);
    const made = await composer(...NEW, '--model', 'marked', '--out', 'of-marked.json');
    expect(made.stderr).toBe('');
    expect((await composer('check', 'of-marked.json')).code).toBe(0);
  });
});
