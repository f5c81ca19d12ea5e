import type { Finding } from '../diagnostics/diagnostic.ts';
import type { Architecture } from '../models/architecture.ts';
import type { Recipe } from '../models/recipe.ts';
import type { Segmentation } from '../models/segments.ts';
import type { ToolAnswers } from '../targets/assumptions.ts';

export type StageName = 'prefill' | 'decode';
export const STAGE_NAMES: readonly StageName[] = ['prefill', 'decode'];

export type ParamValue = number | string;

/** One use of an instance within a layer. Its role says which tensor of the model it works on. */
export interface Operation {
  readonly id: string;
  readonly role: string;
}

/** One piece of hardware on a canvas: a module with parameter values. */
export interface Instance {
  /** C++-safe and unique in its stage. */
  readonly id: string;
  /** Module id of the catalogue. */
  readonly module: string;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly operations: readonly Operation[];
  /** SLR that the user places it in, from 0; assigned automatically when absent. */
  readonly slr?: number | undefined;
  readonly position: { readonly x: number; readonly y: number };
}

export interface Endpoint {
  readonly instance: string;
  readonly operation: string;
  readonly port: string;
}

/** A typed connection between two operations. Its type is derived, never stored. */
export interface Stream {
  readonly id: string;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** FIFO depth in vectors; derived when absent. */
  readonly depth?: number | undefined;
  /** How data is kept when the edge leads to a later pass; derived when absent. */
  readonly carry?: 'fifo' | 'memory' | undefined;
}

/** Names of colours; the user interface has one for each in both themes. */
export const GROUP_COLOURS = ['blue', 'teal', 'green', 'amber', 'rose', 'violet', 'grey'] as const;
export type GroupColour = (typeof GROUP_COLOURS)[number];

/** Instances that belong together on a canvas. It changes how they are drawn, never what is built. */
export interface Group {
  readonly id: string;
  readonly title: string;
  readonly colour: GroupColour;
  /** Ids of instances; an instance belongs to the first group that names it. */
  readonly members: readonly string[];
  /** Drawn as one card with the ports that lead out of it. */
  readonly collapsed?: boolean | undefined;
}

/** A remark on a canvas, in a small subset of Markdown. It changes nothing that is built. */
export interface Note {
  readonly id: string;
  readonly text: string;
  readonly position: { readonly x: number; readonly y: number };
  readonly size: { readonly width: number; readonly height: number };
}

export interface StageGraph {
  readonly instances: readonly Instance[];
  readonly streams: readonly Stream[];
  readonly groups?: readonly Group[] | undefined;
  readonly notes?: readonly Note[] | undefined;
}

/** Resources of an instance as the vendor's tools reported them. They hold as long as the instance has these parameters. */
export interface BuiltInstance {
  readonly stage: StageName;
  readonly instance: string;
  readonly params: Readonly<Record<string, ParamValue>>;
  /** C synthesis, or placement and routing. */
  readonly from: 'synthesised' | 'implemented';
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram18: number;
  readonly uram: number;
}

/** The clock of a stage in a build, in MHz, and the print of the hardware that was built (built-clocks.ts). */
export interface BuiltClock {
  readonly stage: StageName;
  readonly clock: number;
  readonly of: string;
}

/**
 * Lambda-shaped attention: a token attends to the first tokens of the text (sinks) and to the most recent ones up to itself.
 * The distance to a sink counts as that to the end of the window at most.
 */
export interface Window {
  readonly sinks: number;
  readonly recent: number;
}

/** The whole document that a user edits and saves. */
export interface Design {
  readonly format: 'flexllm-composer';
  readonly version: 1;
  readonly name: string;
  /** Id of a target profile. */
  readonly target: string;
  /** Id of the shell on the target; its default when absent. */
  readonly platform?: string | undefined;
  /** Prefill and decode in one bitstream (their resources add) or in two (each has the whole card); the target's default when absent. */
  readonly bitstreams?: 1 | 2 | undefined;
  /** Each stage as one kernel per SLR that it lies in; as one kernel when absent. */
  readonly split?: 'slr' | undefined;
  readonly model: Architecture;
  readonly recipe: Recipe;
  /** What the design is dimensioned for; drives the estimates only. */
  readonly workload: { readonly prompt: number; readonly generate: number; readonly batch: number };
  /** Hard sizes of buffers and caches, in tokens. */
  readonly limits: {
    readonly prompt: number;
    readonly context: number;
    /** Most tokens of one launch of prefill, a multiple of TP: longer prompts take several. Absent: one launch takes any prompt. */
    readonly chunk?: number | undefined;
  };
  /** What a token attends to, in both stages; all tokens before it when absent. */
  readonly window?: Window | undefined;
  /** How prefill goes through a text of any length in segments, with a memory of them; in one piece when absent. */
  readonly hmt?: Segmentation | undefined;
  /** Tokens that prefill works on side by side (TP). */
  readonly tokenParallelism: number;
  /** Memories that K (and V) are spread over, by KV heads. */
  readonly cachePorts: number;
  /** Target clock of each stage in MHz. */
  readonly clocks: { readonly prefill: number; readonly decode: number };
  /** Banks that the user gives to memory ports: `decode.linear_all_w0` -> `HBM[3]`; automatic for all others. */
  readonly banks?: Readonly<Record<string, string>> | undefined;
  /** Seconds to load the other bitstream between prefill and decode; the target's when absent. */
  readonly reconfiguration?: number | undefined;
  /** What a build of this design took, in place of the estimates. */
  readonly built?: readonly BuiltInstance[] | undefined;
  /** What the user's tools said about the assumptions of the library: the design takes the forms that hold. */
  readonly probe?: ToolAnswers | undefined;
  /** What the kernels of a build ran at: known clocks, which nothing that others reached bounds. */
  readonly builtClocks?: readonly BuiltClock[] | undefined;
  readonly stages: { readonly prefill: StageGraph; readonly decode: StageGraph };
}

/** Something wrong with a design: what (in a sentence that says what to do), and where. */
export interface Problem<Code extends string = string> extends Finding<Code> {
  /** JSON path in the document (schema problems), such as `stages.prefill.instances.3.id`. */
  readonly path?: string;
  readonly stage?: StageName;
  readonly instance?: string;
  readonly operation?: string;
  readonly port?: string;
  readonly stream?: string;
  readonly param?: string;
}
