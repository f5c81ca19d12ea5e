import { join } from 'node:path';
import { createContext, Script } from 'node:vm';
import { Tokenizer } from '@huggingface/tokenizers';
import { InputError, messageOf } from './errors.ts';
import { textIfPresent } from './user-files.ts';

/** Text to ids and back, without special tokens on either side. */
export interface TextCodec {
  /** The token that goes in front of a text, as the files of the tokenizer say; null when none does. */
  readonly begin: number | null;
  /** Ids of the text alone: no begin token is added. */
  encode(text: string): number[];
  decode(ids: readonly number[]): string;
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A JSON object of the model's folder; undefined when there is no such file. @throws InputError */
async function readJson(dir: string, name: string): Promise<Fields | undefined> {
  const path = join(dir, name);
  const text = await textIfPresent(path);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) throw new InputError('it is no JSON object');
    return value;
  } catch (error) {
    throw new InputError(`${path} cannot be used (${messageOf(error)}); put the model's own ${name} there.`);
  }
}

/** Throws what is wrong with a definition, as far as the library does not look at it itself. */
function checkDefinition(definition: Fields): void {
  const { model } = definition;
  if (!isObject(model)) throw new InputError('"model" is no object');
  const { vocab, merges } = model;
  const listed = Array.isArray(vocab) && vocab.every((entry) => Array.isArray(entry) && typeof entry[0] === 'string');
  const mapped =
    isObject(vocab) &&
    Object.values(vocab).every((id) => typeof id === 'number' && Number.isSafeInteger(id) && id >= 0);
  if (!listed && !mapped) throw new InputError('"model.vocab" does not map tokens to ids');
  const pair = (merge: unknown): boolean =>
    typeof merge === 'string' ||
    (Array.isArray(merge) && merge.length === 2 && merge.every((part) => typeof part === 'string'));
  if (merges !== undefined && merges !== null && !(Array.isArray(merges) && merges.every(pair)))
    throw new InputError('"model.merges" is no list of pairs');
}

const CALL = new Script('work()');
const ROOM = createContext({ work: (): unknown => undefined });

/** Patterns come with the model, and one such as (a+)+$ takes for ever: work that a tokenizer does has an end. */
function inTime<Result>(characters: number, work: () => Result): Result {
  const timeout = Math.ceil(5000 + characters / 10);
  try {
    ROOM['work'] = work;
    return CALL.runInContext(ROOM, { timeout }) as Result;
  } catch (error) {
    // The error is of the other context, so that it is no Error of this one.
    if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new InputError(
      `${characters} characters were not done within ${Math.round(timeout / 1000)} s, because one of its patterns tries every way to split a text`,
    );
  }
}

/** Classes that put a begin token in front of a text unless their settings say otherwise. */
const BEGINNING = /^(Code)?LlamaTokenizer(Fast)?$/;

/** Post-processors that say which tokens stand around a text. */
const TEMPLATES: ReadonlySet<string> = new Set([
  'TemplateProcessing',
  'Sequence',
  'BertProcessing',
  'RobertaProcessing',
]);

/**
 * The token in front of a text. `add_bos_token` of tokenizer_config.json decides, then the post-processor of
 * tokenizer.json, then what the class of the tokenizer does (the one of Llama where none is named).
 */
function beginToken(tokenizer: Tokenizer, definition: Fields, settings: Fields, bos: number | null): number | null {
  const wanted = settings['add_bos_token'];
  if (wanted === false) return null;
  const { post_processor: processor } = definition;
  if (isObject(processor)) {
    const plain = tokenizer.encode('a', { add_special_tokens: false }).ids;
    const full = tokenizer.encode('a', { add_special_tokens: true }).ids;
    const before = full.findIndex((_, at) => plain.every((id, index) => full[at + index] === id));
    if (before > 0) return full[0] ?? null;
    if (wanted !== true && plain.length > 0 && TEMPLATES.has(String(processor['type']))) return null;
  }
  const name = settings['tokenizer_class'];
  if (wanted !== true && typeof name === 'string' && !BEGINNING.test(name)) return null;
  const token = settings['bos_token'];
  const content = isObject(token) ? token['content'] : token;
  return (typeof content === 'string' ? tokenizer.token_to_id(content) : undefined) ?? bos;
}
/**
 * Reads tokenizer.json and tokenizer_config.json.
 * @param bos the begin token of config.json, for tokenizers that do not name their own.
 * @throws InputError when tokenizer.json is missing or not understood; so do both directions, when they do not end in time.
 */
export async function loadTokenizer(modelDir: string, bos: number | null): Promise<TextCodec> {
  const path = join(modelDir, 'tokenizer.json');
  const usable = <Result>(characters: number, work: () => Result): Result => {
    try {
      return inTime(characters, work);
    } catch (error) {
      throw new InputError(`${path} cannot be used (${messageOf(error)}); put the model's own tokenizer.json there.`);
    }
  };
  const definition = await readJson(modelDir, 'tokenizer.json');
  const settings = (await readJson(modelDir, 'tokenizer_config.json')) ?? {};
  if (definition === undefined) throw new InputError(`${path} is missing; put the model's own tokenizer.json there.`);
  const { tokenizer, begin } = usable(0, () => {
    checkDefinition(definition);
    const made = new Tokenizer(definition, settings);
    return { tokenizer: made, begin: beginToken(made, definition, settings, bos) };
  });
  return {
    begin,
    encode: (text) =>
      text === '' ? [] : usable(text.length, () => tokenizer.encode(text, { add_special_tokens: false }).ids),
    decode: (ids) =>
      ids.length === 0
        ? ''
        : usable(ids.length, () =>
            tokenizer.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
          ),
  };
}

/** The ids of a prompt with the begin token in front, exactly once. */
export function withBegin(ids: readonly number[], begin: number | null): number[] {
  return begin === null || ids[0] === begin ? [...ids] : [begin, ...ids];
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
