import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { codeOf, InputError, messageOf } from './errors.ts';

/** Text to ids and back, without special tokens on either side. */
export interface TextCodec {
  /** Ids of the text alone: no begin token is added. */
  encode(text: string): number[];
  decode(ids: readonly number[]): string;
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}

/** @throws InputError when tokenizer.json is missing or not understood. */
export async function loadTokenizer(modelDir: string): Promise<TextCodec> {
  const path = join(modelDir, 'tokenizer.json');
  try {
    const definition = await readJson(path);
    const settings = await readJson(join(modelDir, 'tokenizer_config.json')).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return {};
      throw error;
    });
    const tokenizer = new Tokenizer(definition as object, settings as object);
    return {
      encode: (text) => (text === '' ? [] : tokenizer.encode(text, { add_special_tokens: false }).ids),
      decode: (ids) =>
        ids.length === 0
          ? ''
          : tokenizer.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
    };
  } catch (error) {
    throw new InputError(`${path} cannot be used (${messageOf(error)}); put the model's own tokenizer.json there.`);
  }
}

/** The ids of a prompt with the begin token in front, exactly once. */
export function withBegin(ids: readonly number[], bos: number | null): number[] {
  return bos === null || ids[0] === bos ? [...ids] : [bos, ...ids];
}

/**
 * Decodes generated ids as they arrive. Text is held back while it ends in a character whose bytes are not complete
 * yet. The prompt's ids are decoded along, because some decoders treat the first token of a text differently.
 */
export class TextStream {
  private readonly codec: TextCodec;
  private readonly ids: number[];
  private readonly skip: string;
  private shown = '';

  constructor(codec: TextCodec, promptIds: readonly number[]) {
    this.codec = codec;
    this.ids = [...promptIds];
    this.skip = codec.decode(this.ids);
  }

  /** The text that token `id` completes; may be empty. */
  push(id: number): string {
    this.ids.push(id);
    const text = this.text();
    return text.endsWith('\ufffd') ? '' : this.advance(text);
  }

  /** What is still held back. */
  finish(): string {
    return this.advance(this.text());
  }

  /** All generated text so far. */
  text(): string {
    const all = this.codec.decode(this.ids);
    return all.startsWith(this.skip) ? all.slice(this.skip.length) : all;
  }

  private advance(text: string): string {
    const fresh = text.startsWith(this.shown) ? text.slice(this.shown.length) : '';
    this.shown = text;
    return fresh;
  }
}
