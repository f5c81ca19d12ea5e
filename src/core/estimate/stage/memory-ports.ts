import { cacheSlot } from '../../design/cache.ts';
import type { StageName } from '../../design/types.ts';
import { programOf } from '../../lower/program.ts';
import type { Run } from '../../ir/expression.ts';
import { bytesOf } from '../../ir/cpp-type.ts';
import { backingName, memoryBytes, type MemorySpec } from '../../ir/memory.ts';
import { isWeights } from '../../models/manifest.ts';
import type { StageAnalysis } from '../../schedule/types.ts';
import { IDEAL, passCycles, portBytes } from '../pass/pass-time.ts';
import { passRuns, sameRun } from '../pass/runs.ts';

/** What a port moves in one pass. */
export interface PortPass {
  readonly pass: number;
  /** Runs of the pass per run of the stage: layers, or 1. */
  readonly runs: number;
  /** Bytes per run of the pass. */
  readonly bytes: number;
  /** Share of the counted cycles of the pass in which it transfers a word. */
  readonly duty: number;
}

/** An AXI port of a kernel: a bundle with its pointers. */
export interface MemoryPort {
  readonly stage: StageName;
  /** Bundle; unique in the stage. */
  readonly name: string;
  /** Kernel arguments on it. */
  readonly args: readonly string[];
  readonly direction: 'read' | 'write' | 'both';
  /** What lies behind it. */
  readonly content: 'weights' | 'cache' | 'table' | 'buffer';
  /** Name of the buffer: stages that name the same one share it. */
  readonly buffer: string;
  /** The instance that reads it; that writes it where none reads. */
  readonly user: string;
  readonly wordBytes: number;
  /** Bytes of the buffer. */
  readonly size: number;
  readonly passes: readonly PortPass[];
  /** Bytes per run of the stage (a prompt, a token). */
  readonly bytes: number;
  /** A port for the generated tokens, which only the export adds, goes where this one does. */
  readonly tokens: boolean;
}

function contentOf({ content }: MemorySpec): MemoryPort['content'] {
  if (content.kind === 'buffer') return content.buffer.kind === 'kv_cache' ? 'cache' : 'buffer';
  return isWeights(content.layout) ? 'weights' : 'table';
}

/** The ports of a stage as last asked for: an edit of the other stage leaves them as they are. */
const last = cacheSlot<StageAnalysis, { readonly run: Run; readonly ports: readonly MemoryPort[] }>();

/** The ports of a stage with what they move in one run: a prompt (prefill) or a token (decode). */
export function memoryPorts(stage: StageAnalysis, run: Run): readonly MemoryPort[] {
  const known = last(stage);
  if (known.value && sameRun(known.value.run, run)) return known.value.ports;
  const ports = derivePorts(stage, run);
  known.value = { run, ports };
  return ports;
}

function derivePorts(stage: StageAnalysis, run: Run): MemoryPort[] {
  const ports = new Map<string, { specs: MemorySpec[]; args: string[]; user: string; passes: PortPass[] }>();
  for (const { name, bundle, instance, spec } of programOf(stage).memories) {
    const port = ports.get(bundle) ?? { specs: [], args: [], user: instance, passes: [] };
    if (spec.direction === 'read') port.user = instance;
    port.specs.push(spec);
    port.args.push(name);
    ports.set(bundle, port);
  }
  for (const pass of stage.passes) {
    const runs = passRuns(stage, pass);
    const moved = portBytes(stage, pass, run);
    if (moved.size === 0) continue;
    const cycles = passCycles(stage, pass, run, IDEAL);
    for (const [name, bytes] of moved) {
      const port = ports.get(name);
      if (!port || bytes === 0) continue;
      port.passes.push({
        pass: pass.index,
        runs,
        bytes,
        duty: cycles > 0 ? bytes / bytesOf((port.specs[0] as MemorySpec).word) / cycles : 0,
      });
    }
  }
  return [...ports].map(([name, { specs, args, user, passes }]) => {
    const [spec] = specs as [MemorySpec, ...MemorySpec[]];
    const reads = specs.some((one) => one.direction === 'read');
    const writes = specs.some((one) => one.direction === 'write');
    return {
      stage: stage.stage,
      name,
      args,
      direction: reads && writes ? 'both' : reads ? 'read' : 'write',
      content: contentOf(spec),
      buffer: backingName(stage.stage, name, spec),
      user,
      wordBytes: Math.max(...specs.map((one) => bytesOf(one.word))),
      size: Math.max(...specs.map(memoryBytes)),
      passes,
      bytes: passes.reduce((sum, pass) => sum + pass.runs * pass.bytes, 0),
      tokens: specs.some(({ content }) => content.kind === 'buffer' && content.buffer.kind === 'logits'),
    };
  });
}
