import type { StageName } from '../design/types.ts';
import type { Table } from '../ir/memory.ts';
import type { Channel, MemoryArgument, Process } from '../ir/process.ts';
import type { ResolvedStream, StageAnalysis } from '../schedule/types.ts';

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
  /** SLR that the kernel is a part for; null for the only kernel of its stage. */
  readonly slr: number | null;
  readonly analysis: StageAnalysis;
  readonly channels: readonly Channel[];
  readonly processes: readonly Process[];
  /** Memory pointers, that of the constants among them. */
  readonly memories: readonly MemoryArgument[];
  /** In the order in which they are loaded. */
  readonly tables: readonly Table[];
  /** The stream behind each FIFO between two instances. */
  readonly streams: ReadonlyMap<Channel, ResolvedStream>;
  /** Undefined for the only kernel of its stage. */
  readonly together: Together | undefined;
}
