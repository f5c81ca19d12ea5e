import type { LinkDirection } from '../models/manifest.ts';
import type { Call } from './call.ts';
import type { CppType } from './cpp-type.ts';
import type { Expression } from './expression.ts';
import type { MemorySpec, Table } from './memory.ts';
import type { FillOf } from './timing.ts';

/** A FIFO of the dataflow region, or an array of them. */
export interface Channel {
  readonly name: string;
  readonly type: CppType;
  readonly depth: number;
  /** Kept between passes: it carries data to a later one. */
  readonly carried: boolean;
  readonly array: number | null;
  /** It may lie in URAM (ir/storage.ts). */
  readonly ultra: boolean;
  /** A stream from or to another kernel: an argument instead of a FIFO. */
  readonly link?: LinkDirection;
}

/** A memory pointer of a kernel. */
export interface MemoryArgument {
  /** Argument name. */
  readonly name: string;
  /** AXI bundle: a read and a write pointer of one buffer share one; a second one that is read has its own. */
  readonly bundle: string;
  /** The instance whose processes use it. */
  readonly instance: string;
  readonly spec: MemorySpec;
}

/** Types of arguments that are passed by value. */
export type ValueType = 'int' | 'float' | 'unsigned';

/** What one argument of a process is in the region. `label` is the name of the parameter. */
export type Actual =
  | {
      readonly kind: 'channel';
      readonly channel: Channel;
      /** Element of an array of FIFOs; null for a single FIFO, or for the whole array. */
      readonly index: number | null;
      readonly access: 'read' | 'write';
      readonly label: string;
    }
  | { readonly kind: 'memory'; readonly memory: MemoryArgument; readonly label: string }
  | { readonly kind: 'table'; readonly table: Table; readonly label: string }
  /** The stream through which the sampler hands the next token to the kernel's control loop. */
  | { readonly kind: 'result'; readonly label: string }
  | {
      readonly kind: 'value';
      readonly type: ValueType;
      readonly label: string;
      /** Bits that its values need: an `int` counts or addresses something from 0. */
      readonly bits: number;
      /** By pass, in the order of `Process.passes`. */
      readonly values: readonly Expression[];
    };

/** Words that the FIFO behind a reader holds when a pass begins, and those that it fetches in it for the next one. */
export interface Ahead {
  readonly held: number;
  readonly fetched: number;
}

/** One process: a function of its own that works in its passes and returns at once in all others. */
export interface Process {
  readonly name: string;
  readonly call: Call;
  readonly actuals: readonly Actual[];
  /** Passes in which it works. */
  readonly passes: readonly number[];
  /** Counted cycles (trip counts times initiation intervals) per entry of `passes`. */
  readonly cycles: readonly Expression[];
  /** Pipeline fill beyond the counted cycles, per entry of `passes`. */
  readonly fills: readonly FillOf[];
  /** Of a reader that runs ahead of its passes, per entry of `passes`. */
  readonly ahead?: readonly Ahead[];
  readonly instance: string;
}
