import type { HasCache } from '../design/cache.ts';
import type { RecipeCode } from '../models/recipe-diagnostics.ts';
import type { ModuleCode } from '../modules/diagnostics.ts';
import type { ScheduleCode } from './diagnostics.ts';
import type { Design, Instance, Operation, Problem, StageName, Stream } from '../design/types.ts';
import type { DesignContext, InstanceContext, ModuleEntry, PortSpec, RoleSpec, StreamType } from '../modules/types.ts';
import { contextOf, type InstanceMemory } from './reuse.ts';

/** What the analysis of a design finds: by itself, in the recipe, or because a module refuses what it is given. */
export type DesignProblem = Problem<ScheduleCode | RecipeCode | ModuleCode>;

/**
 * When an operation works: once per run before the layers, in every layer, or once after them; or after those of a launch of
 * prefill that is for a summary, or for a memory.
 */
export type Section = 'begin' | 'layer' | 'end' | 'summary' | 'memory';
export const SECTIONS: readonly Section[] = ['begin', 'layer', 'end', 'summary', 'memory'];

export interface ResolvedInstance {
  /** Among the instances of the graph. */
  readonly index: number;
  readonly instance: Instance;
  readonly entry: ModuleEntry;
  /** Parameter values with defaults filled in. */
  readonly params: Instance['params'];
  readonly outputs: readonly PortSpec[];
  readonly operations: ResolvedOperation[];
  /** What earlier analyses found out about it (reuse.ts). */
  readonly memory: InstanceMemory;
}

export interface ResolvedOperation {
  /** `<instance>/<operation>`, unique in the stage. */
  readonly key: string;
  /** Among the operations of its instance. */
  readonly index: number;
  readonly operation: Operation;
  readonly owner: ResolvedInstance;
  readonly role: RoleSpec;
  readonly incoming: Map<string, ResolvedStream>;
  readonly outgoing: Map<string, ResolvedStream>;
  inputs: Record<string, StreamType>;
  outputs: Record<string, StreamType>;
  section: Section;
  /** Pass in which it works, -1 while the stage has no schedule. */
  pass: number;
  /** Its place among the operations of that pass. */
  place: number;
}

export type StreamKind = 'fifo' | 'carry_fifo' | 'carry_memory';

export interface ResolvedStream {
  /** Among the streams of the stage. */
  readonly index: number;
  readonly stream: Stream;
  readonly from: ResolvedOperation;
  readonly to: ResolvedOperation;
  type: StreamType | undefined;
  kind: StreamKind;
  /** Vectors that the FIFO holds (of a memory carry: of the FIFOs at both ends). */
  depth: number;
  /** Vectors that a FIFO within a pass must hold so that no pass can block; see `leastDepths`. */
  least: number;
}

export interface Pass {
  readonly index: number;
  readonly section: Section;
  readonly operations: readonly ResolvedOperation[];
}

export interface StageAnalysis extends HasCache {
  readonly stage: StageName;
  readonly context: DesignContext;
  /** In program order: every FIFO runs forward. */
  readonly instances: readonly ResolvedInstance[];
  /** In topological order. */
  readonly operations: readonly ResolvedOperation[];
  readonly streams: readonly ResolvedStream[];
  readonly passes: readonly Pass[];
  /** No errors: structures, timing and code can be derived. */
  readonly legal: boolean;
}

/** Everything derived from a design: what is wrong with it, and how it runs. */
export interface DesignAnalysis extends HasCache {
  readonly design: Design;
  readonly problems: readonly DesignProblem[];
  readonly stages: Readonly<Record<StageName, StageAnalysis>>;
  readonly legal: boolean;
}

/** An instance as its module sees it. */
export function instanceContext(stage: StageAnalysis, resolved: ResolvedInstance): InstanceContext {
  return contextOf(stage.context, resolved);
}
