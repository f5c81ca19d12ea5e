import type { Keeps } from '../design/kept.ts';
import type { ParamValue, StageName } from '../design/types.ts';
import type { Architecture } from '../models/architecture.ts';
import type { ImageLayout, ImageSegment, Lanes } from '../models/manifest.ts';
import type { Recipe } from '../models/recipe.ts';
import type { Expr, Run } from './expr.ts';
import type { Hardware } from './hardware.ts';

/** Element of a stream. Integers wider than 8 bits are accumulators. */
export type Element =
  | { readonly kind: 'float' }
  | { readonly kind: 'int'; readonly bits: number; readonly signed: boolean };

/** How many vectors a stream carries: `channels` per token, or one per key and head (attention scores). */
export type Extent =
  | { readonly kind: 'channels'; readonly channels: number }
  | { readonly kind: 'keys'; readonly heads: number }
  | { readonly kind: 'scales' };

/** The type of a stream: what it means and how it travels (docs/runtime.md, section 2). */
export interface StreamType {
  /** Which tensor of the model this is, e.g. `attn_norm`. */
  readonly tensor: string;
  readonly element: Element;
  /** Decode: lanes and order of channels. Prefill: TP tokens side by side. */
  readonly lanes: number;
  readonly order: 'tokens' | Lanes['order'];
  readonly extent: Extent;
}

/** What the whole design fixes for every module. */
export interface DesignContext extends Keeps {
  readonly stage: StageName;
  readonly model: Architecture;
  readonly recipe: Recipe;
  /** Token parallelism of prefill (lanes of every prefill stream). */
  readonly tp: number;
  readonly cachePorts: number;
  /** Most tokens that prefill works on, a multiple of TP. */
  readonly maxPrompt: number;
  /** Token rows that the KV cache holds per head. */
  readonly capacity: number;
}

export interface PortSpec {
  readonly id: string;
  readonly label: string;
  readonly help: string;
}

/** What a role expects at its inputs, by port; null accepts any tensor (transparent modules). */
export interface RoleSpec {
  readonly role: string;
  readonly label: string;
  readonly inputs: Readonly<Record<string, string | null>>;
  /** Memory-backed tensors it reads and writes, e.g. `k_cache`: the reader comes in a later pass than the writer. */
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
  /** Every stage must do this exactly once: what is missing without it, in words ('computes q_proj'). */
  readonly required?: string;
  /** It works once before (`begin`) or after (`end`) the layers; in every layer when absent. */
  readonly section?: 'begin' | 'end';
}

export interface ParamSpec {
  readonly id: string;
  readonly label: string;
  readonly help: string;
  readonly default: ParamValue;
  /** Every legal value, ascending; what is not in it is refused by `check` with the nearest legal values named. */
  readonly choices: (
    design: DesignContext,
    params: Readonly<Record<string, ParamValue>>,
    roles: readonly string[],
  ) => readonly ParamValue[];
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
  | { readonly kind: 'wire'; readonly wire: string; readonly index?: number }
  | { readonly kind: 'memory'; readonly memory: string }
  /** The stream through which the sampler hands the next token to the kernel's control loop. */
  | { readonly kind: 'result' }
  | {
      readonly kind: 'value';
      readonly type: 'int' | 'float' | 'unsigned';
      readonly name: string;
      readonly of: (operation: OperationContext) => Expr;
    };

/**
 * Latencies of operators, loops and memories in clock cycles, for one device at one clock. Values and sources:
 * estimate/depths.ts.
 */
export interface Depths {
  /** Entering and leaving a pipelined loop. */
  readonly loop: number;
  /** A word through a FIFO between two processes. */
  readonly hop: number;
  /** fp32: addition, multiplication, division, exponential, square root, comparison. */
  readonly add: number;
  readonly multiply: number;
  readonly divide: number;
  readonly exp: number;
  readonly sqrt: number;
  readonly compare: number;
  /** Between integers or 64-bit fixed point and fp32, either way. */
  readonly convert: number;
  /** Integer multiplication on a DSP block, and one level of an adder tree. */
  readonly integerMultiply: number;
  readonly integerAdd: number;
  /** From the request of a burst to its first word; from its last word to the response. */
  readonly memoryRead: number;
  readonly memoryWrite: number;
}

/** Cycles that a process spends on filling pipelines: `depth` for each of `entries` entries of its loop nest. */
export interface Fill {
  readonly depth: number;
  readonly entries: number;
}

/** One dataflow process: a call of a function of the runtime library. */
export interface ProcessSpec {
  /** Unique within the instance. */
  readonly name: string;
  readonly header: string;
  /** Function with its template arguments, e.g. `softmax_prefill<8, 256>`. */
  readonly call: string;
  readonly args: readonly Arg[];
  /** Counted cycles (trip counts times initiation intervals). */
  readonly cycles: (operation: OperationContext, run: Run) => number;
  /** What its loops take beyond the counted cycles; one entry of one loop when absent. */
  readonly fill?: (operation: OperationContext, run: Run, depths: Depths) => Fill;
  /** Roles it works for; all when absent. */
  readonly roles?: readonly string[];
}

/** A stream inside an instance. */
export interface WireSpec {
  readonly name: string;
  /** C++ type of its elements. */
  readonly type: string;
  /** Number of streams when it is an array. */
  readonly array?: number;
  readonly depth: number;
}

/** An m_axi pointer of the kernel. */
export interface MemorySpec {
  readonly name: string;
  readonly word: string;
  readonly wordBytes: number;
  readonly direction: 'read' | 'write';
  readonly content:
    | { readonly kind: 'image'; readonly layout: ImageLayout; readonly segments: readonly ImageSegment[] }
    | { readonly kind: 'buffer'; readonly buffer: string; readonly bytes: number };
}

/** The processes, inner streams and memory ports that make up an instance. */
export interface Structure {
  readonly processes: readonly ProcessSpec[];
  readonly wires: readonly WireSpec[];
  readonly memories: readonly MemorySpec[];
}

/** Shape of an operation's work in time, in cycles; see schedule/timing.ts. */
export interface Timing {
  /** Cycles before its first input is needed (tables that are loaded first). */
  readonly preload: number;
  /** From its start to the first output vector. */
  readonly first: number;
  /** Work left after its last input has arrived. */
  readonly tail: number;
}

/** Multiply-accumulates of an operation without padding, and what the engine does per cycle. */
export interface Arithmetic {
  readonly macs: number;
  readonly perCycle: number;
  /** Element of the second operand (weights, keys, values): decides the packing of multipliers. */
  readonly element: Element;
}

/** The whole truth about a module; everything else in the product reads it from here. */
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
  /** Holds a whole block of tokens (or row of keys) before anything leaves. */
  readonly barrier: boolean;
  readonly params: readonly ParamSpec[];
  readonly inputs: readonly PortSpec[];
  /** Output ports; for forks they depend on the parameters. */
  readonly outputs: (params: Readonly<Record<string, ParamValue>>) => readonly PortSpec[];
  readonly roles: (design: Pick<DesignContext, 'stage' | 'recipe'>) => readonly RoleSpec[];
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
  readonly timing: (instance: InstanceContext, operation: OperationContext, run: Run) => Timing;
  /** Useful multiply-accumulates of an operation, for modules that multiply matrices. */
  readonly arithmetic?: (instance: InstanceContext, operation: OperationContext, run: Run) => Arithmetic;
}

/** Why an entry refuses inputs or parameters. `port` or `param` says where. */
export class Refusal extends Error {
  readonly port: string | undefined;
  readonly param: string | undefined;

  constructor(message: string, where: { port?: string; param?: string } = {}) {
    super(message);
    this.port = where.port;
    this.param = where.param;
  }
}
