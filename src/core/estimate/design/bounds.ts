import { LINEAR_ROLES, type LinearRole } from '../../models/architecture.ts';
import { cacheBits, linearRecipe, STORED_BITS } from '../../models/recipe.ts';
import { inChunks } from '../../modules/chunks.ts';
import { keysBefore } from '../../modules/window.ts';
import { passRuns } from '../../schedule/pass-runs.ts';
import { operationIn } from '../../schedule/reuse.ts';
import {
  type DesignAnalysis,
  instanceContext,
  type ResolvedOperation,
  type StageAnalysis,
} from '../../schedule/types.ts';
import { decodeStart, launchCount, launchRun, segmentRuns } from '../pass/runs.ts';
import { maxOf, sumOf } from '../parts/numbers.ts';

/**
 * The closed formulas of the FlexLLM paper (arXiv 2601.15710, latency and bandwidth of the two accelerators). They count
 * the multiplications of linear layers and attention only: no fill, no barriers, no softmax, no quantization. So they are
 * bounds that hardware does not reach; the published measurements are 1.15 and 1.5 times as long. Their tokens are multiplied with
 * all keys of the prompt or context; with chunks or a window, with those that the design has for them.
 */
export interface Bounds {
  /** Seconds of a prefill. */
  readonly prefill: (tokens: number) => number;
  /** Seconds of decoding `generate` tokens after `prompt` tokens. */
  readonly decode: (prompt: number, generate: number) => number;
  /** Bytes per second that the formulas ask of the memory. */
  readonly prefillBandwidth: number;
  readonly decodeBandwidth: number;
  /** Parallelism of the design in the words of the paper. */
  readonly parallelism: {
    readonly tp: number;
    readonly wpKqvo: number;
    readonly wpMha: number;
    readonly wpFfn: number;
    readonly wpDecode: number;
    readonly wpDecodeMha: number;
  };
}

/** Multiply-accumulates per cycle of the engines of a stage that do one of the roles, each engine once. */
function perCycle(stage: StageAnalysis, does: (operation: ResolvedOperation) => boolean): number[] {
  return stage.instances.flatMap((resolved) => {
    const { arithmetic } = resolved.entry;
    const operation = resolved.operations.find(does);
    if (!arithmetic || !operation) return [];
    const instance = instanceContext(stage, resolved);
    return [arithmetic(instance, operationIn(instance, operation)).perCycle];
  });
}

const doing =
  (roles: readonly LinearRole[]) =>
  ({ owner, role }: ResolvedOperation): boolean =>
    owner.entry.category === 'linear' && (roles as readonly string[]).includes(role.role);

const inAttention = ({ owner }: ResolvedOperation): boolean => owner.entry.category === 'attention';

/** Keys that a token of a prompt is multiplied with, on average over the launches of prefill. */
function meanKeys(prefill: StageAnalysis, prompt: number): number {
  let keys = 0;
  let blocks = 0;
  for (const { run, count } of segmentRuns(prefill, prompt)) {
    keys += count * run.blocks * run.length;
    blocks += count * run.blocks;
  }
  if (blocks > 0) return keys / blocks;
  for (let index = 0; index < launchCount(prefill, prompt); index += 1) {
    const run = launchRun(prefill, prompt, index);
    keys += run.blocks * run.length;
    blocks += run.blocks;
  }
  return blocks > 0 ? keys / blocks : 0;
}

/** The paper's formulas for the parallelism of a design; undefined where it has errors, or no engines for them. */
export function boundsOf({ design, legal, stages: { prefill, decode } }: DesignAnalysis): Bounds | undefined {
  if (!legal) return undefined;
  const { model, recipe } = design;
  const { layers: n, hidden: dh, ffn, vocab } = model;
  const dkv = model.kvHeads * model.headDim;
  const tp = design.tokenParallelism;
  const wpKqvo = maxOf(perCycle(prefill, doing(['q_proj', 'k_proj', 'v_proj', 'o_proj']))) / tp;
  const wpFfn = maxOf(perCycle(prefill, doing(['gate_proj', 'up_proj', 'down_proj']))) / tp;
  const wpMha = maxOf(perCycle(prefill, inAttention)) / tp;
  // The paper has one engine; several work at the same time at best, so that the formula stays a bound.
  const wpDecode = sumOf(perCycle(decode, doing(LINEAR_ROLES)));
  const wpDecodeMha = maxOf(perCycle(decode, inAttention));
  if (!wpKqvo || !wpFfn || !wpMha || !wpDecode || !wpDecodeMha) return undefined;
  const prefillClock = design.clocks.prefill * 1e6;
  const decodeClock = design.clocks.decode * 1e6;
  const attention = cacheBits(recipe) / 8;
  // Layers that do more than keys and values: all, or all but the last.
  const behind = prefill.passes.filter(({ section }) => section === 'layer').at(-1);
  const whole = behind ? passRuns(prefill, behind) : n;
  const bytes = STORED_BITS[linearRecipe(recipe, 'q_proj').weights] / 8;
  const single = !inChunks(prefill.context) && !design.window && !design.hmt;
  // In segments some tokens are read twice, and the memory has tokens of its own.
  const read = (tokens: number): number =>
    design.hmt ? sumOf(segmentRuns(prefill, tokens).map(({ run, count }) => count * run.blocks * tp)) : tokens;
  const full = keysBefore(decode.context) + 1;
  // Behind segments decode attends to the last one.
  const held = (prompt: number): number => (design.hmt ? decodeStart(prefill, prompt) + 1 : prompt);
  return {
    prefill: (tokens) =>
      (read(tokens) / tp / prefillClock) *
      ((n * dh * dkv) / wpKqvo +
        whole *
          Math.max(
            (dh * dh) / wpKqvo,
            (dh * (single ? tokens : meanKeys(prefill, tokens))) / wpMha,
            (dh * ffn) / wpFfn,
          )),
    decode: (prompt, generate) =>
      (generate / decodeClock) *
      ((n * (2 * dh * dkv + dh * dh + 3 * dh * ffn) + dh * vocab) / wpDecode +
        Math.max((n * dh * dh) / wpDecode, (n * dh * Math.min(full, held(prompt) + 0.5 * generate)) / wpDecodeMha)),
    prefillBandwidth: prefillClock * (bytes * (2 * wpKqvo + 3 * wpFfn) + attention * 2 * wpMha),
    decodeBandwidth: decodeClock * Math.max(bytes * wpDecode, 2 * attention * wpDecodeMha),
    parallelism: { tp, wpKqvo, wpMha, wpFfn, wpDecode, wpDecodeMha },
  };
}
