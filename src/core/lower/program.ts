import { cached } from '../design/cache.ts';
import { evaluate, type Run } from '../ir/expression.ts';
import type { Table } from '../ir/memory.ts';
import type { Channel, MemoryArgument, Process } from '../ir/process.ts';
import type { ResolvedStream, StageAnalysis } from '../schedule/types.ts';
import { type LoweredInstance, lowerInstance, Names } from './instance.ts';
import { endsOf } from './streams.ts';
import { CONSTANTS, constantsMemory } from './tables.ts';
import type { Program } from './types.ts';

interface LoweredStage {
  readonly program: Program;
  /** In program order. */
  readonly instances: readonly LoweredInstance[];
}

/** A legal stage and its instances, lowered once per analysis. */
const loweredStage = cached((stage: StageAnalysis): LoweredStage => {
  if (!stage.legal) throw new Error(`the ${stage.stage} stage has errors`);
  const names = new Names();
  const channels: Channel[] = [];
  const processes: Process[] = [];
  const memories: MemoryArgument[] = [];
  const tables: Table[] = [];
  const streams = new Map<Channel, ResolvedStream>();
  const add = (channel: Channel): void => {
    names.take(channel.name);
    channels.push(channel);
  };
  const ends = stage.streams.map((stream) => endsOf(stream, stage.context));
  ends.forEach(({ producer, consumer, index }) => {
    add(producer);
    if (consumer === producer) streams.set(producer, stage.streams[index] as ResolvedStream);
    else add(consumer);
  });
  const instances = stage.instances.map((resolved) => lowerInstance(stage, resolved, ends, names));
  for (const instance of instances) {
    for (const channel of instance.channels) channels.push(channel);
    for (const process of instance.processes) processes.push(process);
    for (const memory of instance.memories) memories.push(memory);
    for (const table of instance.tables) tables.push(table);
  }
  return {
    instances,
    program: {
      name: stage.stage,
      stage: stage.stage,
      slr: null,
      analysis: stage,
      channels,
      processes,
      memories: [...memories, ...constantsMemory(names.take(CONSTANTS), tables)],
      tables,
      streams,
      together: undefined,
    },
  };
});

/** The program of a legal stage: processes, channels and memory pointers in program order. */
export const programOf = (stage: StageAnalysis): Program => loweredStage(stage).program;

/** The instances of a legal stage as its program has them, in program order; those that an edit does not touch stay the same objects. */
export const instancesOf = (stage: StageAnalysis): readonly LoweredInstance[] => loweredStage(stage).instances;

/** Counted cycles of every process in every pass it works in, for one run of the passes. */
export function countProcesses(
  program: Program,
  run: Run,
): { process: string; instance: string; pass: number; cycles: number }[] {
  return program.processes.flatMap((process) =>
    process.passes.map((pass, index) => ({
      process: process.name,
      instance: process.instance,
      pass,
      cycles: evaluate(process.cycles[index] ?? 0, run),
    })),
  );
}
