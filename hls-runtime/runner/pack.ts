import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { type Calibration, calibrate, needsCalibration } from '../../src/core/models/calibrate.ts';
import { imageBytes } from '../../src/core/models/images.ts';
import type { ImageSpec } from '../../src/core/models/manifest.ts';
import { checkMemory, type TrainedMemory } from '../../src/core/models/memory-weights.ts';
import type { Segmentation } from '../../src/core/models/segments.ts';
import { CALIBRATION_TEXT } from './calibration-text.ts';
import { writeTextAtomically } from './cleanup.ts';
import { codeOf, InputError, StepError } from './errors.ts';
import { checkConfig, fileFingerprint, modelFingerprint, openModel } from './model-files.ts';
import { contentOf, type PackedImage, type PackTask, sameImage } from './pack-work.ts';
import { pooledMath } from './pack-math.ts';
import { createProgress } from './progress.ts';
import type { Project } from './project.ts';
import { FileHashes } from './steps/hashes.ts';
import { openPool, type Pool } from './threads.ts';
import { loadTokenizer, type TextCodec, withBegin } from './tokenizer.ts';
import { textIfPresent } from './user-files.ts';

/** Raised when images of the same inputs come out differently. */
const PACK_VERSION = 3;
const MAX_CALIBRATION_TOKENS = 512;
/** Images below this many bytes are packed sooner than threads begin. */
const WORTH_THREADS = 64 << 20;
/** Each thread takes about 200 MB. */
const MAX_THREADS = 8;
/** In bytes; no more than a fraction of it is used. */
const MAX_CALIBRATION_TEXT = 16 << 20;

export interface PackOptions {
  /** The model's folder; default: the project's `model/`. */
  readonly model?: string | undefined;
  /** A text file to calibrate on. */
  readonly calibrate?: string | undefined;
  /** A safetensors file with the trained memory of segments; default: what the model's own weights have of it. */
  readonly memory?: string | undefined;
  /** Threads to pack with; default: one per core where the model is large enough. */
  readonly threads?: number | undefined;
}

/** What build/pack.json says about the images beside it. */
export interface PackRecord {
  readonly version: number;
  /** Hash of everything the images were made from. */
  readonly key: string;
  /** Relative to the project where possible. */
  readonly modelDir: string;
  /** The file given with --calibrate, or null. */
  readonly calibrationFile: string | null;
  /** The file given with --memory; absent when none was. */
  readonly memoryFile?: string;
  readonly calibration: Calibration | null;
  readonly images: readonly PackedImage[];
}

export interface PackResult {
  readonly record: PackRecord;
  readonly modelDir: string;
  readonly imagesDir: string;
  /** What the user should know about the files of the model. */
  readonly notes: readonly string[];
  /** False when everything was up to date. */
  readonly packed: boolean;
  readonly seconds: number;
}

export function packPaths(root: string): { images: string; record: string } {
  return { images: join(root, 'build', 'images'), record: join(root, 'build', 'pack.json') };
}

/** build/pack.json of an earlier run; undefined when there is none or it is unreadable. */
export async function readPackRecord(root: string): Promise<PackRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(packPaths(root).record, 'utf8')) as PackRecord;
    return record.version === PACK_VERSION && Array.isArray(record.images) ? record : undefined;
  } catch {
    return undefined;
  }
}

function inside(root: string, path: string): string {
  const inner = relative(root, path);
  return inner === '' || inner.startsWith('..') || isAbsolute(inner) ? path : inner;
}

async function calibrationText(modelDir: string, file: string | undefined): Promise<string> {
  if (file === undefined)
    return (await textIfPresent(join(modelDir, 'calibration.txt'), MAX_CALIBRATION_TEXT)) ?? CALIBRATION_TEXT;
  const text = await textIfPresent(file, MAX_CALIBRATION_TEXT);
  if (text === undefined) throw new InputError(`The calibration text ${file} is missing; give a UTF-8 text file.`);
  return text;
}

/** True when the images are those of the record, byte for byte. */
async function upToDate(root: string, record: PackRecord, key: string): Promise<boolean> {
  if (record.key !== key) return false;
  const hashes = new FileHashes(root);
  for (const image of record.images) {
    if ((await hashes.of(`build/images/${image.name}.bin`))?.sha256 !== image.sha256) return false;
  }
  await hashes.save();
  return true;
}

/** Packing options: what is given, else what the last pack used. */
export async function withLastPack<T extends PackOptions>(project: Project, options: T): Promise<T> {
  const before = await readPackRecord(project.root);
  if (before === undefined) return options;
  return {
    ...options,
    model: options.model ?? resolve(project.root, before.modelDir),
    memory: options.memory ?? (before.memoryFile === undefined ? undefined : resolve(project.root, before.memoryFile)),
    calibrate:
      options.calibrate ??
      (before.calibrationFile === null ? undefined : resolve(project.root, before.calibrationFile)),
  };
}

/**
 * Checks the model, calibrates if the recipe asks for it, and writes the memory images to build/images. Does nothing
 * when neither the project, the model's files nor the calibration text changed.
 */
export async function pack(project: Project, options: PackOptions): Promise<PackResult> {
  const started = Date.now();
  const { manifest, root } = project;
  const paths = packPaths(root);
  const modelDir = options.model === undefined ? join(root, 'model') : resolve(options.model);
  await checkConfig(modelDir, manifest.model);
  const calibrates = needsCalibration(manifest.recipe);
  const calibrationFile = options.calibrate === undefined ? undefined : resolve(options.calibrate);
  const memoryFile = options.memory === undefined ? undefined : resolve(options.memory);
  const { segments } = manifest;
  if (memoryFile !== undefined && !segments)
    throw new InputError(
      'The project reads texts in one piece and has no memory, so --memory has no use; export it with segments, or leave --memory out.',
    );
  const text = calibrates ? await calibrationText(modelDir, calibrationFile) : '';
  const memory = segments && { path: memoryFile };
  const given = memoryFile === undefined ? [] : [memoryFile, await fileFingerprint(memoryFile)];
  const key = createHash('sha256')
    .update(
      JSON.stringify([PACK_VERSION, project.manifestText, modelDir, await modelFingerprint(modelDir), text, ...given]),
    )
    .digest('hex');
  const before = await readPackRecord(root);
  if (before !== undefined && (await upToDate(root, before, key))) {
    return {
      record: before,
      modelDir,
      imagesDir: paths.images,
      notes: [],
      packed: false,
      seconds: (Date.now() - started) / 1000,
    };
  }
  const codec = await loadTokenizer(modelDir, manifest.model.bos);
  await rm(paths.record, { force: true });
  const model = await openModel(modelDir, manifest.model, memory);
  if (segments) checkMemory(model.weights.memory, segments);
  const setup = { modelDir, model: manifest.model, recipe: manifest.recipe, imagesDir: paths.images, memory };
  const pool = await openPool(setup, options.threads ?? threadsFor(manifest.images));
  try {
    const calibration = calibrates ? await runCalibration(project, model.weights, codec, text, pool) : null;
    const images = await writeImages(project, calibration, pool);
    const record: PackRecord = {
      version: PACK_VERSION,
      key,
      modelDir: inside(root, modelDir),
      calibrationFile: calibrationFile === undefined ? null : inside(root, calibrationFile),
      ...(memoryFile === undefined ? {} : { memoryFile: inside(root, memoryFile) }),
      calibration,
      images,
    };
    await writeTextAtomically(paths.record, `${JSON.stringify(record, null, 1)}\n`);
    return {
      record,
      modelDir,
      imagesDir: paths.images,
      notes: [...model.notes, ...memoryNotes(segments, model.weights.memory)],
      packed: true,
      seconds: (Date.now() - started) / 1000,
    };
  } finally {
    await pool.close();
    await model.close();
  }
}

/** What the user should know about the weights of the memory. */
function memoryNotes(segments: Segmentation | undefined, memory: TrainedMemory | undefined): string[] {
  return segments?.projections && !memory
    ? [
        'There are no trained weights of the memory: its projections are the identity, its topic token is that of the begin of a text. Give some with --memory.',
      ]
    : [];
}

function threadsFor(images: readonly ImageSpec[]): number {
  const bytes = images.reduce((sum, image) => sum + imageBytes(image), 0);
  return bytes < WORTH_THREADS ? 1 : Math.min(MAX_THREADS, availableParallelism());
}

async function runCalibration(
  project: Project,
  weights: Parameters<typeof calibrate>[0],
  codec: TextCodec,
  text: string,
  pool: Pool,
): Promise<Calibration> {
  const { model } = project.manifest;
  const limit = Math.min(MAX_CALIBRATION_TOKENS, model.maxPositions);
  const ids = withBegin(codec.encode(text), codec.begin).slice(0, limit);
  const outside = ids.find((id) => id >= model.vocab);
  if (outside !== undefined) {
    throw new InputError(
      `tokenizer.json makes token ${outside}, but the vocabulary of ${model.name} has ${model.vocab}; use the files of one and the same model.`,
    );
  }
  const progress = createProgress('Calibrating attention');
  try {
    const onLayer = (layer: number, layers: number): void =>
      progress.update(layer, layers, `layer ${layer + 1} of ${layers}`);
    return await calibrate(weights, ids, onLayer, pooledMath(pool, model), project.manifest.recipe);
  } finally {
    progress.end();
  }
}

/** Whether an image holds scales of output channels: all of the weights are quantized for them. */
const holdsScales = ({ layout }: ImageSpec): boolean =>
  layout.kind === 'channel_scales' ||
  (layout.kind === 'constants' && layout.tables.some((table) => table.layout.kind === 'channel_scales'));

/** The work that images are, the longest first: scales are one piece, because they are computed once for all of them. */
function imageTasks(specs: readonly ImageSpec[], calibration: Calibration | null): PackTask[] {
  const task = (own: readonly ImageSpec[]): PackTask => ({ kind: 'images', specs: own, calibration });
  const scales = specs.filter(holdsScales);
  const others = specs.filter((spec) => !holdsScales(spec)).sort((a, b) => imageBytes(b) - imageBytes(a));
  return [...(scales.length > 0 ? [task(scales)] : []), ...others.map((spec) => task([spec]))];
}

async function writeImages(
  project: Project,
  calibration: Calibration | null,
  pool: Pool,
): Promise<PackRecord['images']> {
  const { images: dir } = packPaths(project.root);
  await mkdir(dir, { recursive: true });
  const specs = project.manifest.images;
  const keep = new Set(specs.map((spec) => `${spec.name}.bin`));
  for (const name of await readdir(dir))
    if (!keep.has(name)) await rm(join(dir, name), { force: true, recursive: true });
  // Stages may read the same bytes, such as the embedding table: these are made once.
  const firsts = new Map<string, ImageSpec>();
  for (const spec of specs) if (!firsts.has(contentOf(spec))) firsts.set(contentOf(spec), spec);
  const own = [...firsts.values()];
  const total = own.reduce((sum, spec) => sum + imageBytes(spec), 0);
  const progress = createProgress('Packing images');
  let done = 0;
  try {
    const made = await pool.perform(imageTasks(own, calibration), (name, bytes) => {
      done += bytes;
      progress.update(done, total, name);
    });
    const byName = new Map(made.map((image) => [image.name, image]));
    const out: PackedImage[] = [];
    for (const spec of specs) {
      const image = byName.get(firsts.get(contentOf(spec))?.name ?? '');
      if (image === undefined) throw new StepError(`Image "${spec.name}" was not made; please report this.`);
      out.push(image.name === spec.name ? image : await sameImage(dir, image, spec.name));
    }
    return out;
  } catch (error) {
    if (codeOf(error) === 'ENOSPC')
      throw new StepError(
        `The disk of ${dir} is full (the images need ${total} bytes); free some space and run pack again.`,
      );
    throw error;
  } finally {
    progress.end();
  }
}
