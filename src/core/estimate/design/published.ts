import type { Design } from '../../design/types.ts';
import type { Architecture } from '../../models/architecture.ts';
import { LLAMA_3_2_1B } from '../../models/samples.ts';

/** How a published figure came about. */
export type Evidence = 'measured' | 'simulated' | 'projected' | 'implied';

export interface Published {
  readonly system: string;
  readonly board: 'u280' | 'v80' | 'a100';
  readonly model: string;
  /** Seconds per 1,000 prompt tokens. */
  readonly prefillPer1k?: number;
  /** Seconds per 1,000 generated tokens. */
  readonly decodePer1k?: number;
  readonly tokensPerSecond?: number;
  readonly watts?: number;
  readonly evidence: Evidence;
  readonly source: string;
}

/** Published figures that an estimate can be put beside. */
export const PUBLISHED: readonly Published[] = [
  {
    system: 'FlexLLM',
    board: 'u280',
    model: 'Llama-3.2-1B W4A4KV8',
    prefillPer1k: 1.65,
    decodePer1k: 6.94,
    tokensPerSecond: 144,
    evidence: 'measured',
    source: 'arXiv 2601.15710, Table VI (304 and 292 MHz)',
  },
  {
    system: 'FlexLLM',
    board: 'v80',
    model: 'Llama-3.2-1B W4A4KV8',
    prefillPer1k: 0.61,
    decodePer1k: 1.68,
    tokensPerSecond: 595,
    evidence: 'projected',
    source: 'arXiv 2601.15710, Table VI (300 MHz after place and route, time scaled from U280)',
  },
  {
    system: 'Hugging Face BF16',
    board: 'a100',
    model: 'Llama-3.2-1B',
    tokensPerSecond: 88,
    evidence: 'implied',
    source: 'arXiv 2601.15710: 144 tokens/s over the stated ratio of 1.64',
  },
  {
    system: 'Allo',
    board: 'u280',
    model: 'GPT-2 W8A8/W4A8',
    tokensPerSecond: 204,
    evidence: 'measured',
    source: 'Chen et al., arXiv 2312.15159',
  },
  {
    system: 'FlightLLM',
    board: 'u280',
    model: 'LLaMA-2-7B, sparse, about 4 bit',
    tokensPerSecond: 55,
    watts: 45,
    evidence: 'measured',
    source: 'FPGA 2024; figure as tabulated by AccLLM (arXiv 2505.03745)',
  },
  {
    system: 'DFX',
    board: 'u280',
    model: 'GPT-2 345M FP16',
    tokensPerSecond: 185,
    evidence: 'measured',
    source: 'MICRO 2022; one card, as tabulated by later work',
  },
  {
    system: 'AccLLM',
    board: 'u280',
    model: 'Llama-2-7B W2A8KV4',
    tokensPerSecond: 164,
    watts: 33,
    evidence: 'simulated',
    source: 'arXiv 2505.03745 (cycle-accurate simulator)',
  },
];

const sameSize = (a: Architecture, b: Architecture): boolean =>
  a.layers === b.layers && a.hidden === b.hidden && a.ffn === b.ffn && a.vocab === b.vocab;

/** Published figures of the same board, and of the A100; those of the same size of model first. */
export function publishedFor(design: Design): Published[] {
  const own = sameSize(design.model, LLAMA_3_2_1B);
  return PUBLISHED.filter((row) => row.board === design.target || row.board === 'a100').sort(
    (a, b) =>
      Number(own && b.model.startsWith(LLAMA_3_2_1B.name)) - Number(own && a.model.startsWith(LLAMA_3_2_1B.name)),
  );
}
