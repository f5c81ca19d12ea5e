import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ModelError } from './model-error.ts';
import { type ByteSource, decodeUtf8, openSafetensors, openSharded } from './safetensors.ts';

function source(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) };
}

/** A file with the given header text and data. */
function file(header: string, data: Uint8Array, claimed?: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(claimed ?? text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

function oneTensor(dtype: string, shape: number[], data: Uint8Array, offsets = [0, data.length]): Uint8Array {
  return file(JSON.stringify({ __metadata__: { format: 'pt' }, a: { dtype, shape, data_offsets: offsets } }), data);
}

async function failure(bytes: Uint8Array): Promise<string> {
  try {
    const store = await openSafetensors(source(bytes));
    for (const name of store.names) await store.rows(name, 0, store.info(name)?.shape[0] ?? 1);
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError);
    return (error as Error).message;
  }
}

describe('values', () => {
  test('F32, F16 and BF16 by rows', async () => {
    const f32 = new Uint8Array(new Float32Array([1, 2, 3, 4, 5, -6]).buffer);
    const store = await openSafetensors(source(oneTensor('F32', [3, 2], f32)));
    expect([...(await store.rows('a', 1, 2))]).toEqual([3, 4, 5, -6]);
    await expect(store.rows('a', 2, 2)).rejects.toThrow(RangeError);
    await expect(store.rows('b', 0, 1)).rejects.toThrow('"b" is missing');
    // Half precision: 1, -2, largest, smallest normal, smallest subnormal, largest subnormal, -0.
    const halves = new Uint8Array(new Uint16Array([0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x03ff, 0x8000]).buffer);
    const half = await openSafetensors(source(oneTensor('F16', [7], halves)));
    expect([...(await half.rows('a', 0, 7))]).toEqual([1, -2, 65504, 2 ** -14, 2 ** -24, 1023 * 2 ** -24, -0]);
    const brain = new Uint8Array(new Uint16Array([0x3f80, 0xc049]).buffer);
    const bf16 = await openSafetensors(source(oneTensor('BF16', [2], brain)));
    expect([...(await bf16.rows('a', 0, 2))]).toEqual([1, -3.140625]);
  });

  test('non-finite values are reported with tensor and row', async () => {
    const data = new Uint8Array(new Float32Array([1, 2, 3, Number.NaN, 5, 6]).buffer);
    expect(await failure(oneTensor('F32', [3, 2], data))).toMatch(/"a" holds NaN in row 1/);
    const infinite = new Uint8Array(new Uint16Array([0x3c00, 0xfc00]).buffer);
    expect(await failure(oneTensor('F16', [2], infinite))).toMatch(/"a" holds -Infinity in row 1/);
  });
});

test('lying headers are refused', async () => {
  const data = new Uint8Array(24);
  const entry = { dtype: 'F32', shape: [3, 2], data_offsets: [0, 24] };
  const text = JSON.stringify({ a: entry });
  expect(await failure(new Uint8Array(5))).toMatch(/only 5 bytes long/);
  expect(await failure(file(text, data, 1000))).toMatch(/claims 1000 bytes, but the file has/);
  expect(await failure(file(text, data, 2 ** 52))).toMatch(/claims 4503599627370496 bytes/);
  expect(await failure(file('{"a": ', data))).toMatch(/not valid JSON/);
  expect(await failure(file('[]', data))).toMatch(/no object/);
  expect(await failure(file(text, data.subarray(0, 20)))).toMatch(/bytes 0 to 24, outside the 20 bytes/);
  expect(await failure(oneTensor('F32', [3, 3], data))).toMatch(/shape \[3, 3\] of F32 \(36 bytes\), but 24 bytes/);
  expect(await failure(oneTensor('F32', [3, -2], data))).toMatch(/no valid shape/);
  expect(await failure(oneTensor('F32', [3, 2.5], data))).toMatch(/no valid shape/);
  expect(await failure(oneTensor('F32', [3, 2], data, [24, 0]))).toMatch(/bytes 24 to 0/);
  expect(await failure(oneTensor('I8', [24], data))).toMatch(/type I8; convert/);
  expect(await failure(oneTensor('constructor', [24], data))).toMatch(/type constructor; convert/);
  const overlap = { a: entry, b: { dtype: 'F32', shape: [2], data_offsets: [16, 24] } };
  expect(await failure(file(JSON.stringify(overlap), data))).toMatch(/"a" and "b" overlap/);
  for (const value of [null, 3, 'x', {}, { dtype: 'F32' }, { dtype: 'F32', shape: [1], data_offsets: [0] }]) {
    expect(await failure(file(JSON.stringify({ a: value }), data))).toMatch(/entry of tensor "a"/);
  }
});

test('damaged files never do anything but fail with a sentence', async () => {
  const good = oneTensor('F16', [2, 3], new Uint8Array(12));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }),
      fc.nat(good.length),
      async (changes, length) => {
        const bytes = good.slice(0, changes.length === 0 ? length : good.length);
        for (const [at, value] of changes) bytes[at] = value;
        await failure(bytes);
      },
    ),
    { numRuns: 1500 },
  );
});

test('shards', async () => {
  const shards: Record<string, Uint8Array> = {
    'model-1.safetensors': oneTensor('F32', [1], new Uint8Array(new Float32Array([7]).buffer)),
    'model-2.safetensors': file('{"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', new Uint8Array(4)),
  };
  const open = async (name: string): Promise<ByteSource> => source(shards[name] as Uint8Array);
  const index = (map: unknown): string => JSON.stringify({ weight_map: map });
  const store = await openSharded(index({ a: 'model-1.safetensors', b: 'model-2.safetensors' }), open);
  expect([...store.names]).toEqual(['a', 'b']);
  expect((await store.rows('a', 0, 1))[0]).toBe(7);
  await expect(store.rows('c', 0, 1)).rejects.toThrow('"c" is missing');
  await expect(openSharded(index({ b: 'model-1.safetensors' }), open)).rejects.toThrow('although');
  for (const name of ['../x.safetensors', '/etc/x.safetensors', 'a/b.safetensors', 'x.bin', 3]) {
    await expect(openSharded(index({ a: name }), open)).rejects.toThrow('no file name of a shard');
  }
  await expect(openSharded('{', open)).rejects.toThrow('not valid JSON');
  await expect(openSharded('{}', open)).rejects.toThrow('weight_map');
});

test('UTF-8 is decoded as the platform does it, apart from how many U+FFFD stand for broken bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => decodeUtf8(new TextEncoder().encode(text)) === text),
  );
  const collapse = (text: string): string => text.replace(/\ufffd+/g, '\ufffd');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const expected = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
      expect(collapse(decodeUtf8(bytes))).toBe(collapse(expected));
    }),
    { numRuns: 2000 },
  );
});
