import { type Design, STAGE_NAMES, type StageName } from '../../design/types.ts';
import type { DesignAnalysis } from '../../schedule/types.ts';
import { targetById } from '../../targets/targets.ts';
import type { MemoryBanks } from '../../targets/types.ts';
import { banksOf, portKey, sustained } from './banks.ts';
import type { MemoryPort } from './memory-ports.ts';
import { sumOf } from '../parts/numbers.ts';

/** A port with its bank and what it asks of it; rates in bytes per second. */
export interface PortLoad {
  readonly stage: StageName;
  readonly name: string;
  readonly key: string;
  readonly direction: 'read' | 'write' | 'both';
  readonly content: 'weights' | 'cache' | 'table' | 'buffer';
  readonly widthBits: number;
  /** Bytes of the buffer behind it. */
  readonly size: number;
  readonly bank: string | null;
  readonly automatic: boolean;
  /** Bytes per run of the stage: a prompt of the workload, a token in the middle of its answer. */
  readonly bytes: number;
  /** A word per cycle. */
  readonly fullRate: number;
  /** Average in the pass in which it is busiest. */
  readonly demand: number;
  /** Largest share of the cycles of a pass in which it transfers. */
  readonly duty: number;
  /** What the bank sustains. */
  readonly ceiling: number;
  /** Demand over ceiling. */
  readonly share: number;
  readonly passes: MemoryPort['passes'];
}

/** What the ports of a stage ask together; bytes per second. */
export interface StageBandwidth {
  /** Ports that stream (more than half of the cycles of a pass), each a word per cycle, in the pass with most of them. */
  readonly peak: number;
  /** Peak of the memory that the ports are on first of all. */
  readonly ceiling: number;
  readonly share: number;
  readonly pass: number;
}

/** A port streams where it transfers in more than this share of the cycles of a pass. */
const STREAMING = 0.5;

export function portLoads(analysis: DesignAnalysis): PortLoad[] {
  return banksOf(analysis).ports.map(({ port, place }) => {
    const clock = analysis.design.clocks[port.stage] * 1e6;
    let duty = 0;
    for (const pass of port.passes) duty = Math.max(duty, pass.duty);
    const fullRate = port.wordBytes * clock;
    const ceiling = place ? sustained(place.memory) : 0;
    return {
      stage: port.stage,
      name: port.name,
      key: portKey(port),
      direction: port.direction,
      content: port.content,
      widthBits: port.wordBytes * 8,
      size: port.size,
      bank: place?.name ?? null,
      automatic: place?.automatic ?? true,
      bytes: port.bytes,
      fullRate,
      demand: duty * fullRate,
      duty,
      ceiling,
      share: ceiling > 0 ? (duty * fullRate) / ceiling : 0,
      passes: port.passes,
    };
  });
}

/** The memory that ports are on first of all, HBM: what is asked for is held against its peak. */
export const leadingMemory = (design: Design): MemoryBanks | undefined => targetById(design.target)?.memories[0];

/** Peak bandwidth of each stage: streams of one pass add up, streams of different passes take turns. */
export function stageBandwidth(
  analysis: DesignAnalysis,
  loads: readonly PortLoad[] = portLoads(analysis),
): Record<StageName, StageBandwidth> {
  const ceiling = leadingMemory(analysis.design)?.total ?? 0;
  const of = (stage: StageName): StageBandwidth => {
    let peak = 0;
    let busiest = -1;
    for (const { index } of analysis.stages[stage].passes) {
      const rate = sumOf(
        loads
          .filter(
            (load) => load.stage === stage && load.passes.some((pass) => pass.pass === index && pass.duty > STREAMING),
          )
          .map((load) => load.fullRate),
      );
      if (rate > peak) {
        peak = rate;
        busiest = index;
      }
    }
    return { peak, ceiling, share: ceiling > 0 ? peak / ceiling : 0, pass: busiest };
  };
  return Object.fromEntries(STAGE_NAMES.map((stage) => [stage, of(stage)])) as Record<StageName, StageBandwidth>;
}
