import { parseJson } from '../diagnostics/json.ts';
import { found } from './diagnostics.ts';
import { isLfsPointer } from './lfs.ts';
import { ModelError } from './model-error.ts';

/** Random access to a file's bytes; `read` may return fewer bytes only when the file ends. */
export interface ByteSource {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

export interface TensorInfo {
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** Named tensors that are read by rows (all dimensions but the first flattened). */
export interface TensorStore {
  readonly names: readonly string[];
  info(name: string): TensorInfo | undefined;
  /** Rows `start` to `start + count - 1` as fp32. @throws ModelError for an unknown tensor, type, or a non-finite value */
  rows(name: string, start: number, count: number): Promise<Float32Array>;
}

/** The format's own bound on the header, and the widths of its element types (github.com/huggingface/safetensors). */
const MAX_HEADER = 100_000_000;
const WIDTHS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    BOOL: 1,
    U8: 1,
    I8: 1,
    F8_E4M3: 1,
    F8_E5M2: 1,
    I16: 2,
    U16: 2,
    F16: 2,
    BF16: 2,
    I32: 4,
    U32: 4,
    F32: 4,
    F64: 8,
    I64: 8,
    U64: 8,
  }),
);

interface Entry extends TensorInfo {
  readonly begin: number;
  readonly end: number;
}

/** Decodes UTF-8; malformed bytes become U+FFFD. (This folder knows no TextDecoder.) */
export function decodeUtf8(bytes: Uint8Array): string {
  const parts: string[] = [];
  let chunk: number[] = [];
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i++] as number;
    const more =
      lead < 0x80
        ? 0
        : lead >= 0xc2 && lead < 0xe0
          ? 1
          : lead >= 0xe0 && lead < 0xf0
            ? 2
            : lead >= 0xf0 && lead < 0xf5
              ? 3
              : -1;
    let code = more <= 0 ? lead : lead & (0x3f >> more);
    let valid = more >= 0;
    for (let n = 0; n < more; n++) {
      const next = bytes[i];
      if (next === undefined || (next & 0xc0) !== 0x80) {
        valid = false;
        break;
      }
      code = (code << 6) | (next & 0x3f);
      i++;
    }
    const overlong = (more === 2 && code < 0x800) || (more === 3 && code < 0x10000);
    if (!valid || overlong || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) code = 0xfffd;
    chunk.push(code);
    if (chunk.length === 4096) {
      parts.push(String.fromCodePoint(...chunk));
      chunk = [];
    }
  }
  parts.push(String.fromCodePoint(...chunk));
  return parts.join('');
}

function parseEntry(file: string, tensor: string, value: unknown, dataSize: number): Entry {
  const at = { file, tensor };
  if (typeof value !== 'object' || value === null) throw new ModelError(found('weights-entry-no-object', at));
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  if (typeof dtype !== 'string') throw new ModelError(found('weights-entry-type', at));
  if (!Array.isArray(shape) || shape.length > 8 || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw new ModelError(found('weights-entry-shape', at));
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw new ModelError(found('weights-entry-offsets', at));
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > dataSize) {
    throw new ModelError(found('weights-entry-outside', { ...at, begin, end, bytes: dataSize }));
  }
  const width = WIDTHS.get(dtype);
  const elements = (shape as number[]).reduce((product, n) => product * n, 1);
  if (width !== undefined && elements * width !== end - begin) {
    throw new ModelError(
      found('weights-entry-size', {
        ...at,
        shape: shape as number[],
        type: dtype,
        needs: elements * width,
        bytes: end - begin,
      }),
    );
  }
  return { dtype, shape: shape as number[], begin, end };
}

function checkOverlap(file: string, entries: ReadonlyMap<string, Entry>): void {
  const sorted = [...entries].filter(([, e]) => e.end > e.begin).sort(([, a], [, b]) => a.begin - b.begin);
  for (let i = 1; i < sorted.length; i++) {
    const [first, a] = sorted[i - 1] as [string, Entry];
    const [second, b] = sorted[i] as [string, Entry];
    if (b.begin < a.end) {
      throw new ModelError(found('weights-overlap', { file, first, second }));
    }
  }
}

let halfTable: Float32Array | undefined;

/** fp32 value of all 65536 half-precision bit patterns. */
function halfValues(): Float32Array {
  if (halfTable === undefined) {
    halfTable = new Float32Array(65536);
    for (let bits = 0; bits < 65536; bits++) {
      const exponent = (bits >> 10) & 31;
      const fraction = bits & 1023;
      const magnitude =
        exponent === 31
          ? fraction === 0
            ? Infinity
            : NaN
          : exponent === 0
            ? fraction * 2 ** -24
            : (1024 + fraction) * 2 ** (exponent - 25);
      halfTable[bits] = bits & 0x8000 ? -magnitude : magnitude;
    }
  }
  return halfTable;
}

/** Little-endian F32, F16 or BF16 bytes as fp32, or undefined for another type. */
export function decodeFloats(dtype: string, bytes: Uint8Array): Float32Array | undefined {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  if (dtype === 'F32') return new Float32Array(aligned.buffer, aligned.byteOffset, bytes.length / 4);
  if (dtype !== 'F16' && dtype !== 'BF16') return undefined;
  const raw = new Uint16Array(aligned.buffer, aligned.byteOffset, bytes.length / 2);
  const out = new Float32Array(raw.length);
  if (dtype === 'F16') {
    const table = halfValues();
    for (let i = 0; i < raw.length; i++) out[i] = table[raw[i] as number] as number;
  } else {
    const words = new Int32Array(out.buffer);
    for (let i = 0; i < raw.length; i++) words[i] = (raw[i] as number) << 16;
  }
  return out;
}

/** Place of the first infinity or NaN, -1 without one. Exponents are compared as integers: models have 10^9 weights. */
function firstNotFinite(values: Float32Array): number {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) if (((words[i] as number) & 0x7f800000) === 0x7f800000) return i;
  return -1;
}

/**
 * Opens one .safetensors file: reads and checks the header, not the data.
 * @param file what error messages call the file.
 * @throws ModelError when the header is wrong in any way.
 */
export async function openSafetensors(source: ByteSource, file = 'model.safetensors'): Promise<TensorStore> {
  if (isLfsPointer(await source.read(0, 64))) throw new ModelError(found('file-pointer', { file }));
  const prefix = await source.read(0, 8);
  if (source.size < 8 || prefix.length < 8)
    throw new ModelError(found('weights-cut-off', { file, bytes: source.size }));
  let length = 0;
  for (let i = 7; i >= 0; i--) length = length * 256 + (prefix[i] as number);
  if (length > MAX_HEADER || length < 2) throw new ModelError(found('weights-header-length', { file, length }));
  if (8 + length > source.size)
    throw new ModelError(found('weights-header-longer', { file, length, bytes: source.size }));
  const headerBytes = await source.read(8, length);
  if (headerBytes.length !== length) throw new ModelError(found('weights-header-unread', { file }));
  let header: unknown;
  try {
    header = JSON.parse(decodeUtf8(headerBytes));
  } catch {
    throw new ModelError(found('weights-header-not-json', { file }));
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw new ModelError(found('weights-header-no-object', { file }));
  const dataStart = 8 + length;
  const entries = new Map<string, Entry>();
  for (const [name, value] of Object.entries(header)) {
    if (name !== '__metadata__') entries.set(name, parseEntry(file, name, value, source.size - dataStart));
  }
  checkOverlap(file, entries);
  return {
    names: [...entries.keys()],
    info: (name) => entries.get(name),
    rows: async (name, start, count) => {
      const entry = entries.get(name);
      const at = { file, tensor: name };
      if (entry === undefined) throw new ModelError(found('weights-tensor-not-there', at));
      const rows = entry.shape[0] ?? 1;
      if (start < 0 || count < 0 || start + count > rows) {
        throw new RangeError(`Rows ${start} to ${start + count} of tensor "${name}" with ${rows} rows.`);
      }
      const rowBytes = rows === 0 ? 0 : (entry.end - entry.begin) / rows;
      const bytes = await source.read(dataStart + entry.begin + start * rowBytes, count * rowBytes);
      if (bytes.length !== count * rowBytes) throw new ModelError(found('weights-tensor-cut-off', at));
      const values = decodeFloats(entry.dtype, bytes);
      if (values === undefined) {
        throw new ModelError(found('weights-tensor-type', { ...at, type: entry.dtype }));
      }
      const bad = firstNotFinite(values);
      if (bad >= 0) {
        const row = start + Math.floor((bad / values.length) * count);
        throw new ModelError(found('weights-not-finite', { ...at, value: values[bad] as number, row }));
      }
      return values;
    },
  };
}

/**
 * Opens a sharded model by its model.safetensors.index.json.
 * @param open gives the bytes of a shard by its file name (no folders in it: such names are refused here).
 * @throws ModelError when the index or a shard is wrong, or a shard lacks a tensor the index promises.
 */
export async function openSharded(
  indexText: string,
  open: (file: string) => Promise<ByteSource>,
): Promise<TensorStore> {
  const file = 'model.safetensors.index.json';
  if (isLfsPointer(indexText)) throw new ModelError(found('file-pointer', { file }));
  let index: unknown;
  try {
    index = parseJson(indexText);
  } catch {
    throw new ModelError(found('index-not-json', { file }));
  }
  const map = typeof index === 'object' && index !== null ? (index as Record<string, unknown>).weight_map : undefined;
  if (typeof map !== 'object' || map === null) throw new ModelError(found('index-without-map', { file }));
  const shards = new Map<string, TensorStore>();
  const where = new Map<string, TensorStore>();
  for (const [tensor, name] of Object.entries(map)) {
    if (typeof name !== 'string' || !/^[\w][\w.-]*\.safetensors$/.test(name)) {
      throw new ModelError(found('index-shard-name', { file, tensor, shard: JSON.stringify(name) }));
    }
    let shard = shards.get(name);
    if (shard === undefined) {
      shard = await openSafetensors(await open(name), name);
      shards.set(name, shard);
    }
    if (shard.info(tensor) === undefined) {
      throw new ModelError(found('index-tensor-missing', { file: name, tensor, index: file }));
    }
    where.set(tensor, shard);
  }
  return {
    names: [...where.keys()],
    info: (name) => where.get(name)?.info(name),
    rows: async (name, start, count) => {
      const shard = where.get(name);
      if (shard === undefined) throw new ModelError(found('weights-tensor-not-there', { file, tensor: name }));
      return shard.rows(name, start, count);
    },
  };
}
