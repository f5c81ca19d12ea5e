/**
 * Memory images: the bytes behind every m_axi pointer that holds constants, in the order the kernels read them
 * (layouts: manifest.ts, words: docs/runtime.md, section 2). Rendered as a stream of chunks. Assumes a little-endian
 * machine, as the images are.
 */
import {
  isFused,
  LINEAR_ROLES,
  linearShape,
  type MatrixRole,
  matrixShape,
  matrixSteps,
  NORM_ROLES,
  type NormRole,
  partsOf,
} from './architecture.ts';
import {
  type ChannelScalesLayout,
  type ConstantsLayout,
  type EmbeddingLayout,
  type GammaLayout,
  type HeadScaleRole,
  type HeadScalesLayout,
  type ImageLayout,
  type ImageSegment,
  type ImageSpec,
  type Lanes,
  type MemoryProjectionLayout,
  queryHead,
  type RopeLayout,
  type WeightLayout,
} from './manifest.ts';
import { found } from './diagnostics.ts';
import { linearOrder, matrixRow, rowsBefore, streamChannels } from './image-order.ts';
import { PROJECTION_ROLES } from './memory-weights.ts';
import { ModelError } from './model-error.ts';
import type { QuantizedRows } from './quantize.ts';
import { linearRecipe, patternText, STORED_BITS, storedChannels, type WeightFormat } from './recipe.ts';
import { ropeRows } from './rope.ts';
import type { QuantizedTensors } from './tensors.ts';
import { withScales, wordsWithScales } from './weight-groups.ts';
import { withIndices, wordsWithIndices } from './weight-indices.ts';
import { fillWords, packsWords, sixBytes, type TileRow } from './weight-words.ts';

/** Takes the next bytes of an image; a returned promise is awaited before more are rendered. */
export type ChunkSink = (chunk: Uint8Array) => void | Promise<void>;

/** Chunks are about this many bytes, unless one tile of weights is larger. */
const CHUNK_BYTES = 1 << 20;
const HEAD_ROLES: readonly string[] = ['q', 'k', 'v', 'probs', 'scores', 'attn'];

/** Size of an image in bytes. */
export function imageBytes(spec: ImageSpec): number {
  return spec.segments.reduce((sum, segment) => sum + segment.layers * segment.words, 0) * spec.wordBytes;
}

/**
 * Renders one image: `onChunk` gets its bytes in order, `imageBytes(spec)` in total.
 * @throws ModelError when the specification does not fit the model or the recipe (naming image and segment).
 */
export async function renderImage(spec: ImageSpec, tensors: QuantizedTensors, onChunk: ChunkSink): Promise<void> {
  if (![1, 2, 4, 8, 16, 32, 64, 128, 256].includes(spec.wordBytes)) {
    throw new ModelError(found('image-word-size', { image: spec.name, bytes: spec.wordBytes }));
  }
  if (spec.layout.kind === 'constants') {
    for (const table of spec.layout.tables) await renderTable(spec, table, tensors, onChunk);
    return;
  }
  for (const segment of spec.segments) {
    for (let layer = 0; layer < segment.layers; layer++) await renderSegment(spec, segment, layer, tensors, onChunk);
  }
}

/** One table of an image of constants, padded to whole rows. */
async function renderTable(
  { name, stage }: ImageSpec,
  { row, ...table }: ConstantsLayout['tables'][number],
  tensors: QuantizedTensors,
  onChunk: ChunkSink,
): Promise<void> {
  const spec: ImageSpec = { name, stage, ...table };
  await renderImage(spec, tensors, onChunk);
  const rest = imageBytes(spec) % (4 * row);
  if (rest > 0) await onChunk(new Uint8Array(4 * row - rest));
}

function renderSegment(
  spec: ImageSpec,
  segment: ImageSegment,
  layer: number,
  tensors: QuantizedTensors,
  onChunk: ChunkSink,
): Promise<void> {
  const { layout } = spec;
  switch (layout.kind) {
    case 'weight_columns':
    case 'weight_lanes':
    case 'weight_slices':
      return renderLinear(spec, layout, segment, layer, tensors, onChunk);
    case 'channel_scales':
      return renderScales(spec, layout, segment, layer, tensors, onChunk);
    case 'gamma':
      return renderGamma(spec, layout, segment, layer, tensors, onChunk);
    case 'head_scales':
      return renderHeadScales(spec, layout, segment, layer, tensors, onChunk);
    case 'rope_angles':
      return renderRope(spec, layout, segment, tensors, onChunk);
    case 'embedding_rows':
      return renderEmbedding(spec, layout, segment, tensors, onChunk);
    case 'memory_gain':
      return renderGain(spec, segment, tensors, onChunk);
    case 'memory_projections':
      return renderProjection(spec, layout, segment, tensors, onChunk);
    case 'constants':
      throw new Error('tables of constants are rendered one by one');
  }
}

/** Checks that a segment has the expected number of words, and that `elementBytes` fit into one. */
function expectWords(spec: ImageSpec, segment: ImageSegment, words: number, elementBytes: number): void {
  if (segment.words !== words) {
    throw new ModelError(
      found('image-segment-size', { image: spec.name, segment: segment.role, words: segment.words, expected: words }),
    );
  }
  if (elementBytes > spec.wordBytes) {
    throw new ModelError(found('image-word-narrow', { image: spec.name, bytes: spec.wordBytes, needs: elementBytes }));
  }
}

function linearRole(spec: ImageSpec, segment: ImageSegment): MatrixRole {
  const role = isFused(segment.role) ? segment.role : LINEAR_ROLES.find((name) => name === segment.role);
  if (role === undefined) throw new ModelError(found('image-no-matrix', { image: spec.name, segment: segment.role }));
  return role;
}

/** Rows `start` and on of the matrices of a role, one matrix after the other: weights, and scales of groups if there are any. */
async function matrixRows(
  { model, linearRows }: QuantizedTensors,
  role: MatrixRole,
  layer: number,
  start: number,
  count: number,
): Promise<Pick<QuantizedRows, 'values' | 'groups' | 'kept'>> {
  const found: QuantizedRows[] = [];
  for (const part of partsOf(role)) {
    const before = rowsBefore(model, role, part);
    const first = Math.max(start, before);
    const last = Math.min(start + count, before + linearShape(model, part).n);
    if (first < last) found.push(await linearRows(part, layer, first - before, last - first));
  }
  const [only, ...more] = found;
  if (only === undefined || more.length === 0) return only ?? { values: new Int8Array() };
  const all = found.reduce((sum, part) => sum + part.values.length, 0);
  const values = only.values instanceof Int8Array ? new Int8Array(all) : new Float32Array(all);
  const groups = new Uint8Array(((only.groups?.length ?? 0) * all) / only.values.length);
  const kept = new Uint8Array(only.kept ? all : 0);
  let [at, group] = [0, 0];
  for (const part of found) {
    values.set(part.values, at);
    groups.set(part.groups ?? [], group);
    kept.set(part.kept ?? [], at);
    at += part.values.length;
    group += part.groups?.length ?? 0;
  }
  return { values, ...(only.groups ? { groups } : {}), ...(only.kept ? { kept } : {}) };
}

const elementBytes = (format: WeightFormat, elements: number): number =>
  Math.ceil((STORED_BITS[format] * elements) / 8);

/** The groups of input channels of the words of a tile, in their order. @throws ModelError if words of a group lie apart */
function groupsOfWords(spec: ImageSpec, segment: ImageSegment, inputs: readonly Int32Array[], size: number): number[] {
  const [first = new Int32Array()] = inputs;
  const groupOf = (channel: number): number => Math.floor(channel / size);
  const perGroup = size / inputs.length;
  const order = Array.from({ length: first.length / perGroup }, (_, g) => groupOf(first[g * perGroup] as number));
  if (!inputs.every((channels) => channels.every((channel, w) => groupOf(channel) === order[Math.floor(w / perGroup)])))
    throw new ModelError(found('image-groups-apart', { image: spec.name, segment: segment.role, size }));
  return order;
}

async function renderLinear(
  spec: ImageSpec,
  layout: WeightLayout,
  segment: ImageSegment,
  layer: number,
  tensors: QuantizedTensors,
  onChunk: ChunkSink,
): Promise<void> {
  const role = linearRole(spec, segment);
  const { format, ports, port } = layout;
  const { group, sparsity = undefined } = layout.kind === 'weight_lanes' ? {} : layout;
  const own = linearRecipe(tensors.recipe, role);
  const k = storedChannels(own, matrixShape(tensors.model, role).k);
  const { tiles, outputs, inputs, split } = linearOrder(layout, tensors.model, role, own.sparsity);
  // Slices that skip zeros take dense matrices, too.
  const stored = layout.kind === 'weight_slices' && own.sparsity === undefined ? undefined : sparsity;
  const pattern = (of: typeof sparsity): string =>
    of === undefined ? '' : `, ${patternText(of)}${of.pairs ? ' by pairs' : ''}`;
  if (format !== own.weights || group !== own.group || pattern(stored) !== pattern(own.sparsity)) {
    const text = (weights: WeightFormat, size: number | undefined, of: typeof sparsity): string =>
      `${weights}${size === undefined ? '' : ` in groups of ${size}`}${pattern(of)}`;
    const recipe = text(own.weights, own.group, own.sparsity);
    throw new ModelError(
      found('image-format', { image: spec.name, segment: role, format: text(format, group, stored), recipe }),
    );
  }
  if (split % ports !== 0 || port < 0 || port >= ports)
    throw new ModelError(found('image-port', { image: spec.name, port, ports, split }));
  const words = inputs[0]?.length ?? 0;
  const width = outputs(0).length;
  const groups = group === undefined ? [] : groupsOfWords(spec, segment, inputs, group);
  const perWord = inputs.length * width;
  // Words of 6 bits lie one after the other without gaps, whatever the words of the port.
  const packs = packsWords(STORED_BITS[format]);
  const wordBytes = packs ? sixBytes(perWord) : spec.wordBytes;
  const runs = group === undefined ? 1 : groups.length;
  const withPlaces = stored === undefined ? words : runs * wordsWithIndices(words / runs, wordBytes, perWord, stored);
  const perTile = group === undefined ? withPlaces : wordsWithScales(withPlaces, runs, wordBytes, width);
  const all = tiles * perTile;
  const total = packs ? Math.ceil((all * wordBytes) / spec.wordBytes) : all;
  expectWords(spec, segment, total, packs ? 1 : elementBytes(format, perWord));
  for (let tile = 0; tile < tiles; tile++) {
    let chunk: Uint8Array = new Uint8Array(words * wordBytes);
    const rows = new Array<TileRow | undefined>(width).fill(undefined);
    for (const run of contiguousRuns(outputs(tile))) {
      const read = await matrixRows(tensors, role, layer, run.channel, run.elements.length);
      for (const [r, element] of run.elements.entries()) rows[element] = { ...read, start: r * k };
    }
    for (const [i, channels] of inputs.entries()) fillWords(chunk, wordBytes, format, i * width, channels, rows);
    if (stored !== undefined) {
      const place = (word: number, element: number): number => {
        const row = rows[element % width];
        const channel = (inputs[Math.floor(element / width)] as Int32Array)[word] as number;
        return channel < 0 ? 0 : (row?.kept?.[row.start + channel] ?? 0);
      };
      chunk = withIndices(chunk, wordBytes, words / runs, perWord, stored, place);
    }
    const scale = (g: number, output: number): number => {
      const row = rows[output];
      return row?.groups?.[(row.start * row.groups.length) / row.values.length + (groups[g] as number)] ?? 0;
    };
    await onChunk(group === undefined ? chunk : withScales(chunk, wordBytes, groups.length, width, scale));
  }
  const rest = total * spec.wordBytes - all * wordBytes;
  if (rest > 0) await onChunk(new Uint8Array(rest));
}

/** Groups the elements of a tile by stretches of consecutive output channels, so that each stretch is one read. */
function contiguousRuns(channels: Int32Array): { channel: number; elements: number[] }[] {
  const order = [...channels.keys()].filter((e) => channels[e] !== -1);
  order.sort((a, b) => (channels[a] as number) - (channels[b] as number));
  const runs: { channel: number; elements: number[] }[] = [];
  for (const element of order) {
    const channel = channels[element] as number;
    const last = runs[runs.length - 1];
    if (last !== undefined && last.channel + last.elements.length === channel) last.elements.push(element);
    else runs.push({ channel, elements: [element] });
  }
  return runs;
}

/** Words of `perWord` groups of `group` floats each, `lanes` groups per step (null: one stream in natural order). */
function floatWords(
  spec: ImageSpec,
  channels: Int32Array,
  lanes: number,
  perWord: number,
  group: number,
  value: (channel: number, part: number) => number,
): Uint8Array {
  const wordsPerStep = Math.ceil(lanes / perWord);
  const steps = channels.length / lanes;
  const floats = new Float32Array((steps * wordsPerStep * spec.wordBytes) / 4);
  for (let i = 0; i < channels.length; i++) {
    const channel = channels[i] as number;
    if (channel < 0) continue;
    const lane = i % lanes;
    const word = Math.floor(i / lanes) * wordsPerStep + Math.floor(lane / perWord);
    for (let part = 0; part < group; part++) {
      floats[(word * spec.wordBytes) / 4 + (lane % perWord) * group + part] = value(channel, part);
    }
  }
  return new Uint8Array(floats.buffer);
}

function channelsOf(lanes: Lanes | null, channels: number): { order: Int32Array; lanes: number } {
  return { order: streamChannels(lanes ?? { lanes: 1, order: 'blocked' }, channels), lanes: lanes?.lanes ?? 1 };
}

async function renderScales(
  spec: ImageSpec,
  layout: ChannelScalesLayout,
  segment: ImageSegment,
  layer: number,
  tensors: QuantizedTensors,
  onChunk: ChunkSink,
): Promise<void> {
  const { model } = tensors;
  const role = linearRole(spec, segment);
  const lanes = layout.lanes ?? { lanes: 1, order: 'blocked' };
  const steps = matrixSteps(model, role, lanes.lanes);
  const row = matrixRow(model, role, lanes, layout.queryMemories);
  const order = Int32Array.from({ length: steps * lanes.lanes }, (_, i) =>
    row(Math.floor(i / lanes.lanes), i % lanes.lanes),
  );
  const pairs = layout.lanes === null ? 1 : layout.pairs;
  expectWords(spec, segment, steps * Math.ceil(lanes.lanes / pairs), 8 * pairs);
  const values = await Promise.all(partsOf(role).map((part) => tensors.channelScales(part, layer)));
  const scales = values.flatMap((own) => [...own.scales]);
  const sums = values.flatMap((own) => [...own.sums]);
  await emit(
    floatWords(spec, order, lanes.lanes, pairs, 2, (at, part) => (part === 0 ? scales : sums)[at] as number),
    onChunk,
  );
}

async function renderGamma(
  spec: ImageSpec,
  layout: GammaLayout,
  segment: ImageSegment,
  layer: number,
  tensors: QuantizedTensors,
  onChunk: ChunkSink,
): Promise<void> {
  const role: NormRole | undefined = NORM_ROLES.find((name) => name === segment.role);
  if (role === undefined) throw new ModelError(found('image-no-norm', { image: spec.name, segment: segment.role }));
  const { order, lanes } = channelsOf(layout.lanes, tensors.model.hidden);
  const width = layout.lanes === null ? 1 : layout.width;
  expectWords(spec, segment, (order.length / lanes) * Math.ceil(lanes / width), 4 * width);
  const gamma = await tensors.norm(role, layer);
  await emit(
    floatWords(spec, order, lanes, width, 1, (channel) => gamma[channel] as number),
    onChunk,
  );
}

async function renderHeadScales(
  spec: ImageSpec,
  { queryMemories }: HeadScalesLayout,
  segment: ImageSegment,
  layer: number,
  tensors: QuantizedTensors,
  onChunk: ChunkSink,
): Promise<void> {
  if (!HEAD_ROLES.includes(segment.role))
    throw new ModelError(found('image-no-scales', { image: spec.name, segment: segment.role }));
  const values = tensors.headScales(segment.role as HeadScaleRole, layer);
  expectWords(spec, segment, values.length, 4);
  const { order } = channelsOf(null, values.length);
  const arranged = queryMemories !== undefined && segment.role !== 'k' && segment.role !== 'v';
  const head = (place: number): number => (arranged ? queryHead(tensors.model, queryMemories, place) : place);
  await emit(
    floatWords(spec, order, 1, 1, 1, (place) => values[head(place)] as number),
    onChunk,
  );
}

async function renderRope(
  spec: ImageSpec,
  { positions, first = 0 }: RopeLayout,
  segment: ImageSegment,
  tensors: QuantizedTensors,
  onChunk: ChunkSink,
): Promise<void> {
  const pairs = tensors.model.headDim / 2;
  expectTable(spec, segment);
  expectWords(spec, segment, positions * pairs, 8);
  const step = Math.max(1, Math.floor(CHUNK_BYTES / (pairs * spec.wordBytes)));
  for (let start = 0; start < positions; start += step) {
    const count = Math.min(step, positions - start);
    const rows = ropeRows(tensors.model, first + start, count);
    const { order } = channelsOf(null, count * pairs);
    await onChunk(floatWords(spec, order, 1, 1, 2, (pair, part) => rows[pair * 2 + part] as number));
  }
}

async function renderEmbedding(
  spec: ImageSpec,
  { width, topic }: EmbeddingLayout,
  segment: ImageSegment,
  tensors: QuantizedTensors,
  onChunk: ChunkSink,
): Promise<void> {
  const { vocab, hidden } = tensors.model;
  const wordsPerRow = Math.ceil(hidden / width);
  expectTable(spec, segment);
  expectWords(spec, segment, (vocab + Number(topic ?? false)) * wordsPerRow, 4 * width);
  await emitRows(spec, width, hidden, vocab, (start, count) => tensors.embeddingRows(start, count), onChunk);
  if (topic) await emitRows(spec, width, hidden, 1, async () => (await tensors.memory()).topic, onChunk);
}

/** Rows of `hidden` floats in words of `width`, zero padded. */
async function emitRows(
  spec: ImageSpec,
  width: number,
  hidden: number,
  all: number,
  read: (start: number, count: number) => Promise<Float32Array>,
  onChunk: ChunkSink,
): Promise<void> {
  const wordsPerRow = Math.ceil(hidden / width);
  const step = Math.max(1, Math.floor(CHUNK_BYTES / (wordsPerRow * spec.wordBytes)));
  const wordFloats = spec.wordBytes / 4;
  for (let start = 0; start < all; start += step) {
    const count = Math.min(step, all - start);
    const rows = await read(start, count);
    const floats = new Float32Array(count * wordsPerRow * wordFloats);
    for (let row = 0; row < count; row++) {
      for (let word = 0; word < wordsPerRow; word++) {
        const end = Math.min(hidden, (word + 1) * width);
        floats.set(
          rows.subarray(row * hidden + word * width, row * hidden + end),
          (row * wordsPerRow + word) * wordFloats,
        );
      }
    }
    await onChunk(new Uint8Array(floats.buffer));
  }
}

async function renderProjection(
  spec: ImageSpec,
  { width }: MemoryProjectionLayout,
  segment: ImageSegment,
  tensors: QuantizedTensors,
  onChunk: ChunkSink,
): Promise<void> {
  const { hidden } = tensors.model;
  const role = PROJECTION_ROLES.find((one) => one === segment.role);
  if (role === undefined) throw new ModelError(found('image-no-matrix', { image: spec.name, segment: segment.role }));
  expectWords(spec, segment, hidden * Math.ceil(hidden / width), 4 * width);
  const memory = await tensors.memory();
  await emitRows(spec, width, hidden, hidden, (start, count) => memory.rows(role, start, count), onChunk);
}

async function renderGain(
  spec: ImageSpec,
  segment: ImageSegment,
  tensors: QuantizedTensors,
  onChunk: ChunkSink,
): Promise<void> {
  expectTable(spec, segment);
  expectWords(spec, segment, 1, 4);
  await onChunk(new Uint8Array(Float32Array.of((await tensors.memory()).gain).buffer));
}

function expectTable(spec: ImageSpec, segment: ImageSegment): void {
  if (segment.role !== 'table' || segment.layers !== 1)
    throw new ModelError(found('image-no-table', { image: spec.name }));
}

async function emit(bytes: Uint8Array, onChunk: ChunkSink): Promise<void> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) await onChunk(bytes.subarray(at, at + CHUNK_BYTES));
}

/** What an image holds, for lists: "q_proj and k_proj weights, int8". */
export function describeImage(spec: ImageSpec): string {
  const roles = spec.segments.map((segment) => segment.role).join(', ');
  const kinds: Record<ImageLayout['kind'], string> = {
    weight_columns: 'weights',
    weight_lanes: 'weights',
    weight_slices: 'weights',
    channel_scales: 'channel scales',
    gamma: 'norm weights',
    rope_angles: 'RoPE',
    head_scales: 'head scales',
    embedding_rows: 'embedding table',
    memory_gain: 'size of what is retrieved',
    memory_projections: 'projections',
    constants: 'constants',
  };
  if (spec.layout.kind === 'constants')
    return spec.layout.tables.map((table) => describeImage({ ...spec, ...table })).join('; ');
  const format = 'format' in spec.layout ? `, ${spec.layout.format}` : '';
  const group = 'group' in spec.layout ? ` with scales of groups of ${spec.layout.group}` : '';
  const sparsity = 'sparsity' in spec.layout ? `, ${patternText(spec.layout.sparsity)}` : '';
  return `${roles} ${kinds[spec.layout.kind]}${format}${sparsity}${group}`;
}
