import type { HasCache } from '../design/cache.ts';
import type { ParamValue, StageName, Window } from '../design/types.ts';
import { type Finding, FindingError } from '../diagnostics/diagnostic.ts';
import type { Architecture } from '../models/architecture.ts';
import type { Call } from '../ir/call.ts';
import type { CppType, Element } from '../ir/cpp-type.ts';
import type { Expression } from '../ir/expression.ts';
import type { MemorySpec } from '../ir/memory.ts';
import type { ValueType } from '../ir/process.ts';
import type { Depths, Fill, Timing } from '../ir/timing.ts';
import type { Lanes } from '../models/manifest.ts';
import type { Recipe } from '../models/recipe.ts';
import type { Segmentation } from '../models/segments.ts';
import type { AssumptionId } from '../targets/assumptions.ts';
import type { ModuleCode } from './diagnostics.ts';
import type { Hardware } from './hardware.ts';
import type { MemoryAccess, Tensor } from './tensors.ts';

/** How many vectors a stream carries: `channels` per token, or one per key and head (attention scores). */
export type Extent =
  | { readonly kind: 'channels'; readonly channels: number }
  | { readonly kind: 'keys'; readonly heads: number }
  | { readonly kind: 'scales' };

/** The type of a stream: what it means and how it travels (docs/runtime.md, section 2). */
export interface StreamType {
  /** Which tensor of the model this is, e.g. `attn_norm`. */
  readonly tensor: Tensor;
  readonly element: Element;
  /** Decode: lanes and order of channels. Prefill: TP tokens side by side. */
  readonly lanes: number;
  readonly order: 'tokens' | Lanes['order'];
  readonly extent: Extent;
}

/** What the whole design fixes for every module. */
export interface DesignContext extends HasCache {
  readonly stage: StageName;
  readonly model: Architecture;
  readonly recipe: Recipe;
  /** Token parallelism of prefill (lanes of every prefill stream). */
  readonly tp: number;
  readonly cachePorts: number;
  /** Arrays and FIFOs may lie in URAM. */
  readonly ultra: boolean;
  /** Data for a later pass that may wait in FIFOs: all, those that run forward in program order, or none. */
  readonly fifoCarries: 'all' | 'forward' | 'none';
  /** Most tokens of a prompt that prefill works on, a multiple of TP. */
  readonly maxPrompt: number;
  /** Most tokens of one launch of prefill, a multiple of TP; less than `maxPrompt` where a prompt takes several launches. */
  readonly maxChunk: number;
  /** What a token attends to, where that is not all tokens before it. */
  readonly window: Window | undefined;
  /** Prefill: how a text of any length goes through it in segments; in one piece when absent. */
  readonly hmt: Segmentation | undefined;
  /** Keys that a row of attention has in this stage at most, in prefill a multiple of TP. */
  readonly maxKeys: number;
  /** Positions that a text may have. */
  readonly positions: number;
  /** Token rows that the KV cache holds per head: of all positions, or of a window. */
  readonly capacity: number;
}

export interface PortSpec {
  readonly id: string;
  readonly label: string;
  readonly help: string;
  /** `scales`: of a quantizer, for the dequantizer behind the engine. `any`: those too. Data alone when absent. */
  readonly carries?: 'scales' | 'any';
}

/** What a role expects at its inputs, by port; null accepts any tensor (transparent modules). */
export interface RoleSpec {
  readonly role: string;
  readonly label: string;
  readonly inputs: Readonly<Record<string, Tensor | null>>;
  /** Tensors in memory that it reads and writes. */
  readonly reads?: readonly MemoryAccess[];
  readonly writes?: readonly MemoryAccess[];
  /** Every stage must do this, or each of these, exactly once: what is missing without it, in words ('computes q_proj'). */
  readonly required?: string | readonly string[];
  /**
   * It works once before (`begin`) or after (`end`) the layers; in every layer when absent. `summary` and `memory`: behind
   * the layers of a launch of prefill that is for this.
   */
  readonly section?: 'begin' | 'end' | 'summary' | 'memory';
}

export interface ParamSpec {
  readonly id: string;
  readonly label: string;
  /** In front of its value on a card, as the literature abbreviates it; empty where the value says it all. */
  readonly short: string;
  readonly help: string;
  /** It decides in how many lanes, or in which order of channels, the outputs travel in decode. */
  readonly shapes?: 'lanes' | 'order';
  /** Stages in which it has a meaning; those of the module when absent. */
  readonly stages?: readonly StageName[];
  readonly default: ParamValue;
  /** Every legal value, ascending; what is not in it is refused by `check` with the nearest legal values named. */
  readonly choices: (
    design: DesignContext,
    params: Readonly<Record<string, ParamValue>>,
    roles: readonly string[],
  ) => readonly ParamValue[];
  /**
   * Why the entry offers fewer values than its header takes, by stage. Absent: what it does not offer does not compile. The
   * contract tests check both.
   */
  readonly restrictions?: Readonly<Partial<Record<StageName, string>>>;
}

/** An operation with what flows in and out of it. */
export interface OperationContext {
  readonly id: string;
  readonly role: string;
  readonly inputs: Readonly<Record<string, StreamType>>;
  readonly outputs: Readonly<Record<string, StreamType>>;
}

export interface InstanceContext {
  readonly design: DesignContext;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly operations: readonly OperationContext[];
}

/** An argument of a process call, in order. */
export type Arg =
  | { readonly kind: 'port'; readonly port: string }
  | { readonly kind: 'wire'; readonly wire: string; readonly access: 'read' | 'write'; readonly index?: number }
  | { readonly kind: 'memory'; readonly memory: string }
  /** The stream through which the sampler hands the next token to the kernel's control loop. */
  | { readonly kind: 'result' }
  | {
      readonly kind: 'value';
      readonly type: ValueType;
      readonly name: string;
      readonly of: (operation: OperationContext) => Expression;
    };

/** One dataflow process: a call of a function of the runtime library. */
export interface ProcessSpec {
  /** Unique within the instance. */
  readonly name: string;
  readonly call: Call;
  readonly args: readonly Arg[];
  /** Counted cycles (trip counts times initiation intervals). */
  readonly cycles: (operation: OperationContext) => Expression;
  /** What its loops take beyond the counted cycles; one entry of one loop when absent. */
  readonly fill?: (operation: OperationContext, depths: Depths) => Fill;
  /** Roles it works for; all when absent. */
  readonly roles?: readonly string[];
  /** Of a reader of one burst: it may go on with at most so many words of the next operation. */
  readonly ahead?: (operation: OperationContext) => {
    readonly offset: Expression;
    readonly count: number;
    readonly most: number;
  };
}

/** A stream inside an instance. */
export interface WireSpec {
  readonly name: string;
  readonly type: CppType;
  /** Number of streams when it is an array. */
  readonly array?: number;
  readonly depth: number;
}

/** The processes, inner streams and memory ports that make up an instance. */
export interface Structure {
  readonly processes: readonly ProcessSpec[];
  readonly wires: readonly WireSpec[];
  readonly memories: readonly MemorySpec[];
}

/** Multiply-accumulates of an operation without padding, and what the engine does per cycle. */
export interface Arithmetic {
  readonly macs: Expression;
  readonly perCycle: number;
  /** Element of the second operand (weights, keys, values): decides the packing of multipliers. */
  readonly element: Element;
}

/** The single source of truth about a module; everything else in the product reads it from here. */
export interface ModuleEntry {
  readonly id: string;
  readonly title: string;
  readonly category: 'memory' | 'linear' | 'attention' | 'norm' | 'quantization' | 'elementwise' | 'routing' | 'output';
  readonly aliases: readonly string[];
  /** What it does and when to use it, for a newcomer. */
  readonly help: string;
  /** Where formulas come from. */
  readonly source: string;
  readonly stages: readonly StageName[];
  /** The module that does the same in the other stage, where it is another one. */
  readonly twin?: string;
  /** What it does to the data that pass, drawn with one line on a grid of 20: the `d` of an SVG path. */
  readonly glyph: string;
  /** Copies its input to all of its outputs, whose number is this parameter. */
  readonly copies?: string;
  /**
   * It can be inserted between an output and an input that do not fit; the parameters named here make the difference.
   * Absent: it is never offered for that.
   */
  readonly bridges?: readonly string[];
  /** Holds a whole block of tokens (or row of keys) before anything leaves. */
  readonly barrier: boolean;
  /**
   * Of a barrier that receives and sends in one loop: rows of keys or blocks of tokens that must have arrived behind one
   * before all of it has left, unless it is among the last. None when absent.
   */
  readonly behind?: (instance: Pick<InstanceContext, 'design' | 'params'>) => number;
  /** What it writes in the last layer is not read: the passes that serve nothing else do not run there. Never when absent. */
  readonly idleInLastLayer?: (params: Readonly<Record<string, ParamValue>>) => boolean;
  /**
   * Of a row of like processes: how many they are, and the wires from each to the next and back. They may lie apart, in
   * SLRs of their own: what comes in enters the first, what leaves comes from the last.
   */
  readonly row?: (instance: InstanceContext) => { readonly count: number; readonly wires: number };
  /**
   * Of a barrier that sends while it receives, without `behind`: the last vectors of a block of tokens may leave only while
   * the next block arrives, unless it is the last. Not so when absent.
   */
  readonly lags?: (instance: Pick<InstanceContext, 'design' | 'params'>) => boolean;
  /** What its loops rest on and only the vendor's tools can confirm. */
  readonly relies?: (stage: StageName, params: Readonly<Record<string, ParamValue>>) => readonly AssumptionId[];
  readonly params: readonly ParamSpec[];
  readonly inputs: readonly PortSpec[];
  /** Output ports; for forks they depend on the parameters. */
  readonly outputs: (params: Readonly<Record<string, ParamValue>>) => readonly PortSpec[];
  readonly roles: (
    design: Pick<DesignContext, 'stage' | 'recipe'> & Partial<Pick<DesignContext, 'hmt'>>,
  ) => readonly RoleSpec[];
  /**
   * Output types of one operation from its input types. `roles` are those of all operations of the instance (sizes are
   * those of the largest). Throws a `Refusal` when an input cannot be worked on.
   */
  readonly infer: (
    design: DesignContext,
    params: Readonly<Record<string, ParamValue>>,
    role: string,
    inputs: Readonly<Record<string, StreamType>>,
    roles: readonly string[],
  ) => Readonly<Record<string, StreamType>>;
  readonly structure: (instance: InstanceContext) => Structure;
  /** What its header is built of; movers, routers, FIFOs and ports around it are added by the estimator. */
  readonly hardware: (instance: InstanceContext) => Hardware;
  readonly timing: (instance: InstanceContext, operation: OperationContext) => Timing;
  /** Useful multiply-accumulates of an operation, for modules that multiply matrices. */
  readonly arithmetic?: (instance: InstanceContext, operation: OperationContext) => Arithmetic;
}

/** Why an entry refuses inputs or parameters. `port` or `param` says where. */
export class Refusal extends FindingError<ModuleCode> {
  readonly port: string | undefined;
  readonly param: string | undefined;

  constructor(finding: Finding<ModuleCode>, where: { port?: string; param?: string } = {}) {
    super(finding);
    this.port = where.port;
    this.param = where.param;
  }
}
