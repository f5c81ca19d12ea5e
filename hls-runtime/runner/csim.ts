import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { perplexity, scoringWindows } from '../../src/core/models/generation.ts';
import { launchTokens, segmentLaunches } from '../../src/core/models/segments.ts';
import { temporaryName, trackFile, writeTextAtomically } from './cleanup.ts';
import { type CompileResult, compile } from './compile.ts';
import { InputError, StepError } from './errors.ts';
import { type PackOptions, type PackResult, pack, withLastPack } from './pack.ts';
import { runProcess } from './process.ts';
import { createProgress } from './progress.ts';
import type { Project } from './project.ts';
import { BenchReader, type CycleCount } from './protocol.ts';
import { loadTokenizer, type TextCodec, TextStream, withBegin } from './tokenizer.ts';
import { textIfPresent } from './user-files.ts';

const DEFAULT_WINDOW = 256;

export interface CsimOptions extends PackOptions {
  readonly prompt?: string | undefined;
  /** A file that holds the prompt. */
  readonly promptFile?: string | undefined;
  readonly perplexity?: string | undefined;
  readonly ids?: string | undefined;
  readonly tokens: number;
  readonly temperature: number;
  /** Default: 1, or up to 8 with a temperature. */
  readonly topK: number | undefined;
  readonly seed: number;
  readonly window?: number | undefined;
  readonly limit?: number | undefined;
  readonly dumpLogits?: string | undefined;
  readonly cxx?: string | undefined;
  readonly sanitize?: boolean | undefined;
}

export interface SequenceResult {
  readonly promptIds: readonly number[];
  readonly ids: readonly number[];
  readonly text: string;
}

export interface CsimResult {
  /** Generated text of the first sequence, without the prompt. */
  readonly text: string;
  readonly promptIds: readonly number[];
  readonly ids: readonly number[];
  readonly sequences: readonly SequenceResult[];
  readonly perplexity?: number;
  readonly scoredTokens?: number;
  readonly cycles: { readonly prefill: number; readonly decode: number };
  readonly counts: readonly CycleCount[];
  /** Of the simulation, in wall-clock time, from the first result to the last (loading the images is not counted). */
  readonly tokensPerSecond: number;
}

export interface CsimListener {
  /** Pieces of generated text, as they arrive. */
  onText(text: string, sequence: number): void;
  onPacked(result: PackResult): void;
  onCompiled(result: CompileResult): void;
}

async function readText(path: string, what: string): Promise<string> {
  const text = await textIfPresent(path);
  if (text === undefined) throw new InputError(`The ${what} ${path} is missing; give an existing file.`);
  return text;
}

/** The prompt, given or in a file. */
export const promptOf = async ({ prompt, promptFile }: Pick<CsimOptions, 'prompt' | 'promptFile'>): Promise<string> =>
  promptFile === undefined ? (prompt ?? '') : readText(promptFile, 'prompt file');

/** Of a line `prefilled DONE OF`, how far prefill is. */
export function prefilledOf(line: string): readonly [done: number, of: number] | undefined {
  const match = /^prefilled (\d{1,9}) (\d{1,9})$/.exec(line);
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

/** One sequence of ids per line; blank lines are skipped. */
export function parseIds(text: string, vocab: number, path: string): number[][] {
  const sequences: number[][] = [];
  for (const [number, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const ids = line
      .trim()
      .split(/[\s,]+/)
      .map(Number);
    const bad = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= vocab);
    if (bad !== undefined)
      throw new InputError(
        `${path}, line ${number + 1}: not a list of token ids below ${vocab}; write whole numbers separated by spaces.`,
      );
    sequences.push(ids);
  }
  if (sequences.length === 0) throw new InputError(`${path} holds no sequence; write one list of token ids per line.`);
  return sequences;
}

/** The k of top-k sampling; refuses more candidates than the sampler of the design keeps. */
function topK(project: Project, options: CsimOptions): number {
  const most = project.manifest.limits.topK;
  if (options.topK === undefined) return options.temperature > 0 ? Math.min(8, most) : 1;
  if (options.topK > most)
    throw new InputError(
      `--top-k ${options.topK} exceeds the ${most} candidates that the sampler of this design keeps; ask for at most ${most}, or export with more.`,
    );
  return options.topK;
}

/** Refuses prompts that the buffers of the design cannot hold. */
export function checkLengths(project: Project, sequences: readonly (readonly number[])[], tokens: number): void {
  const { limits, segments, model } = project.manifest;
  const { prompt, context } = limits;
  for (const ids of sequences) {
    if (ids.length === 0)
      throw new InputError('The prompt is empty and this model has no begin token; give at least one word.');
    if (segments) {
      // A text of any length: what follows stands behind its last segment.
      let last = 0;
      for (const launch of segmentLaunches(segments, ids.length, model.bos !== null)) last = launchTokens(launch) + 1;
      if (last + tokens > context)
        throw new InputError(
          `The last segment of the prompt takes ${last} positions, and ${tokens} new tokens exceed the context of ${context}; ask for at most ${context - last} with --tokens, or export with a longer context.`,
        );
      continue;
    }
    if (ids.length > prompt) {
      throw new InputError(
        `The prompt has ${ids.length} tokens with its begin token, but the design takes at most ${prompt}; shorten it, or export with a longer prompt limit, or with segments (hmt), which take texts of any length.`,
      );
    }
    if (ids.length + tokens > context) {
      throw new InputError(
        `${ids.length} prompt tokens and ${tokens} new tokens exceed the context of ${context}; ask for at most ${context - ids.length} with --tokens, or export with a longer context.`,
      );
    }
  }
}

interface Work {
  readonly sequences: readonly (readonly number[])[];
  readonly scored: boolean;
}

async function scoringWork(project: Project, codec: TextCodec, path: string, options: CsimOptions): Promise<Work> {
  const { limits } = project.manifest;
  const extra = codec.begin === null ? 0 : 1;
  const window = options.window ?? Math.min(DEFAULT_WINDOW, limits.context - extra);
  if (window + extra > limits.context || window < 2 - extra) {
    throw new InputError(
      `Windows of ${window} tokens do not fit the context of ${limits.context}; choose --window from ${2 - extra} to ${limits.context - extra}.`,
    );
  }
  const ids = codec.encode(await readText(path, 'text')).slice(0, options.limit);
  const sequences = scoringWindows(ids, window, codec.begin).filter((sequence) => sequence.length > 1);
  if (sequences.length === 0) throw new InputError(`${path} has no text to predict; give a longer file.`);
  return { sequences, scored: true };
}

async function workOf(project: Project, codec: TextCodec, options: CsimOptions): Promise<Work> {
  const { model } = project.manifest;
  if (options.perplexity !== undefined) return scoringWork(project, codec, options.perplexity, options);
  const sequences =
    options.ids !== undefined
      ? parseIds(await readText(options.ids, 'id file'), model.vocab, options.ids)
      : [withBegin(codec.encode(await promptOf(options)), codec.begin)];
  checkLengths(project, sequences, options.tokens);
  topK(project, options); // refuses too many candidates before anything is compiled
  return { sequences, scored: false };
}

function checkVocabulary(project: Project, work: Work): void {
  const { model } = project.manifest;
  for (const ids of work.sequences) {
    const outside = ids.find((id) => id >= model.vocab);
    if (outside !== undefined) {
      throw new InputError(
        `tokenizer.json makes token ${outside}, but the vocabulary of ${model.name} has ${model.vocab}; use the files of one and the same model.`,
      );
    }
  }
}

/** Packs and compiles if needed, then runs the C-simulation. */
export async function csim(project: Project, options: CsimOptions, listener: CsimListener): Promise<CsimResult> {
  const packing = await withLastPack<PackOptions>(project, options);
  const codec = await loadTokenizer(
    packing.model === undefined ? join(project.root, 'model') : resolve(packing.model),
    project.manifest.model.bos,
  );
  const work = await workOf(project, codec, options);
  checkVocabulary(project, work);
  const packed = await pack(project, packing);
  listener.onPacked(packed);
  const compiled = await compile(project, options);
  listener.onCompiled(compiled);
  return simulate(project, options, listener, codec, work, packed.imagesDir, compiled.testbench);
}

async function simulate(
  project: Project,
  options: CsimOptions,
  listener: CsimListener,
  codec: TextCodec,
  work: Work,
  images: string,
  testbench: string,
): Promise<CsimResult> {
  const streams = work.sequences.map((ids) => new TextStream(codec, work.scored ? [] : ids));
  const generated: number[][] = work.sequences.map(() => []);
  const scores: number[] = [];
  const log: string[] = [];
  const expected = work.scored
    ? work.sequences.reduce((sum, ids) => sum + ids.length - 1, 0)
    : work.sequences.length * options.tokens;
  const progress = createProgress(work.scored ? 'Scoring' : 'Simulating');
  const reading = createProgress('Reading segments');
  const started = Date.now();
  let firstResult = 0;
  let lastResult = started;
  const reader = new BenchReader({
    onToken: (id, sequence) => {
      const stream = streams[sequence];
      if (stream === undefined || id >= project.manifest.model.vocab)
        throw new StepError(
          `The test bench printed token ${id} of sequence ${sequence}, which does not exist; export the project again.`,
        );
      generated[sequence]?.push(id);
      reading.end();
      lastResult = Date.now();
      firstResult ||= lastResult;
      listener.onText(stream.push(id), sequence);
    },
    onScore: (nll) => {
      scores.push(nll);
      lastResult = Date.now();
      firstResult ||= lastResult;
      progress.update(scores.length, expected, `perplexity ${perplexity(scores).toFixed(2)}`);
    },
    onOther: (line) => {
      const prefilled = prefilledOf(line);
      if (prefilled) return reading.update(...prefilled);
      if (log.length < 100_000) log.push(line);
    },
  });
  await runBench(project, options, work, images, testbench, reader, log);
  progress.end();
  for (const [sequence, stream] of streams.entries()) {
    const rest = stream.finish();
    if (!work.scored && rest !== '') listener.onText(rest, sequence);
  }
  if (work.scored && scores.length !== expected) {
    throw new StepError(
      `The test bench scored ${scores.length} of ${expected} positions; see build/csim/run.log and export the project again.`,
    );
  }
  const sequences = work.sequences.map((promptIds, i) => ({
    promptIds,
    ids: generated[i] ?? [],
    text: streams[i]?.text() ?? '',
  }));
  const none: SequenceResult = { promptIds: [], ids: [], text: '' };
  const first = work.scored ? none : (sequences[0] ?? none);
  const count = work.scored ? scores.length : sequences.reduce((sum, sequence) => sum + sequence.ids.length, 0);
  return {
    text: first.text,
    promptIds: first.promptIds,
    ids: first.ids,
    sequences: work.scored ? [] : sequences,
    ...(work.scored ? { perplexity: perplexity(scores), scoredTokens: scores.length } : {}),
    cycles: reader.cycles,
    counts: reader.counts,
    tokensPerSecond:
      count > 1
        ? (1000 * (count - 1)) / Math.max(1, lastResult - firstResult)
        : (1000 * count) / Math.max(1, lastResult - started),
  };
}

async function runBench(
  project: Project,
  options: CsimOptions,
  work: Work,
  images: string,
  testbench: string,
  reader: BenchReader,
  log: string[],
): Promise<void> {
  const file = temporaryName(join(project.root, 'build', 'sequences.txt'));
  const release = trackFile(file);
  const args = ['--images', images, '--sequences', file, '--tokens', String(options.tokens)];
  args.push(
    '--temperature',
    String(options.temperature),
    '--top-k',
    String(topK(project, options)),
    '--seed',
    String(options.seed),
  );
  if (work.scored) args.push('--score');
  if (options.dumpLogits !== undefined) args.push('--dump-logits', resolve(options.dumpLogits));
  try {
    await writeFile(file, work.sequences.map((ids) => `${ids.join(' ')}\n`).join(''));
    const result = await runProcess(testbench, args, { cwd: project.root, onLine: (line) => reader.line(line) });
    const output = [...log, result.stderr].join('\n').trim();
    await writeTextAtomically(join(project.root, 'build', 'csim', 'run.log'), `${output}\n`);
    if (result.code !== 0) {
      const how = result.signal === null ? `ended with exit code ${result.code}` : `was ended by ${result.signal}`;
      throw new StepError(
        `The C-simulation ${how}; its last words are below, all of them in build/csim/run.log.`,
        output.split('\n').slice(-20).join('\n'),
      );
    }
    if (!reader.done)
      throw new StepError(
        'The C-simulation stopped without saying "done"; see build/csim/run.log and export the project again.',
        output.split('\n').slice(-20).join('\n'),
      );
  } finally {
    await rm(file, { force: true });
    release();
  }
}
