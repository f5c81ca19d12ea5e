import type { ModuleEntry } from '../../core/modules/types.ts';

type Category = ModuleEntry['category'];

export const CATEGORY_NAMES: Readonly<Record<Category, string>> = {
  memory: 'Memory',
  linear: 'Linear engines',
  attention: 'Attention',
  norm: 'Normalisation',
  quantization: 'Quantization',
  elementwise: 'Element by element',
  routing: 'Routing',
  output: 'Output',
};

/** Glyphs of hardware on a grid of 20, drawn with one line: what a module does to the data that pass. */
const GLYPHS: Readonly<Record<string, string>> = {
  embedding: 'M3 4h9v12H3zM3 8h9M3 12h9M12 10h5M14.5 7.5 17 10l-2.5 2.5',
  hidden_read: 'M3 5h7v10H3zM5.5 5v10M10 10h7M14.5 7.5 17 10l-2.5 2.5',
  hidden_write: 'M10 5h7v10h-7zM14.5 5v10M3 10h7M7.5 7.5 10 10l-2.5 2.5',
  rms_norm: 'M2.5 14c4 0 4-9.5 7.5-9.5s3.5 9.5 7.5 9.5M3 17h14',
  linear_prefill: 'M3 3h14v14H3zM3 7.7h14M3 12.3h14M7.7 3v14M12.3 3v14',
  linear_decode: 'M3.5 3v14M7.5 3H17v14H7.5zM7.5 7.7H17M7.5 12.3H17',
  quantize: 'M3 16h3.5v-4H10V8h3.5V4H17',
  quantize_static: 'M3 14h3.5v-3.5H10V7h3.5V3.5H17M3 17h14',
  dequantize: 'M3 16h3.5v-4H10c3 0 3-8 7-8',
  scale_static: 'M4.5 15.5l11-11M4.5 15.5h4.5M4.5 15.5V11M15.5 4.5H11M15.5 4.5V9',
  hadamard: 'M3 5h3l8 10h3M3 15h3l8-10h3',
  rope: 'M16.2 11.5a6.5 6.5 0 1 1-1.5-5.9M15.5 2.5v3.7h-3.7M10 10l3.2-1.6',
  kv_cache_write: 'M9 3.5h8V9H9zM9 11h8v5.5H9zM2.5 10h4.5M4.8 7.8 7 10l-2.2 2.2',
  attention_scores: 'M4 3.5v13h13zM4 8h4.5v8.5M4 12.3h8.8v4.2',
  attention_values: 'M4 5h6M4 10h9M4 15h4M16.5 3.5v13M13 10l3.5-3',
  causal_mask: 'M3.5 3.5h13v13h-13zM3.5 3.5l13 13M9 3.5v5.3M13 3.5v9.3',
  softmax: 'M3 14.5c7 0 11.5-2.5 13.5-11.5M3 17h14',
  silu: 'M2.5 10.5c3 2.8 5.5 2.3 7.5-.2s4-6.3 7.5-6.8M2.5 16.5h15',
  multiply: 'M10 3a7 7 0 1 0 .01 0M7.3 7.3l5.4 5.4M12.7 7.3l-5.4 5.4',
  add: 'M10 3a7 7 0 1 0 .01 0M10 6.2v7.6M6.2 10h7.6',
  sampler: 'M4 16.5v-4M8 16.5V9M12 16.5v-12M16 16.5v-6M10.2 3h3.6',
  fork: 'M3 10h4.5c3.5 0 3-5 6.5-5h3M7.5 10c3.5 0 3 5 6.5 5h3',
  lane_adapter: 'M3 4.5h3.5L13 10h4M3 15.5h3.5L13 10M3 10h10',
};

/** For modules that have no glyph of their own yet. */
const BY_CATEGORY: Readonly<Record<Category, string>> = {
  memory: 'hidden_read',
  linear: 'linear_prefill',
  attention: 'attention_scores',
  norm: 'rms_norm',
  quantization: 'quantize',
  elementwise: 'multiply',
  routing: 'fork',
  output: 'sampler',
};

/** The line of a module's glyph, on a grid of 20. */
export const glyphOf = (module: string, category: Category): string =>
  GLYPHS[module] ?? GLYPHS[BY_CATEGORY[category]] ?? '';

/** The glyph of a module, in the colour of its category. */
export function ModuleGlyph({
  module,
  category,
  size = 16,
}: {
  readonly module: string;
  readonly category: Category;
  readonly size?: number;
}) {
  return (
    <svg className={`glyph cat-${category}`} viewBox="0 0 20 20" width={size} height={size} aria-hidden="true">
      <path d={glyphOf(module, category)} />
    </svg>
  );
}
