/** The heavy parts of packing. They run in this thread or in several (threads.ts), with the same results. */
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { copyFile, link, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Architecture, linearShape } from '../../src/core/models/architecture.ts';
import type { Calibration } from '../../src/core/models/calibrate.ts';
import { attend, type LayerRole } from '../../src/core/models/float-forward.ts';
import { imageBytes, renderImage } from '../../src/core/models/images.ts';
import type { ImageSpec } from '../../src/core/models/manifest.ts';
import type { Recipe } from '../../src/core/models/recipe.ts';
import { quantizedTensors, type QuantizedTensors } from '../../src/core/models/tensors.ts';
import { rowsPerRead } from '../../src/core/models/weights.ts';
import { writeAtomically } from './cleanup.ts';
import { StepError } from './errors.ts';
import { type MemoryFile, openModel } from './model-files.ts';
import { wideProduct } from './wide-product.ts';

/** What every piece of work refers to. */
export interface PackSetup {
  readonly modelDir: string;
  readonly model: Architecture;
  readonly recipe: Recipe;
  readonly imagesDir: string;
  /** Where the trained memory of segments is; none is needed when absent. */
  readonly memory: MemoryFile | undefined;
}

/** A piece of work. Activations of calibration are shared memory, of doubles. */
export type PackTask =
  | { readonly kind: 'images'; readonly specs: readonly ImageSpec[]; readonly calibration: Calibration | null }
  | {
      readonly kind: 'product';
      readonly role: LayerRole;
      readonly layer: number;
      /** Rows of the matrix that are multiplied. */
      readonly start: number;
      readonly end: number;
      readonly x: SharedArrayBuffer;
      readonly y: SharedArrayBuffer;
    }
  | {
      readonly kind: 'attention';
      /** Heads that are computed. */
      readonly start: number;
      readonly end: number;
      readonly q: SharedArrayBuffer;
      readonly k: SharedArrayBuffer;
      readonly v: SharedArrayBuffer;
      readonly out: SharedArrayBuffer;
    };

export interface PackedImage {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Called as bytes of an image are written. */
export type OnBytes = (name: string, bytes: number) => void;

/** Does pieces of work one after the other; `close` when there are no more. */
export interface PackWorker {
  perform(task: PackTask, onBytes: OnBytes): Promise<readonly PackedImage[]>;
  close(): Promise<void>;
}

/** Bytes that are written and hashed at once. */
const WRITE_BYTES = 1 << 20;

/** Collects small chunks, which many layouts come in, into large ones. */
function collected(sink: (bytes: Uint8Array) => void): { add(chunk: Uint8Array): void; flush(): void } {
  const buffer = new Uint8Array(WRITE_BYTES);
  let filled = 0;
  const flush = (): void => {
    if (filled > 0) sink(buffer.subarray(0, filled));
    filled = 0;
  };
  return {
    add(chunk) {
      if (filled + chunk.length > WRITE_BYTES) flush();
      if (chunk.length >= WRITE_BYTES) sink(chunk);
      else {
        buffer.set(chunk, filled);
        filled += chunk.length;
      }
    },
    flush,
  };
}

async function writeImage(
  dir: string,
  spec: ImageSpec,
  tensors: QuantizedTensors,
  onBytes: OnBytes,
): Promise<PackedImage> {
  const hash = createHash('sha256');
  let bytes = 0;
  await writeAtomically(join(dir, `${spec.name}.bin`), async (file) => {
    const out = collected((part) => {
      hash.update(part);
      for (let at = 0; at < part.length; ) at += writeSync(file.fd, part, at);
      bytes += part.length;
      onBytes(spec.name, part.length);
    });
    await renderImage(spec, tensors, (chunk) => out.add(chunk));
    out.flush();
  });
  if (bytes !== imageBytes(spec))
    throw new StepError(
      `Image "${spec.name}" came out with ${bytes} bytes instead of ${imageBytes(spec)}; please report this.`,
    );
  return { name: spec.name, bytes, sha256: hash.digest('hex') };
}

/** What decides the bytes of an image: images that agree in it are the same file. */
export const contentOf = ({ wordBytes, layout, segments }: ImageSpec): string =>
  JSON.stringify([wordBytes, layout, segments]);

/** Puts the bytes of one image under the name of another, which both stages read: as a second name where that is possible. */
export async function sameImage(dir: string, image: PackedImage, name: string): Promise<PackedImage> {
  const [from, to] = [image.name, name].map((own) => join(dir, `${own}.bin`)) as [string, string];
  await rm(to, { force: true });
  await link(from, to).catch(() => copyFile(from, to));
  return { ...image, name };
}

export async function openPackWorker({ modelDir, model, recipe, imagesDir, memory }: PackSetup): Promise<PackWorker> {
  const opened = await openModel(modelDir, model, memory);
  const { weights } = opened;
  let tensors: QuantizedTensors | undefined;
  return {
    perform: async (task, onBytes) => {
      switch (task.kind) {
        case 'images': {
          tensors ??= quantizedTensors(weights, recipe, task.calibration);
          const images: PackedImage[] = [];
          for (const spec of task.specs) images.push(await writeImage(imagesDir, spec, tensors, onBytes));
          return images;
        }
        case 'product': {
          const { k } = linearShape(model, task.role);
          const x = new Float64Array(task.x);
          const y = new Float64Array(task.y);
          const step = rowsPerRead(k);
          for (let row = task.start; row < task.end; row += step) {
            const rows = await weights.linearRows(task.role, task.layer, row, Math.min(step, task.end - row));
            wideProduct(x, rows, x.length / k, k, y, row);
          }
          return [];
        }
        case 'attention': {
          const [q, k, v, out] = [task.q, task.k, task.v, task.out].map((shared) => new Float64Array(shared)) as [
            Float64Array,
            Float64Array,
            Float64Array,
            Float64Array,
          ];
          attend(model, q, k, v, task.start, task.end, out);
          return [];
        }
      }
    },
    close: () => opened.close(),
  };
}
