import type { StageName } from '../design/types.ts';
import type { Expr, Run } from '../modules/expr.ts';
import type { Depths, Fill, MemorySpec, ProcessSpec } from '../modules/types.ts';
import type { ResolvedStream, StageAnalysis } from '../schedule/types.ts';

/** A FIFO of the dataflow region. */
export interface Channel {
  readonly name: string;
  readonly type: string;
  readonly depth: number;
  /** Kept between passes: it carries data to a later one. */
  readonly carried: boolean;
  readonly array: number | null;
  /** A stream from or to another kernel: an argument instead of a FIFO. */
  readonly link?: 'in' | 'out';
}

/** What one argument of a process is in the region. */
export type Actual =
  | { readonly kind: 'channel'; readonly channel: Channel; readonly index: number | null; readonly label: string }
  | { readonly kind: 'memory'; readonly memory: MemoryArgument; readonly label: string }
  | { readonly kind: 'result'; readonly label: string }
  | {
      readonly kind: 'value';
      readonly type: 'int' | 'float' | 'unsigned';
      readonly label: string;
      readonly values: readonly Expr[];
    };

/** One process: a function of its own that works in its passes and returns at once in all others. */
export interface Process {
  readonly name: string;
  readonly header: string;
  readonly call: string;
  readonly actuals: readonly Actual[];
  /** Passes in which it works; `values` of its arguments are in the same order. */
  readonly passes: readonly number[];
  /** Counted cycles per entry of `passes`. */
  readonly cycles: readonly ((run: Run) => number)[];
  /** Pipeline fill beyond the counted cycles, per entry of `passes`. */
  readonly fills: readonly FillOf[];
  readonly instance: string;
  /** The process of the instance's module; undefined for routers and carries. */
  readonly spec: ProcessSpec | undefined;
}

export type FillOf = (run: Run, depths: Depths) => Fill;

/** A memory pointer of the kernel. */
export interface MemoryArgument {
  /** Argument name. */
  readonly name: string;
  /** AXI bundle: a read and a write pointer of one buffer share one. */
  readonly bundle: string;
  /** The instance whose processes use it. */
  readonly instance: string;
  readonly spec: MemorySpec;
}

/** How the parts of a stage that is split into several kernels go through the passes together; see lower/split.ts. */
export interface Together {
  /** Kernel that the others wait for after every pass: in decode the one with the sampler. */
  readonly controller: string;
  /** The other kernels. */
  readonly followers: readonly string[];
}

/** A kernel as data: what the printer writes out. */
export interface Program {
  /** C++ function. */
  readonly name: string;
  readonly stage: StageName;
  readonly analysis: StageAnalysis;
  readonly channels: readonly Channel[];
  readonly processes: readonly Process[];
  readonly memories: readonly MemoryArgument[];
  /** The stream behind each FIFO between two instances. */
  readonly streams: ReadonlyMap<Channel, ResolvedStream>;
  /** Undefined for the only kernel of its stage. */
  readonly together: Together | undefined;
}
