import type { Design, ParamValue, StageName } from '../design/types.ts';
import type { Architecture } from '../models/architecture.ts';
import type { LaneOrder } from '../models/manifest.ts';
import { bytesOf } from '../ir/cpp-type.ts';
import {
  linearRecipe,
  needsFastEngines,
  type Recipe,
  sparsitiesOf,
  storedChannels,
  TENSOR_CLASSES,
  withGroupsFor,
  type WeightFormat,
} from '../models/recipe.ts';
import {
  activationElement,
  attentionElement,
  divisors,
  isPowerOfTwo,
  linearRoles,
  weightElement,
} from '../modules/common.ts';
import { fitsFour } from '../modules/hardware.ts';
import { mixesHeads } from '../modules/heads.ts';
import { fitsPort, portBytesPerWeight, portWord } from '../modules/port-words.ts';
import { pairsOn } from '../modules/rotation.ts';
import type { Multipliers } from '../ir/call.ts';
import type { Target } from '../targets/targets.ts';
import type { Assignment } from './builder.ts';
import { layoutGraph } from './layout.ts';
import { decodeGraph, formatKey, prefillGraph, type TemplateStyle } from './llama.ts';

/** Degrees of parallelism of a template; what is absent is chosen from the model and the target. */
export interface Parallelism {
  readonly tp?: number;
  /** WP of the engines for q, k, v, o. */
  readonly wpAttention?: number;
  /** WP of the engines for gate, up, down. */
  readonly wpFfn?: number;
  /** What multiplies in the systolic arrays of prefill; absent: their default. */
  readonly prefillMultipliers?: Multipliers;
  /** Groups of prefill whose engine is one of column blocks. */
  readonly blocks?: readonly string[];
  readonly keyParallel?: number;
  readonly valueParallel?: number;
  readonly bp?: number;
  readonly wpDecode?: number;
  /** Slices of the engines of decode, of BP outputs and `sliceChannels` channels each; none: linear engines of BP lanes. */
  readonly slices?: number;
  readonly sliceChannels?: number;
  /** How far ports to HBM run ahead of the slices and of attention values in decode: in a pass, and into the next. */
  readonly prefetch?: number;
  readonly ahead?: number;
  readonly lanes?: number;
  readonly headLanes?: number;
  /** Memories of the KV cache; as many as head lanes, at most one per KV head, when absent. */
  readonly cachePorts?: number;
  readonly decodeKeyParallel?: number;
  readonly decodeValueParallel?: number;
  readonly order?: LaneOrder;
  readonly candidates?: number;
  readonly pairs?: number;
}

export interface ComposeOptions {
  readonly name: string;
  readonly model: Architecture;
  readonly target: Target;
  readonly recipe: Recipe;
  readonly prefill: TemplateStyle;
  readonly decode: TemplateStyle;
  readonly parallelism?: Parallelism;
  readonly limits?: Design['limits'];
  /** What a token attends to; all tokens before it when absent. */
  readonly window?: Design['window'];
  /** How prefill reads a text in segments, with a memory of them; in one piece when absent. */
  readonly hmt?: Design['hmt'];
  readonly workload?: Design['workload'];
  /** Places operations on other instances than the template would; see GraphBuilder. */
  readonly assign?: Partial<Record<StageName, Assignment>>;
}

const largestDivisor = (n: number, most: number): number => Math.max(...divisors(n).filter((d) => d <= most));
const largestPowerDivisor = (n: number, most: number): number =>
  Math.max(...divisors(n).filter((d) => d <= most && isPowerOfTwo(d)));

/**
 * Fewest ports whose words hold the weights, without waste where a port would be wider than 32 bytes. At most `widest`
 * bytes where that is possible: wider words at 300 MHz exceed what one HBM bank delivers.
 */
function portsFor(format: WeightFormat, perCycle: number, counts: readonly number[], widest: number): number {
  const element = weightElement(format);
  const legal = counts.filter((count) => perCycle % count === 0 && fitsPort(element, perCycle / count));
  const exact = legal.find((count) => {
    const bytes = (perCycle / count) * portBytesPerWeight(element);
    return bytes <= 32 || (bytes <= widest && isPowerOfTwo(bytes));
  });
  return exact ?? legal[0] ?? 1;
}

/** Widest format of the recipe decides the words of engines that several tensor classes could share. */
function widest(recipe: Recipe): WeightFormat {
  const formats = [recipe.qkvo.weights, recipe.ffn.weights, recipe.lmHead.weights];
  return (['fp32', 'int8', 'int6', 'int4', 'int2'] as const).find((format) => formats.includes(format)) ?? 'ternary';
}

/** Whether every weight matrix of prefill has operands of which a DSP multiplies two each. */
const packsFour = (recipe: Recipe): boolean =>
  linearRoles('prefill').every((role) =>
    fitsFour(activationElement(recipe, role), weightElement(linearRecipe(recipe, role).weights)),
  );

/** Lanes of the heads of decode, and memories of the KV cache: for `fast` all query heads of a group have lanes of their own. */
function attentionLanes({ model, target, decode, recipe, parallelism: p = {} }: ComposeOptions): {
  readonly headLanes: number;
  readonly cachePorts: number;
} {
  const group = model.heads / model.kvHeads;
  // Heads that share a memory are arranged; where that parts groups of input channels, every KV head has one of its own.
  const { group: stored, sparsity } = recipe.qkvo;
  const channels = stored === undefined ? sparsity?.of : (stored * stored) / storedChannels(recipe.qkvo, stored);
  const unmixed = (count: number): number =>
    channels !== undefined && group > 1 && count < model.kvHeads && mixesHeads(model, count, channels)
      ? model.kvHeads
      : count;
  const memories = Number.isInteger(group) ? largestDivisor(model.kvHeads, target.id === 'v80' ? 8 : 4) : 1;
  if (p.headLanes !== undefined || decode !== 'fast' || !Number.isInteger(group)) {
    const headLanes = p.headLanes ?? unmixed(memories);
    return { headLanes, cachePorts: p.cachePorts ?? Math.min(headLanes, model.kvHeads) };
  }
  // Ports to HBM are worth more to the weights.
  const cachePorts = p.cachePorts ?? unmixed(largestDivisor(model.kvHeads, 2));
  return { headLanes: cachePorts * largestDivisor(group, Math.max(1, Math.floor(16 / cachePorts))), cachePorts };
}

/** Slices of each engine of decode: the ports that the KV cache and small memories leave, over the formats of the recipe. */
function slicesFor({ target, recipe }: ComposeOptions, large: boolean): number {
  const engines = new Set(linearRoles('decode').map((role) => formatKey(recipe, role, 'decode'))).size;
  return Math.max(1, Math.floor((large ? (target.id === 'v80' ? 35 : 28) : 4) / engines));
}

/** What the patterns of sparsity of a recipe keep at most of a block of channels, and of how many times as many channels. */
const blocksOf = (recipe: Recipe): { readonly keep: number; readonly ratio: number } => {
  const patterns = sparsitiesOf(recipe);
  return {
    keep: Math.max(1, ...patterns.map(({ keep }) => keep)),
    ratio: Math.max(1, ...patterns.map(({ keep, of }) => of / keep)),
  };
};

/**
 * Channels that a slice multiplies side by side: as many as a word of 64 bytes holds for WP outputs, at most 128 weights, and
 * 128 of 6 bits, of which a port brings two thirds per cycle. With
 * sparsity whole blocks of channels arrive in a part of the lanes.
 */
const sliceChannels = (recipe: Recipe, wp: number, lanes: number): number => {
  const format = widest(recipe);
  const element = weightElement(format);
  // Ternary weights take no multipliers, of which a slice has at most 128.
  const counts = [256, 128, 64, 32, 16].slice(format === 'ternary' ? 0 : 1);
  const weights = counts.find((count) => fitsPort(element, count, true)) ?? 1;
  const { keep, ratio } = blocksOf(recipe);
  const groups = TENSOR_CLASSES.flatMap((name) => recipe[name].group ?? []);
  // The sums of a group, two per cycle, are taken while the next one is multiplied.
  const most = Math.min(weights / wp, ...groups.map((group) => (2 * group) / wp));
  return Math.max(keep, largestPowerDivisor(Math.max(1, lanes / ratio), Math.max(1, most)));
};

/**
 * The recipe of the design: its groups of input channels divide the widths of the model, and with `fast` decode, which waits
 * for rows of keys, the result of attention is normalised where nothing else is said.
 */
const recipeOf = ({ recipe, model, decode }: ComposeOptions): Recipe => {
  const fitted = withGroupsFor(model, recipe);
  return decode === 'fast' ? { ...fitted, normalise: fitted.normalise ?? 'result' } : fitted;
};

/** Composes a legal design for any Llama-family model. */
export function composeDesign(options: ComposeOptions): Design {
  const { model, target } = options;
  const recipe = recipeOf(options);
  const large = model.hidden >= 1024;
  const v80 = target.id === 'v80';
  const p = options.parallelism ?? {};
  const float = widest(recipe) === 'fp32';
  // Four products per DSP leave room for twice the cells and more.
  const four = options.prefill === 'fast' && packsFour(recipe);
  const wider = large && four;
  const tp = p.tp ?? (large && (v80 || wider) ? 16 : large ? 8 : 4);
  const wpAttention = p.wpAttention ?? (wider ? (v80 ? 64 : 32) : large ? (float ? 8 : v80 ? 32 : 24) : 8);
  const wpFfn = p.wpFfn ?? (wider ? (v80 ? 256 : 128) : large ? (float ? 16 : v80 ? 128 : 96) : 16);
  const prefillMultipliers = p.prefillMultipliers ?? (four ? 'dsp4' : undefined);
  const prefillAttention = large && options.prefill === 'fast' ? 32 : 16;
  // At the pace of the wider engines of V80 the values would be waited for.
  const prefillValues = large && v80 && wider ? largestPowerDivisor(model.headDim, 64) : prefillAttention;
  const fast = options.decode === 'fast';
  // Only these engines multiply sums of groups by their scales and skip zeros.
  const fastEngines = needsFastEngines(recipe);
  const block = blocksOf(recipe).keep * blocksOf(recipe).ratio;
  const { headLanes, cachePorts } = attentionLanes({ ...options, recipe });
  const floatAttention = attentionElement(recipe).kind === 'float';
  const most = floatAttention ? 16 : 64;
  const keyParallel = p.decodeKeyParallel ?? largestPowerDivisor(model.headDim, Math.min(most, large ? 64 : 16));
  const valueParallel = p.decodeValueParallel ?? keyParallel;
  const bp = p.bp ?? Math.max(block, large ? (float ? 8 : v80 && !fast ? 64 : 16) : 4);
  const wpDecode = p.wpDecode ?? (large ? (float ? 16 : 64) : 8);
  const lanes = p.lanes ?? Math.max(block, large ? 16 : 4);
  const rotatesIn = (order: LaneOrder): boolean => !recipe.downHadamard || pairsOn({ lanes: bp, order }, model.ffn);
  const blocked = p.order ? p.order === 'blocked' : rotatesIn('blocked') && !fast;
  const order = blocked && !fastEngines ? 'blocked' : 'interleaved';
  const slices = p.slices ?? (fast || fastEngines ? slicesFor({ ...options, recipe }, large) : undefined);
  // On V80 the SLR beside the HBM has its slices, which need the DSPs there; LUTs are plenty.
  const attentionOnDsps = fast && !(v80 && large);
  // A row of 8 URAM holds 4,096 words of 64 bytes.
  const prefetch = p.prefetch ?? (large ? 4096 : 256);
  const forward = { prefetch, ahead: p.ahead ?? Math.min(prefetch, large ? 2048 : 64) };
  const context = Math.min(model.maxPositions, 2048);
  const limits = options.limits ?? { prompt: Math.max(1, Math.min(1024, Math.floor(context / 2))), context };
  const workload = options.workload ?? { prompt: limits.prompt, generate: limits.context - limits.prompt, batch: 1 };

  const prefillPorts = [1, 2, 3, 4, 6, 8, 12, 16];
  const decodePorts = [1, 2, 4, 8, 16, 32, 64];
  // Blocks add up in DSPs what four products per DSP add up in logic: of a large design each has a part.
  const inBlocks = (group: string): boolean =>
    fastEngines ||
    (p.blocks?.includes(group) ??
      (options.prefill === 'fast' && (!wider || (!v80 && ['kq', 'vo', 'down'].includes(group)))));
  const prefillLinear = (group: string): Record<string, ParamValue> => {
    const ffn = ['gate', 'up', 'down', 'all', 'all2'].includes(group);
    const wp = ffn ? wpFfn : wpAttention;
    const format = group.startsWith('all') ? widest(recipe) : ffn ? recipe.ffn.weights : recipe.qkvo.weights;
    if (inBlocks(group)) {
      const columns = largestPowerDivisor(wp, 128 / tp);
      const whole = prefillPorts.filter((count) => (wp / count) % columns === 0);
      return { wp, columns, ports: portsFor(format, wp, whole, large ? 32 : 64) };
    }
    return {
      wp,
      ports: portsFor(format, wp, prefillPorts, large ? 32 : 64),
      ...(prefillMultipliers ? { multipliers: prefillMultipliers } : {}),
    };
  };
  const decodeLinear = (group: string): Record<string, ParamValue> => {
    const format = group.startsWith('all')
      ? widest(recipe)
      : group === 'head'
        ? recipe.lmHead.weights
        : ['gate', 'up', 'down'].includes(group)
          ? recipe.ffn.weights
          : recipe.qkvo.weights;
    if (slices !== undefined)
      return {
        slices,
        wp: bp,
        kp: p.sliceChannels ?? sliceChannels(recipe, bp, Math.min(bp, lanes)),
        ...forward,
        order,
      };
    const ports = decodePorts.filter(
      (count) =>
        bp % count === 0 && bytesOf(portWord(weightElement(format), (bp / count) * wpDecode)) <= (large ? 32 : 64),
    );
    return { bp, wp: wpDecode, ports: ports[0] ?? bp, order };
  };

  return {
    format: 'flexllm-composer',
    version: 1,
    name: options.name,
    target: target.id,
    model,
    recipe,
    workload,
    limits,
    ...(options.window ? { window: options.window } : {}),
    ...(options.hmt ? { hmt: options.hmt } : {}),
    tokenParallelism: tp,
    cachePorts,
    clocks: { prefill: target.defaultClock, decode: target.defaultClock },
    stages: {
      prefill: layoutGraph(
        prefillGraph(recipe, {
          style: options.prefill,
          linear: prefillLinear,
          engine: (group) => (inBlocks(group) ? 'linear_blocks' : 'linear_prefill'),
          keyParallel:
            p.keyParallel ?? largestPowerDivisor(options.window?.sinks ?? prefillAttention, prefillAttention),
          valueParallel: p.valueParallel ?? prefillValues,
          segments: options.hmt,
          assign: options.assign?.prefill,
        }),
      ),
      decode: layoutGraph(
        decodeGraph(recipe, {
          style: options.decode,
          lanes,
          headLanes,
          kvLanes: cachePorts,
          blockLanes: () => bp,
          linear: decodeLinear,
          engine: slices === undefined ? 'linear_decode' : 'linear_slices',
          pairs: p.pairs ?? (large ? 8 : 4),
          keyParallel,
          valuePrefetch: fast ? prefetch : undefined,
          valueParallel,
          keyProducts: attentionOnDsps ? 'dsp' : undefined,
          valueSums: attentionOnDsps && !floatAttention && valueParallel === model.headDim ? 'dsp' : undefined,
          candidates: p.candidates ?? 8,
          order,
          rotationOrder: rotatesIn(order) ? order : 'interleaved',
          assign: options.assign?.decode,
        }),
      ),
    },
  };
}

/** A design with no instances, for composing from scratch. */
export function emptyDesign(options: Omit<ComposeOptions, 'prefill' | 'decode'>): Design {
  const full = composeDesign({ ...options, prefill: 'hybrid', decode: 'hybrid' });
  const nothing = { instances: [], streams: [] };
  return { ...full, stages: { prefill: nothing, decode: nothing } };
}
