/** What the hierarchical memory works with besides the model: trained values, or those that leave the model as it is. */
import type { Finding } from '../diagnostics/diagnostic.ts';
import type { Architecture } from './architecture.ts';
import { found, type ModelCode } from './diagnostics.ts';
import { ModelError } from './model-error.ts';
import { type ByteSource, openSafetensors, type TensorStore } from './safetensors.ts';
import type { Projections } from './segment-memory.ts';
import type { Segmentation } from './segments.ts';

/** The matrices by which states become queries and keys. */
export const PROJECTION_ROLES = ['memory_query', 'memory_key'] as const;
export type ProjectionRole = (typeof PROJECTION_ROLES)[number];

/** Tensors of a trained memory by their names in a safetensors file; matrices are [out][in], as PyTorch keeps them. */
export const MEMORY_TENSORS = {
  topic: 'hmt.topic',
  gain: 'hmt.gain',
  memory_query: 'hmt.query.weight',
  memory_key: 'hmt.key.weight',
} as const;

/** What a file holds of a trained memory. */
export interface TrainedMemory {
  readonly topic: Float32Array;
  readonly gain: number;
  /** Whether it has the two projections. */
  readonly projections: boolean;
  /** Rows of a projection, [count][hidden]. */
  rows(role: ProjectionRole, start: number, count: number): Promise<Float32Array>;
}

/** What the memory works with: the row of the topic token, the size of what is retrieved, and the projections. */
export interface MemoryWeights {
  readonly topic: Float32Array;
  /** What is retrieved is multiplied by it; of an untrained memory, it has a root mean square of about this much. */
  readonly gain: number;
  /** Rows of a projection, [count][hidden]: those of a file, else of the identity. */
  rows(role: ProjectionRole, start: number, count: number): Promise<Float32Array>;
}

/** Rows of the embedding table, read in order. */
type Rows = (start: number, count: number) => Promise<Float32Array>;

/** Names of the tensors of a trained memory that a file has. */
const present = (store: TensorStore): string[] =>
  Object.values(MEMORY_TENSORS).filter((name) => store.info(name) !== undefined);

function tensorProblem(
  store: TensorStore,
  tensor: string,
  shapes: readonly (readonly number[])[],
): Finding<ModelCode>[] {
  const info = store.info(tensor);
  if (info === undefined) return [found('memory-tensor-missing', { tensor, present: present(store) })];
  if (!shapes.some((shape) => shape.join() === info.shape.join()))
    return [found('tensor-shape', { tensor, shape: info.shape, expected: shapes[0] as readonly number[] })];
  return ['F32', 'F16', 'BF16'].includes(info.dtype) ? [] : [found('tensor-type', { tensor, type: info.dtype })];
}

/**
 * The trained memory in `store`, or undefined where it has none of its tensors.
 * @param file what messages call the file.
 * @throws ModelError where some are there but one is missing, or of a wrong shape or type, or not finite.
 */
export async function openMemory(
  { hidden }: Pick<Architecture, 'hidden'>,
  store: TensorStore,
  file: string,
): Promise<TrainedMemory | undefined> {
  if (present(store).length === 0) return undefined;
  const { topic, gain } = MEMORY_TENSORS;
  const projections = PROJECTION_ROLES.some((role) => store.info(MEMORY_TENSORS[role]) !== undefined);
  const problems = [
    ...tensorProblem(store, topic, [[hidden], [1, hidden]]),
    ...tensorProblem(store, gain, [[1], []]),
    ...(projections
      ? PROJECTION_ROLES.flatMap((role) => tensorProblem(store, MEMORY_TENSORS[role], [[hidden, hidden]]))
      : []),
  ];
  if (problems.length > 0)
    throw new ModelError(found('memory-unusable', { file, problems: problems.map(({ message }) => message) }));
  const topicRows = store.info(topic)?.shape.length === 2 ? 1 : hidden;
  return {
    topic: await store.rows(topic, 0, topicRows),
    gain: (await store.rows(gain, 0, 1))[0] as number,
    projections,
    rows: (role, start, count) => store.rows(MEMORY_TENSORS[role], start, count),
  };
}

/**
 * The trained memory in a safetensors file of its own.
 * @param file what messages call the file.
 * @throws ModelError also where it has none.
 */
export async function openMemoryFile(
  model: Pick<Architecture, 'hidden'>,
  source: ByteSource,
  file: string,
): Promise<TrainedMemory> {
  const memory = await openMemory(model, await openSafetensors(source, file), file);
  if (!memory) throw new ModelError(found('memory-not-there', { file, tensors: Object.values(MEMORY_TENSORS) }));
  return memory;
}

/**
 * Whether a trained memory is of the form that a design has hardware for.
 * @throws ModelError where one has projections and the other has none.
 */
export function checkMemory(trained: TrainedMemory | undefined, segments: Segmentation): void {
  if (!trained) return;
  const projections = segments.projections ?? false;
  if (trained.projections !== projections)
    throw new ModelError(
      found(projections ? 'memory-without-projections' : 'memory-with-projections', {
        tensors: PROJECTION_ROLES.map((role) => MEMORY_TENSORS[role]),
      }),
    );
}

/** Rows of the identity matrix. */
function identityRows(hidden: number, start: number, count: number): Float32Array {
  const rows = new Float32Array(count * hidden);
  for (let row = 0; row < count; row += 1) rows[row * hidden + start + row] = 1;
  return rows;
}

/** The weights of a memory: the trained ones, else the begin token (or the mean row) as topic token, the size of an embedding for what is retrieved, and identity projections. */
export async function memoryWeights(
  model: Architecture,
  trained: TrainedMemory | undefined,
  rows: Rows,
  perRead: number,
): Promise<MemoryWeights> {
  if (trained?.projections) return trained;
  const { vocab, hidden, bos } = model;
  const projections = {
    rows: async (_role: ProjectionRole, start: number, count: number) => identityRows(hidden, start, count),
  };
  if (trained) return { ...trained, ...projections };
  const sums = new Float64Array(hidden);
  let squares = 0;
  for (let start = 0; start < vocab; start += perRead) {
    const values = await rows(start, Math.min(perRead, vocab - start));
    for (let at = 0; at < values.length; at += 1) {
      const value = values[at] as number;
      squares += value * value;
      sums[at % hidden] = (sums[at % hidden] as number) + value;
    }
  }
  const topic = bos === null ? Float32Array.from(sums, (sum) => sum / vocab) : Float32Array.from(await rows(bos, 1));
  return { topic, gain: Math.fround(Math.sqrt(squares / (vocab * hidden))), ...projections };
}

/** What a reference keeps of a memory: its weights, the projections in whole where the design has them. */
export interface ReferenceMemory {
  readonly sizes: Segmentation;
  readonly weights: MemoryWeights;
  readonly projections?: Projections | undefined;
}

/**
 * The memory of a reference.
 * @throws ModelError where a trained memory is of another form than `sizes` asks for.
 */
export async function referenceMemory(
  model: Architecture,
  trained: TrainedMemory | undefined,
  sizes: Segmentation,
  rows: Rows,
  perRead: number,
): Promise<ReferenceMemory> {
  checkMemory(trained, sizes);
  const weights = await memoryWeights(model, trained, rows, perRead);
  const { hidden } = model;
  const projections = sizes.projections && {
    query: await weights.rows('memory_query', 0, hidden),
    key: await weights.rows('memory_key', 0, hidden),
  };
  return { sizes, weights, projections };
}
