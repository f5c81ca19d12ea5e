import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cacheInFourBits,
  dequantize,
  FixedSum,
  fixedDot,
  fixedSum,
  fixedToFloat,
  hadamard,
  integerDot,
  quantizeDynamic,
  quantizeStatic,
  toFixed,
} from './arithmetic.ts';
import { quantizeRows, rotateRows } from './quantize.ts';
import { ropeFrequencies, ropeRows } from './rope.ts';
import { LLAMA_3_2_1B, MOBY_LLAMA_1M } from './samples.ts';
import { sample, topCandidates, uniform } from './sampling.ts';

const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const moderate = fc.float({ noNaN: true, min: -1000, max: 1000 });

test('fixed point rounds half away from zero and saturates', () => {
  const unit = 2 ** -32;
  for (const [x, expected] of [
    [0, 0n],
    [unit, 1n],
    [unit / 2, 1n],
    [-unit / 2, -1n],
    [unit * 1.5, 2n],
    [unit * 0.49, 0n],
    [-unit * 2.5, -3n],
    [1, 4294967296n],
  ] as const) {
    expect(toFixed(x)).toBe(expected);
  }
  expect(toFixed(2 ** 31)).toBe(2n ** 63n - 1n);
  expect(toFixed(-(2 ** 31))).toBe(-(2n ** 63n));
  expect(toFixed(Math.fround(3e38))).toBe(2n ** 63n - 1n);
});

test('sums come back rounded once, to nearest even', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (sum) => {
      // Nearest among the neighbouring fp32 values, compared exactly.
      const got = fixedToFloat(sum) * 2 ** 32;
      const bits = new Uint32Array(new Float32Array([got]).buffer);
      for (const step of [-1, 1]) {
        const neighbour = new Float32Array(Uint32Array.of((bits[0] as number) + step).buffer)[0] as number;
        if (!Number.isFinite(neighbour) || got === 0) continue;
        const distance = (value: number): bigint => (BigInt(value) > sum ? BigInt(value) - sum : sum - BigInt(value));
        if (Number.isInteger(neighbour)) expect(distance(got) <= distance(neighbour)).toBe(true);
      }
    }),
  );
});

test('the fast sums equal the exact ones, in any order', () => {
  for (const values of [float, moderate]) {
    fc.assert(
      fc.property(fc.array(fc.tuple(values, values), { minLength: 1, maxLength: 40 }), (pairs) => {
        const a = Float32Array.from(pairs, ([x]) => x);
        const b = Float32Array.from(pairs, ([, y]) => y);
        let products = 0n;
        let plain = 0n;
        for (let i = pairs.length - 1; i >= 0; i--) {
          const product = Math.fround((a[i] as number) * (b[i] as number));
          products = BigInt.asIntN(64, products + toFixed(product));
          plain = BigInt.asIntN(64, plain + toFixed(a[i] as number));
        }
        expect(fixedDot(a, 0, b, 0, a.length)).toBe(fixedToFloat(products));
        expect(fixedSum(a)).toBe(fixedToFloat(plain));
        const running = new FixedSum();
        for (const x of a) running.add(x);
        expect(running.value()).toBe(fixedToFloat(plain));
      }),
      { numRuns: 500 },
    );
  }
  // Ties, which the fast path treats apart.
  const ties = Float32Array.from([0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 2.5], (x) => x * 2 ** -32);
  expect(fixedSum(ties) * 2 ** 32).toBe(1 - 1 + 2 - 2 + 3 - 3 + 3);
});

test('dynamic quantization', () => {
  const out = new Int32Array(5);
  const x = Float32Array.of(-1, 0.5, 1.27, 0.004, 0);
  expect(quantizeDynamic(x, 8, true, out)).toEqual({ scale: Math.fround(Math.fround(1.27) / 127), offset: 0 });
  expect([...out]).toEqual([-100, 50, 127, 0, 0]);
  expect(quantizeDynamic(Float32Array.of(-1, 2, 0.5), 4, false, out)).toEqual({ scale: Math.fround(0.2), offset: -1 });
  expect([...out.subarray(0, 3)]).toEqual([0, 15, 8]);
  expect(quantizeDynamic(new Float32Array(4), 8, true, out).scale).toBe(1);
  expect(quantizeDynamic(new Float32Array(4).fill(3), 4, false, out)).toEqual({ scale: 1, offset: 3 });
  expect([
    quantizeStatic(1, 1e9, false),
    quantizeStatic(-1, 1e9, false),
    quantizeStatic(-1, 3, true),
    quantizeStatic(0.5, 1, true),
    quantizeStatic(-0.5, 1, false),
  ]).toEqual([127, -128, 0, 1, -1]);
});

test('quantized products come close to the real ones', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(moderate, moderate), { minLength: 8, maxLength: 64 }),
      fc.boolean(),
      (pairs, symmetric) => {
        const x = Float32Array.from(pairs, ([v]) => v);
        const w = Float32Array.from(pairs, ([, v]) => v);
        const k = x.length;
        const rows = quantizeRows(w, k, 'int8');
        const ints = new Int32Array(k);
        const token = quantizeDynamic(x, 8, symmetric, ints);
        const acc = integerDot(ints, rows.values as Int8Array, 0, k);
        const y = dequantize(acc, token, symmetric, rows.scales[0] as number, rows.sums[0] as number);
        let exact = 0;
        let bound = 1e-3;
        const maxX = x.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
        const maxW = w.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
        for (let i = 0; i < k; i++) {
          exact += (x[i] as number) * (w[i] as number);
          // Each factor is off by at most half a step.
          bound += (Math.abs(x[i] as number) * maxW) / 253 + ((Math.abs(w[i] as number) + maxW / 127) * maxX) / 253;
        }
        expect(Math.abs(y - exact)).toBeLessThan(bound);
      },
    ),
    { numRuns: 300 },
  );
});

describe('weights with scales of groups', () => {
  const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-6 * (1 + Math.abs(b));

  test.each(['ternary', 'int2', 'int4'] as const)(
    '%s: the nearest level of a step that is a multiple of 4 bits',
    (format) => {
      const levels = { ternary: [-1, 0, 1], int2: [-3, -1, 1, 3], int4: Array.from({ length: 15 }, (_, i) => i - 7) }[
        format
      ];
      fc.assert(
        fc.property(fc.array(moderate, { minLength: 32, maxLength: 32 }), (list) => {
          const w = Float32Array.from(list);
          const { values, scales, sums, groups } = quantizeRows(w, 32, format, 8);
          expect([...(groups ?? [])].every((m) => Number.isInteger(m) && m >= 0 && m <= 15)).toBe(true);
          if (w.some((v) => v !== 0)) expect(Math.max(...(groups ?? []))).toBe(15);
          let sum = 0;
          for (let i = 0; i < 32; i++) {
            const multiple = groups?.[Math.floor(i / 8)] as number;
            const step = multiple * (scales[0] as number);
            const off = levels.map((level) => Math.abs((w[i] as number) - level * step));
            expect(levels).toContain(values[i]);
            expect(near(Math.abs((w[i] as number) - (values[i] as number) * step), Math.min(...off))).toBe(true);
            sum += multiple * (values[i] as number);
          }
          expect(sums[0]).toBe(Math.fround((scales[0] as number) * sum));
        }),
        { numRuns: 100 },
      );
    },
  );

  test('int2: no step fits the weights better than its own, to a few percent; zeros stay zeros', () => {
    const w = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i * i));
    const errorOf = (step: number): number =>
      w.reduce((sum, v) => sum + Math.min(...[-3, -1, 1, 3].map((level) => (v - level * step) ** 2)), 0);
    const { scales, groups } = quantizeRows(w, 64, 'int2');
    expect(groups).toBeUndefined();
    for (let step = 0.05; step < 1; step += 0.05)
      expect(errorOf(scales[0] as number)).toBeLessThan(1.02 * errorOf(step));
    const zeros = quantizeRows(new Float32Array(16), 16, 'int2');
    expect([...zeros.scales, ...zeros.sums]).toEqual([0, 0]);
    const half = quantizeRows(Float32Array.of(0, 0, 1, -1), 4, 'int2', 2);
    expect([...(half.groups ?? [])]).toEqual([0, 15]);
  });
});

describe('ternary weights', () => {
  test('weights that are ternary already come out as they are, however few of them are not 0', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(-1, 0, 1), { minLength: 32, maxLength: 32 }),
        moderate.map((v) => Math.fround(Math.abs(v) + 0.01)),
        (list, magnitude) => {
          for (const trits of [list, list.map((trit, i) => (i === 5 ? trit : 0))]) {
            const { values, scales, groups } = quantizeRows(
              Float32Array.from(trits, (trit) => trit * magnitude),
              32,
              'ternary',
            );
            expect(groups).toBeUndefined();
            expect([...values].map((v) => v + 0)).toEqual(trits.map((v) => v + 0));
            if (trits.some((trit) => trit !== 0)) expect(scales[0]).toBe(magnitude);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('no step fits the weights better than its own, to a few percent; a row of zeros has the scale 0', () => {
    const w = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i * i));
    const errorOf = (step: number): number =>
      w.reduce((sum, v) => sum + Math.min(...[-1, 0, 1].map((level) => (v - level * step) ** 2)), 0);
    const { scales } = quantizeRows(w, 64, 'ternary');
    for (let step = 0.05; step < 1.5; step += 0.05)
      expect(errorOf(scales[0] as number)).toBeLessThan(1.02 * errorOf(step));
    const zeros = quantizeRows(new Float32Array(16), 16, 'ternary');
    expect([...zeros.scales, ...zeros.sums, ...zeros.values]).toEqual(new Array(18).fill(0));
  });
});

test('weights: one scale per row, within the format, sums', () => {
  const { values, scales, sums } = quantizeRows(Float32Array.of(7, -3.5, 0.4, 0, 0, 0), 3, 'int4');
  expect([...values]).toEqual([7, -4, 0, 0, 0, 0]);
  expect([...scales]).toEqual([1, 1]);
  expect([...sums]).toEqual([3, 0]);
});

test.each([
  [16, 16],
  [2, 2],
  [24, 8],
  [48, 16],
  [44, 4],
  [6, 2],
])(
  'the Hadamard rotation of %i channels is its own inverse, matches the definition in blocks of %i and keeps products',
  (n, block) => {
    const x = Float32Array.from({ length: n }, (_, i) => Math.sin(i * 7 + 1));
    const rotated = x.slice();
    hadamard(rotated);
    for (let i = 0; i < n; i++) {
      let sum = 0;
      const start = i - (i % block);
      for (let j = start; j < start + block; j++) {
        let ones = (i - start) & (j - start);
        let parity = 0;
        for (; ones > 0; ones >>= 1) parity ^= ones & 1;
        sum += (parity === 1 ? -1 : 1) * (x[j] as number);
      }
      expect(rotated[i]).toBeCloseTo(sum / Math.sqrt(block), 5);
    }
    const w = Float32Array.from({ length: 2 * n }, (_, i) => Math.cos(i * 3));
    const turned = w.slice();
    rotateRows(turned, n);
    for (let r = 0; r < 2; r++) {
      const dot = (a: Float32Array, b: Float32Array): number =>
        a.reduce((sum, v, i) => sum + v * (b[r * n + i] as number), 0);
      expect(dot(rotated, turned)).toBeCloseTo(dot(x, w), 4);
    }
    hadamard(rotated);
    rotated.forEach((v, i) => {
      expect(v).toBeCloseTo(x[i] as number, 5);
    });
  },
);

test('an odd number of channels has no Hadamard rotation', () => {
  for (const n of [0, 1, 15]) expect(() => hadamard(new Float32Array(n))).toThrow('even number of channels');
});

test('RoPE frequencies: plain, and Llama 3 scaling in its three ranges', () => {
  const plain = ropeFrequencies(MOBY_LLAMA_1M);
  plain.forEach((f, c) => {
    expect(f).toBeCloseTo(1 / 10000 ** (c / 8), 12);
  });
  const scaled = ropeFrequencies(LLAMA_3_2_1B);
  const unscaled = ropeFrequencies({ ...LLAMA_3_2_1B, ropeScaling: null });
  const ratio = [...scaled].map((f, c) => (unscaled[c] as number) / f);
  expect(ratio[0]).toBe(1);
  expect(ratio[31]).toBeCloseTo(32, 9);
  const between = ratio.filter((r) => r > 1.0001 && r < 31.999);
  expect(between.length).toBeGreaterThan(0);
  for (let c = 1; c < 32; c++) expect(ratio[c] as number).toBeGreaterThanOrEqual(ratio[c - 1] as number);
  const rows = ropeRows(MOBY_LLAMA_1M, 5, 2);
  expect(rows).toHaveLength(2 * 8 * 2);
  expect(rows[0]).toBe(Math.fround(Math.cos(5)));
  expect(rows[1]).toBe(Math.fround(Math.sin(5)));
});

test('sampling: order, determinism, and frequencies', () => {
  const logits = Float32Array.of(1, 3, 3, 2, -1, 3);
  expect(topCandidates(logits, 4)).toEqual([1, 2, 5, 3]);
  expect(topCandidates(logits, 10)).toEqual([1, 2, 5, 3, 0, 4]);
  expect(sample(logits, { temperature: 0, topK: 4, seed: 1 }, 0)).toBe(1);
  expect(sample(logits, { temperature: 2, topK: 1, seed: 1 }, 0)).toBe(1);
  const two = Float32Array.of(0, Math.log(3), -5);
  let high = 0;
  for (let position = 0; position < 4000; position++) {
    const id = sample(two, { temperature: 1, topK: 2, seed: 42 }, position);
    expect(id).not.toBe(2);
    if (id === 1) high++;
  }
  expect(high / 4000).toBeGreaterThan(0.72);
  expect(high / 4000).toBeLessThan(0.78);
  fc.assert(
    fc.property(fc.nat(0xffffffff), fc.nat(1e6), (seed, position) => {
      const u = uniform(seed, position);
      // The definition, in arbitrary precision.
      const mask = 0xffffffffn;
      let z = (BigInt(seed) + 0x9e3779b9n * BigInt(position + 1)) & mask;
      z ^= z >> 16n;
      z = (z * 0x85ebca6bn) & mask;
      z ^= z >> 13n;
      z = (z * 0xc2b2ae35n) & mask;
      z ^= z >> 16n;
      expect(u).toBe(Number(z >> 8n) / 2 ** 24);
    }),
  );
});

test('a cache of 4 bits gives back m * q, whose lowest bits in four channels are m - 1', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -128, max: 127 }), { minLength: 24, maxLength: 24 }),
      fc.integer({ min: 0, max: 7 }),
      (numbers, shift) => {
        const value = Int8Array.from(numbers, (x) => x >> shift);
        const stored = value.slice();
        cacheInFourBits(stored, 12);
        for (const from of [0, 12]) {
          const group = value.subarray(from, from + 12);
          const m = Math.min(16, Math.max(1, Math.ceil(Math.max(...Array.from(group, Math.abs)) / 7)));
          group.forEach((x, i) => {
            const q = (stored[from + i] as number) / m;
            expect(Number.isInteger(q) && q >= -8 && q <= 7).toBe(true);
            const carries = i < 4;
            if (carries) expect(q & 1).toBe(((m - 1) >> i) & 1);
            const levels = Array.from({ length: 16 }, (_, level) => level - 8);
            const possible = levels.filter((level) => !carries || ((level ^ q) & 1) === 0);
            expect(Math.abs(x - m * q)).toBe(Math.min(...possible.map((level) => Math.abs(x - m * level))));
          });
        }
      },
    ),
  );
});
