/**
 * `matmul` of the float forward pass with vector instructions: a small WebAssembly module, written out here so that the
 * runner stays one file. Every sum is added in the same order in double precision, so results are the same bits.
 */

/** Tokens that are multiplied side by side: four vectors of two doubles. */
const GROUP = 8;
const VECTORS = GROUP / 2;
const PAGE = 65536;

const F64 = { add: [0xf0, 0x01], mul: [0xf2, 0x01], promote: [0x5f] } as const;
/** Parameters (addresses and counts in bytes and rows), then locals. */
const [W, SIDE, ROW_BYTES, ROWS, OUT, P, A, B, END, X, Y, T, SUMS] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
] as const;

const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const constant = (value: number): number[] => [0x41, ...signed(value)];
const simd = (...code: readonly number[]): number[] => [0xfd, ...code];
const plus = (local: number, value: number): number[] => [...get(local), ...constant(value), 0x6a, ...set(local)];

function signed(value: number): number[] {
  const out: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    const byte = rest & 0x7f;
    const last = rest >> 7 === (byte & 0x40 ? -1 : 0);
    out.push(last ? byte : byte | 0x80);
    if (last) return out;
  }
}

function unsigned(value: number): number[] {
  const out: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    out.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) return out;
  }
}

const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
const section = (id: number, bytes: readonly number[]): number[] => [id, ...sized(bytes)];
const text = (name: string): number[] => sized([...name].map((letter) => letter.charCodeAt(0)));
const loop = (body: readonly number[]): number[] => [0x03, 0x40, ...body, 0x0b];

/** dots(w, side, rowBytes, rows, out): rows are taken two at a time. */
function code(): number[] {
  const eight = Array.from({ length: 2 * VECTORS }, (_, sum) => SUMS + sum);
  // weight as both doubles of a vector
  const weight = (address: number, into: number): number[] => [
    ...get(address),
    ...simd(0x09, 2, 0),
    ...simd(...F64.promote),
    ...set(into),
  ];
  const accumulate = (sum: number, factor: number): number[] => [
    ...get(sum),
    ...get(factor),
    ...get(T),
    ...simd(...F64.mul),
    ...simd(...F64.add),
    ...set(sum),
  ];
  const inner = loop([
    ...weight(A, X),
    ...weight(B, Y),
    ...Array.from({ length: VECTORS }, (_, v) => [
      ...get(P),
      ...simd(0x00, 4, 16 * v),
      ...set(T),
      ...accumulate(SUMS + v, X),
      ...accumulate(SUMS + VECTORS + v, Y),
    ]).flat(),
    ...plus(P, 8 * GROUP),
    ...plus(A, 4),
    ...plus(B, 4),
    ...[...get(A), ...get(END), 0x49, 0x0d, 0],
  ]);
  const rows = loop([
    ...eight.flatMap((sum) => [...simd(0x0c, ...new Array<number>(16).fill(0)), ...set(sum)]),
    ...[...get(SIDE), ...set(P)],
    ...[...get(W), ...set(A)],
    ...[...get(W), ...get(ROW_BYTES), 0x6a, 0x22, END, ...set(B)],
    ...inner,
    ...eight.flatMap((sum, index) => [...get(OUT), ...get(sum), ...simd(0x0b, 4, ...unsigned(16 * index))]),
    ...plus(OUT, 2 * 8 * GROUP),
    ...[...get(B), ...set(W)],
    ...plus(ROWS, -2),
    ...[...get(ROWS), ...constant(0), 0x4a, 0x0d, 0],
  ]);
  const [I32, V128] = [0x7f, 0x7b];
  const locals = vector([
    [END - P + 1, I32],
    [T - X + 1 + eight.length, V128],
  ]);
  return [...locals, ...rows, 0x0b];
}

function assemble(): Uint8Array<ArrayBuffer> {
  const i32 = [0x7f];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector([[0x60, ...vector([i32, i32, i32, i32, i32]), ...vector([])]])),
    ...section(2, vector([[...text('e'), ...text('memory'), 0x02, 0x00, 0x01]])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...text('dots'), 0x00, 0x00]])),
    ...section(10, vector([sized(code())])),
  ]);
}

interface Dots {
  readonly memory: WebAssembly.Memory;
  dots(w: number, side: number, rowBytes: number, rows: number, out: number): void;
}

let instance: Dots | undefined;

/** The module with at least so much memory. */
function dotsWith(bytes: number): Dots {
  if (instance === undefined) {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble()), { e: { memory } });
    instance = { memory, dots: exports['dots'] as Dots['dots'] };
  }
  const missing = bytes - instance.memory.buffer.byteLength;
  if (missing > 0) instance.memory.grow(Math.ceil(missing / PAGE));
  return instance;
}

/** `y[t][first + o] = sum_i x[t][i] * w[o][i]`, as `matmul` computes it. */
export function wideProduct(
  x: Float64Array,
  w: Float32Array,
  tokens: number,
  k: number,
  y: Float64Array,
  first: number,
): void {
  const rows = w.length / k;
  const n = y.length / tokens;
  const even = rows + (rows % 2);
  const [sideAt, outAt] = [0, 8 * GROUP * k];
  const weightsAt = outAt + 8 * GROUP * even;
  const { memory, dots } = dotsWith(weightsAt + 4 * even * k);
  const side = new Float64Array(memory.buffer, sideAt, GROUP * k);
  const out = new Float64Array(memory.buffer, outAt, GROUP * even);
  const weights = new Float32Array(memory.buffer, weightsAt, even * k);
  weights.set(w);
  weights.fill(0, w.length);
  for (let t = 0; t < tokens; t += GROUP) {
    const count = Math.min(GROUP, tokens - t);
    if (count < GROUP) side.fill(0);
    for (let j = 0; j < count; j++) for (let i = 0; i < k; i++) side[i * GROUP + j] = x[(t + j) * k + i] as number;
    dots(weightsAt, sideAt, 4 * k, even, outAt);
    for (let o = 0; o < rows; o++)
      for (let j = 0; j < count; j++) y[(t + j) * n + first + o] = out[o * GROUP + j] as number;
  }
}
