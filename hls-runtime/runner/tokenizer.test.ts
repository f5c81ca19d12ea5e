import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InputError } from './errors.ts';
import { loadTokenizer, withBegin } from './tokenizer.ts';

type Json = Record<string, unknown>;

/** A tokenizer whose template puts <s> (1) in front of a text. */
const DEFINITION = JSON.parse(
  readFileSync(new URL('../../tests/cases/tokenizer/tokenizer.json', import.meta.url), 'utf8'),
) as Json & { model: Json };

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'composer-tokenizer-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function load(definition: unknown, settings?: unknown, bos: number | null = 1) {
  writeFileSync(join(dir, 'tokenizer.json'), typeof definition === 'string' ? definition : JSON.stringify(definition));
  if (settings !== undefined) writeFileSync(join(dir, 'tokenizer_config.json'), JSON.stringify(settings));
  return loadTokenizer(dir, bos);
}

/** What an attempt is refused with. */
async function refusal(attempt: () => unknown): Promise<string> {
  try {
    await attempt();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
  throw new Error('nothing was refused');
}

describe('the files of a tokenizer decide about its begin token', () => {
  const plain = { ...DEFINITION, post_processor: null };
  const only = (...single: Json[]) => ({ ...(DEFINITION['post_processor'] as Json), single });
  const text = { Sequence: { id: 'A', type_id: 0 } };
  const llama = { tokenizer_class: 'LlamaTokenizer', bos_token: '<s>' };
  test.each([
    ['a template with it', DEFINITION, undefined, 1],
    ['a template with it, but add_bos_token false', DEFINITION, { ...llama, add_bos_token: false }, null],
    ['add_bos_token false', plain, { ...llama, add_bos_token: false }, null],
    ['add_bos_token true', plain, { ...llama, add_bos_token: true }, 1],
    ['add_bos_token true of a class without it', plain, { tokenizer_class: 'GPT2Tokenizer', add_bos_token: true }, 1],
    ['a template without it', { ...DEFINITION, post_processor: only(text) }, { bos_token: '<s>' }, null],
    [
      'a sequence of processors',
      { ...DEFINITION, post_processor: { type: 'Sequence', processors: [DEFINITION['post_processor']] } },
      undefined,
      1,
    ],
    ['the class of Llama', plain, llama, 1],
    ['another class', plain, { tokenizer_class: 'PreTrainedTokenizerFast', bos_token: '<s>' }, null],
    ['nothing but the token of config.json', plain, undefined, 1],
    ['its token as an object', plain, { add_bos_token: true, bos_token: { content: '</s>' } }, 2],
  ])('%s', async (_what, definition, settings, begin) => {
    const codec = await load(definition, settings);
    expect(codec.begin).toBe(begin);
    const ids = codec.encode('ab');
    expect(ids.length).toBeGreaterThan(0);
    expect(withBegin(ids, codec.begin)).toEqual(begin === null ? ids : [begin, ...ids]);
  });

  test('without a begin token anywhere there is none', async () => {
    expect((await load(plain, undefined, null)).begin).toBeNull();
    expect((await load(DEFINITION, undefined, null)).begin).toBe(1);
  });
});

describe('what cannot be used is refused with a sentence, within seconds', () => {
  test.each([
    ['a vocabulary that is a text', { ...DEFINITION, model: { ...DEFINITION.model, vocab: 'x' } }, '"model.vocab"'],
    ['ids that are texts', { ...DEFINITION, model: { ...DEFINITION.model, vocab: { a: '1' } } }, '"model.vocab"'],
    ['merges that are a text', { ...DEFINITION, model: { ...DEFINITION.model, merges: 'a b' } }, '"model.merges"'],
    ['no model', { ...DEFINITION, model: null }, '"model"'],
    ['a list', [], 'JSON object'],
    ['no JSON', '{', 'JSON'],
    [
      'a pattern that is none',
      { ...DEFINITION, pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated' } },
      'regular expression',
    ],
  ])('%s', async (_what, definition, word) => {
    const message = await refusal(() => load(definition));
    expect(message).toContain(join(dir, 'tokenizer.json'));
    expect(message).toContain(word);
    expect(message).toMatch(/put the model's own tokenizer\.json there\.$/);
  });

  const split = { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated', invert: false };
  const replace = { type: 'Replace', pattern: { Regex: '(a|aa)+$' }, content: '' };
  test.each([
    ['before splitting', { ...DEFINITION, normalizer: replace }],
    ['in splitting', { ...DEFINITION, pre_tokenizer: split }],
  ])('a pattern that tries every way to split a text, %s', async (_what, definition) => {
    const codec = await load(definition);
    expect(codec.encode('ab').length).toBeGreaterThan(0);
    const begun = Date.now();
    const message = await refusal(() => codec.encode(`${'a'.repeat(80)}b`));
    expect(Date.now() - begun).toBeLessThan(15_000);
    expect(message).toContain('81 characters were not done within 5 s');
    expect(message).toContain(join(dir, 'tokenizer.json'));
  });

  test.each(['tokenizer.json', 'tokenizer_config.json'])(
    '%s that is no file, has no end, or is another',
    async (name) => {
      await load(DEFINITION, {});
      const path = join(dir, name);
      const instead = async (make: () => void): Promise<string> => {
        rmSync(path);
        make();
        const message = await refusal(() => loadTokenizer(dir, 1));
        expect(message).toContain(path);
        return message;
      };
      expect(await instead(() => execFileSync('mkfifo', [path]))).toContain('a pipe');
      expect(await instead(() => symlinkSync('/dev/zero', path))).toContain('a device');
      expect(await instead(() => symlinkSync(name, path))).toContain('a link that leads back to itself');
      expect(
        await instead(() => {
          writeFileSync(path, '');
          truncateSync(path, 2 ** 40);
        }),
      ).toContain('1099511627776 bytes');
      const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 17209920\n`;
      expect(await instead(() => writeFileSync(path, pointer))).toContain('git lfs pull');
      rmSync(path);
      writeFileSync(path, `\ufeff${JSON.stringify(name === 'tokenizer.json' ? DEFINITION : {})}`);
      expect((await loadTokenizer(dir, 1)).begin).toBe(1);
    },
  );
});
