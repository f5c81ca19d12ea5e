import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Architecture, type LinearRole, linearShape } from './architecture.ts';
import { calibrate, headScaleValues } from './calibrate.ts';
import { imageBytes, renderImage } from './images.ts';
import type { ImageLayout, ImageSpec, Lanes } from './manifest.ts';
import { quantizeRows, rotateRows } from './quantize.ts';
import { type Recipe, recipeByName, type WeightFormat } from './recipe.ts';
import { LLAMA_3_2_1B } from './samples.ts';
import { syntheticWeights } from './synthetic.ts';
import { type QuantizedTensors, quantizedTensors } from './tensors.ts';
import { wholeMatrix } from './weights.ts';

/** Sizes that divide nothing evenly, so that every kind of padding occurs. */
const MODEL: Architecture = {
  ...LLAMA_3_2_1B,
  name: 'odd',
  layers: 2,
  hidden: 20,
  heads: 6,
  kvHeads: 3,
  headDim: 6,
  ffn: 16,
  vocab: 37,
  maxPositions: 64,
  bos: 0,
  eos: [1],
};
const weights = syntheticWeights(MODEL);

function recipe(format: WeightFormat): Recipe {
  const found = recipeByName(format === 'fp32' ? 'fp32' : format === 'int8' ? 'w8a8kv8' : 'w4a4kv8');
  if (found === undefined) throw new Error('recipe');
  if (format !== 'int2' && format !== 'int6' && format !== 'ternary') return found;
  const linear = { ...found.qkvo, weights: format };
  return { ...found, qkvo: linear, ffn: linear, lmHead: linear };
}

async function tensorsOf(format: WeightFormat): Promise<QuantizedTensors> {
  return quantizedTensors(weights, recipe(format), format === 'fp32' ? null : await calibrate(weights, [0, 5, 9, 30]));
}

/** The images of the ports of an engine. */
const renderPorts = (
  ports: number,
  tensors: QuantizedTensors,
  spec: (port: number) => Omit<ImageSpec, 'name'>,
): Promise<Uint8Array[]> =>
  Promise.all(Array.from({ length: ports }, (_, port) => render({ name: 'w', ...spec(port) }, tensors)));

/** Bytes of a word of so many elements. */
const wordBytesOf = (format: WeightFormat, elements: number): number =>
  format === 'int6'
    ? (3 * Math.max(4, powerOfTwo(elements))) / 4
    : powerOfTwo((elements * { fp32: 32, int8: 8, int4: 4, int2: 2, ternary: 2 }[format]) / 8);

/** Bytes of a word of a port: words of 6-bit weights lie in memory without gaps, whatever the port. */
const portBytesOf = (format: WeightFormat, elements: number): number =>
  format === 'int6' ? Math.max(4, powerOfTwo(elements)) : wordBytesOf(format, elements);

/** Words of a port that hold so many words of weights. */
const portWordsOf = (format: WeightFormat, elements: number, words: number): number =>
  Math.ceil((words * wordBytesOf(format, elements)) / portBytesOf(format, elements));

async function render(spec: ImageSpec, tensors: QuantizedTensors): Promise<Uint8Array> {
  const out = new Uint8Array(imageBytes(spec));
  let at = 0;
  await renderImage(spec, tensors, (chunk) => {
    out.set(chunk, at);
    at += chunk.length;
  });
  expect(at).toBe(out.length);
  return out;
}

function powerOfTwo(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, bytes)));
}

/** Where a stream carries channel c: the inverse of what the renderer uses, written from docs/runtime.md. */
function place(lanes: Lanes, channels: number, c: number): { lane: number; step: number; steps: number } {
  const steps = Math.ceil(channels / lanes.lanes);
  return lanes.order === 'blocked'
    ? { lane: Math.floor(c / steps), step: c % steps, steps }
    : { lane: c % lanes.lanes, step: Math.floor(c / lanes.lanes), steps };
}

/** Takes element e of the word at `base` and clears it, so that afterwards everything left must be padding. */
function take(bytes: Uint8Array, base: number, e: number, format: WeightFormat): number {
  if (format === 'fp32') {
    const view = new DataView(bytes.buffer);
    const value = view.getFloat32(base + 4 * e, true);
    view.setUint32(base + 4 * e, 0);
    return value;
  }
  // Elements follow one another from the lowest bit of the first byte.
  const bits = { int8: 8, int6: 6, int4: 4, int2: 2, ternary: 2 }[format];
  let value = 0;
  for (let b = 0; b < bits; b++) {
    const bit = bits * e + b;
    const at = base + (bit >> 3);
    value |= (((bytes[at] as number) >> (bit % 8)) & 1) << b;
    bytes[at] = (bytes[at] as number) & ~(1 << (bit % 8));
  }
  if (format === 'int2') return 2 * value - 3;
  return value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}

async function expectedRows(
  role: LinearRole,
  layer: number,
  format: WeightFormat,
): Promise<ReturnType<typeof quantizeRows>> {
  const { k } = linearShape(MODEL, role);
  const rows = await wholeMatrix(weights, role, layer);
  if (role === 'down_proj' && recipe(format).downHadamard) rotateRows(rows, k);
  return quantizeRows(rows, k, format);
}

const roles = fc.constantFrom<LinearRole>('q_proj', 'k_proj', 'o_proj', 'up_proj', 'down_proj', 'lm_head');
const formats = fc.constantFrom<WeightFormat>('fp32', 'int8', 'int6', 'int4', 'int2', 'ternary');
const lanes = fc.record({
  lanes: fc.constantFrom(1, 2, 4, 8),
  order: fc.constantFrom('blocked' as const, 'interleaved' as const),
});

describe('weights', () => {
  test('linear_prefill: every weight is where the array looks for it, the rest is 0', async () => {
    await fc.assert(
      fc.asyncProperty(
        roles,
        formats,
        fc.constantFrom(1, 2, 4, 8),
        fc.constantFrom(1, 2, 4),
        async (role, format, wp, wanted) => {
          const ports = Math.min(wanted, wp);
          const width = wp / ports;
          const { k, n } = linearShape(MODEL, role);
          const layers = role === 'lm_head' ? 1 : 2;
          const wordBytes = wordBytesOf(format, width);
          const words = Math.ceil(n / wp) * k;
          const tensors = await tensorsOf(format);
          const images = await renderPorts(ports, tensors, (port) => ({
            stage: 'prefill',
            wordBytes: portBytesOf(format, width),
            layout: { kind: 'weight_columns', format, wp, ports, port },
            segments: [{ role, layers, words: portWordsOf(format, width, words) }],
          }));
          const perLayer = portWordsOf(format, width, words) * portBytesOf(format, width);
          for (let layer = 0; layer < layers; layer++) {
            const { values } = await expectedRows(role, layer, format);
            for (let o = 0; o < n; o++) {
              for (let i = 0; i < k; i++) {
                const column = o % wp;
                const image = images[Math.floor(column / width)] as Uint8Array;
                const word = Math.floor(o / wp) * k + i;
                expect(take(image, layer * perLayer + word * wordBytes, column % width, format)).toBe(
                  values[o * k + i],
                );
              }
            }
          }
          for (const image of images) expect(image.every((byte) => byte === 0)).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('linear_decode: the same, for all lane orders', async () => {
    await fc.assert(
      fc.asyncProperty(
        roles,
        formats,
        lanes,
        lanes,
        fc.constantFrom(1, 2, 3, 4),
        fc.constantFrom(1, 2, 4),
        async (role, format, input, output, wp, wanted) => {
          const ports = Math.min(wanted, output.lanes);
          const perPort = output.lanes / ports;
          const { k, n } = linearShape(MODEL, role);
          const elements = perPort * wp;
          const wordBytes = wordBytesOf(format, elements);
          const outSteps = Math.ceil(n / output.lanes);
          const inSteps = Math.ceil(k / input.lanes);
          const words = Math.ceil(outSteps / wp) * inSteps * input.lanes;
          const tensors = await tensorsOf(format);
          const images = await renderPorts(ports, tensors, (port) => ({
            stage: 'decode',
            wordBytes: portBytesOf(format, elements),
            layout: { kind: 'weight_lanes', format, wp, ports, port, input, output },
            segments: [{ role, layers: 1, words: portWordsOf(format, elements, words) }],
          }));
          const { values } = await expectedRows(role, 0, format);
          for (let o = 0; o < n; o++) {
            const out = place(output, n, o);
            for (let i = 0; i < k; i++) {
              const inp = place(input, k, i);
              const word = (Math.floor(out.step / wp) * inSteps + inp.step) * input.lanes + inp.lane;
              const image = images[Math.floor(out.lane / perPort)] as Uint8Array;
              expect(take(image, word * wordBytes, (out.lane % perPort) * wp + (out.step % wp), format)).toBe(
                values[o * k + i],
              );
            }
          }
          for (const image of images) expect(image.every((byte) => byte === 0)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('linear_slices: the same, for all lane orders', async () => {
    await fc.assert(
      fc.asyncProperty(
        roles,
        formats,
        lanes,
        lanes,
        fc.constantFrom(1, 2, 3, 5),
        fc.constantFrom(1, 2, 4, 8),
        async (role, format, input, output, ports, wanted) => {
          const kp = input.lanes % wanted === 0 ? wanted : 1;
          const { k, n } = linearShape(MODEL, role);
          const elements = kp * output.lanes;
          const wordBytes = wordBytesOf(format, elements);
          const outSteps = Math.ceil(n / output.lanes);
          const inSteps = Math.ceil(k / input.lanes);
          const perTile = (inSteps * input.lanes) / kp;
          const tensors = await tensorsOf(format);
          const images = await renderPorts(ports, tensors, (port) => ({
            stage: 'decode',
            wordBytes: portBytesOf(format, elements),
            layout: { kind: 'weight_slices', format, kp, ports, port, input, output },
            segments: [
              {
                role,
                layers: 1,
                words: portWordsOf(format, elements, Math.max(0, Math.ceil((outSteps - port) / ports)) * perTile),
              },
            ],
          }));
          const { values } = await expectedRows(role, 0, format);
          for (let o = 0; o < n; o++) {
            const out = place(output, n, o);
            for (let i = 0; i < k; i++) {
              const inp = place(input, k, i);
              const position = inp.step * input.lanes + inp.lane;
              const word = Math.floor(out.step / ports) * perTile + Math.floor(position / kp);
              expect(
                take(
                  images[out.step % ports] as Uint8Array,
                  word * wordBytes,
                  (position % kp) * output.lanes + out.lane,
                  format,
                ),
              ).toBe(values[o * k + i]);
            }
          }
          for (const image of images) expect(image.every((byte) => byte === 0)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('segments follow one another, layers inside them', async () => {
    const tensors = await tensorsOf('int8');
    const layout: ImageLayout = { kind: 'weight_columns', format: 'int8', wp: 4, ports: 1, port: 0 };
    const segment = (role: LinearRole): ImageSpec['segments'][number] => ({
      role,
      layers: 2,
      words: Math.ceil(linearShape(MODEL, role).n / 4) * 20,
    });
    const spec = (names: LinearRole[]): ImageSpec => ({
      name: 'w',
      stage: 'prefill',
      wordBytes: 4,
      layout,
      segments: names.map(segment),
    });
    const both = await render(spec(['k_proj', 'gate_proj']), tensors);
    const apart = [await render(spec(['k_proj']), tensors), await render(spec(['gate_proj']), tensors)];
    expect([...both]).toEqual(apart.flatMap((bytes) => [...bytes]));
  });
});

/** Lanes of a float stream: word and position of channel c. */
function floatPlace(lane: Lanes | null, perWord: number, channels: number, c: number): { word: number; at: number } {
  if (lane === null) return { word: c, at: 0 };
  const p = place(lane, channels, c);
  return { word: p.step * Math.ceil(lane.lanes / perWord) + Math.floor(p.lane / perWord), at: p.lane % perWord };
}

test('channel scales and gammas, prefill and decode', async () => {
  const tensors = await tensorsOf('int4');
  const nullable = fc.option(lanes, { nil: null });
  await fc.assert(
    fc.asyncProperty(nullable, fc.constantFrom(1, 2, 4, 8), roles, async (lane, perWord, role) => {
      const { n } = linearShape(MODEL, role);
      const steps = (channels: number): number =>
        lane === null ? channels : Math.ceil(channels / lane.lanes) * Math.ceil(lane.lanes / perWord);
      const pairs = lane === null ? 1 : perWord;
      const { scales, sums } = await expectedRows(role, 0, 'int4');
      const image = await render(
        {
          name: 's',
          stage: 'decode',
          wordBytes: 8 * pairs,
          layout: { kind: 'channel_scales', lanes: lane, pairs },
          segments: [{ role, layers: 1, words: steps(n) }],
        },
        tensors,
      );
      for (let c = 0; c < n; c++) {
        const { word, at } = floatPlace(lane, perWord, n, c);
        expect(take(image, word * 8 * pairs, 2 * at, 'fp32')).toBe(scales[c]);
        expect(take(image, word * 8 * pairs, 2 * at + 1, 'fp32')).toBe(sums[c]);
      }
      expect(image.every((byte) => byte === 0)).toBe(true);
      const gamma = await weights.norm('ffn_norm', 1);
      const norm = await render(
        {
          name: 'g',
          stage: 'decode',
          wordBytes: 4 * pairs,
          layout: { kind: 'gamma', lanes: lane, width: pairs },
          segments: [{ role: 'ffn_norm', layers: 2, words: steps(20) }],
        },
        tensors,
      );
      for (let c = 0; c < 20; c++) {
        const { word, at } = floatPlace(lane, perWord, 20, c);
        expect(take(norm, (steps(20) + word) * 4 * pairs, at, 'fp32')).toBe(gamma[c]);
      }
    }),
    { numRuns: 40 },
  );
});

test('tables: RoPE, head scales, embedding', async () => {
  const tensors = await tensorsOf('int8');
  const base = { name: 't', stage: 'decode' } as const;
  const rope = await render(
    {
      ...base,
      wordBytes: 8,
      layout: { kind: 'rope_angles', positions: 10 },
      segments: [{ role: 'table', layers: 1, words: 30 }],
    },
    tensors,
  );
  const floats = new Float32Array(rope.buffer);
  for (let p = 0; p < 10; p++) expect(floats[p * 6]).toBe(Math.fround(Math.cos(p)));
  const calibration = await calibrate(weights, [0, 5, 9, 30]);
  for (const [role, count] of [
    ['q', 6],
    ['k', 3],
    ['v', 3],
    ['probs', 6],
    ['scores', 6],
    ['attn', 6],
  ] as const) {
    const image = await render(
      { ...base, wordBytes: 4, layout: { kind: 'head_scales' }, segments: [{ role, layers: 2, words: count }] },
      tensors,
    );
    expect(new Float32Array(image.buffer).subarray(count)).toEqual(headScaleValues(MODEL, {}, calibration, role, 1));
  }
  const embedding = await render(
    {
      ...base,
      wordBytes: 32,
      layout: { kind: 'embedding_rows', width: 8 },
      segments: [{ role: 'table', layers: 1, words: 37 * 3 }],
    },
    tensors,
  );
  const rows = await weights.embeddingRows(0, 37);
  const table = new Float32Array(embedding.buffer);
  for (let row = 0; row < 37; row++)
    for (let c = 0; c < 24; c++) expect(table[row * 24 + c]).toBe(c < 20 ? rows[row * 20 + c] : 0);
});

test('constants: images one after another, each padded to whole rows', async () => {
  const tensors = await tensorsOf('int8');
  const gamma: ImageSpec = {
    name: 'gamma',
    stage: 'prefill',
    wordBytes: 4,
    layout: { kind: 'gamma', lanes: null, width: 1 },
    segments: [{ role: 'ffn_norm', layers: 2, words: 20 }],
  };
  const scales: ImageSpec = {
    name: 'scales',
    stage: 'prefill',
    wordBytes: 4,
    layout: { kind: 'head_scales' },
    segments: [{ role: 'q', layers: 2, words: 6 }],
  };
  const angles: ImageSpec = {
    name: 'angles',
    stage: 'prefill',
    wordBytes: 8,
    layout: { kind: 'rope_angles', positions: 3 },
    segments: [{ role: 'table', layers: 1, words: 9 }],
  };
  const rows = [8, 16, 4] as const;
  const parts = [gamma, scales, angles] as const;
  const padded = parts.map(
    (part, index) => Math.ceil(imageBytes(part) / (4 * (rows[index] as number))) * 4 * (rows[index] as number),
  );
  expect(padded).toEqual([160, 64, 80]);
  const all = await render(
    {
      name: 'constants',
      stage: 'prefill',
      wordBytes: 16,
      layout: {
        kind: 'constants',
        tables: parts.map(({ wordBytes, layout, segments }, index) => ({
          wordBytes,
          row: rows[index] as number,
          layout: layout as Exclude<ImageLayout, { kind: 'constants' }>,
          segments,
        })),
      },
      segments: [{ role: 'table', layers: 1, words: (160 + 64 + 80) / 16 }],
    },
    tensors,
  );
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const own = await render(part, tensors);
    expect([...all.subarray(at, at + own.length)]).toEqual([...own]);
    expect(all.subarray(at + own.length, at + (padded[index] as number)).every((byte) => byte === 0)).toBe(true);
    at += padded[index] as number;
  }
  expect(at).toBe(all.length);
});

test('static scales follow docs/runtime.md', async () => {
  const calibration = await calibrate(weights, [0, 5, 9, 30]);
  const scales = calibration.layers[0];
  if (scales === undefined) throw new Error('no layer');
  const value = (role: 'q' | 'k' | 'v' | 'scores' | 'attn', head: number): number =>
    headScaleValues(MODEL, {}, calibration, role, 0)[head] as number;
  // Head 5 of 6 reads KV head 2 of 3.
  expect(value('q', 5)).toBe(Math.fround(1 / (Math.sqrt(6) * (scales.q[5] as number))));
  expect(value('k', 2)).toBe(Math.fround(1 / (scales.k[2] as number)));
  expect(value('scores', 5)).toBe(Math.fround((scales.q[5] as number) * (scales.k[2] as number)));
  expect(value('attn', 5)).toBe(Math.fround((scales.v[2] as number) / 255));
  expect([...headScaleValues(MODEL, {}, null, 'scores', 0)]).toEqual(new Array(6).fill(Math.fround(1 / Math.sqrt(6))));
  expect(() => headScaleValues(MODEL, {}, null, 'q', 0)).toThrow('fp32');
});

test('specifications that do not fit are refused by name', async () => {
  const tensors = await tensorsOf('int8');
  const good: ImageSpec = {
    name: 'w_x',
    stage: 'prefill',
    wordBytes: 4,
    layout: { kind: 'weight_columns', format: 'int8', wp: 4, ports: 1, port: 0 },
    segments: [{ role: 'q_proj', layers: 2, words: 180 }],
  };
  await render(good, tensors);
  const bad: [Partial<ImageSpec>, string][] = [
    [{ segments: [{ role: 'q_proj', layers: 2, words: 181 }] }, '"w_x".*181 words per layer, but its layout makes 180'],
    [{ segments: [{ role: 'table', layers: 1, words: 1 }] }, 'no weight matrix'],
    [{ wordBytes: 2 }, 'cannot hold 4'],
    [{ wordBytes: 3 }, 'not possible'],
    [
      { layout: { ...good.layout, format: 'int4' } as ImageLayout },
      'laid out as int4, but the recipe stores it as int8',
    ],
    [{ layout: { ...good.layout, ports: 3 } as ImageLayout }, 'does not divide'],
    [{ layout: { kind: 'gamma', lanes: null, width: 1 } }, 'no RMSNorm'],
    [{ layout: { kind: 'head_scales' } }, 'no scales per head'],
    [{ layout: { kind: 'rope_angles', positions: 3 } }, 'role "table"'],
  ];
  for (const [change, message] of bad)
    await expect(render({ ...good, ...change }, tensors)).rejects.toThrow(new RegExp(message));
  expect(() => quantizedTensors(weights, recipe('int8'), null)).toThrow('needs a calibration');
  const mixed = { ...recipe('fp32'), ffn: { weights: 'int8', activations: 'fp32' } } as Recipe;
  expect(() => quantizedTensors(weights, mixed, null)).toThrow('both be fp32 or both integers');
  expect(() => quantizedTensors({ ...weights, model: { ...MODEL, ffn: 25 } }, recipe('int4'), null)).toThrow(
    'the feed-forward width of 25 is odd',
  );
});
