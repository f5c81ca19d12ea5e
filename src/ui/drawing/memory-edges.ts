import type { Design, Instance, StageName } from '../../core/design/types.ts';
import { moduleById } from '../../core/modules/catalogue.ts';
import type { MemoryTensor } from '../../core/modules/tensors.ts';
import { rolesOf } from '../../core/edit/instances.ts';

/** A tensor in memory that one instance of a stage writes and another reads in a later pass: the K and V cache. */
export interface MemoryWire {
  readonly tensor: MemoryTensor;
  readonly writer: string;
  readonly reader: string;
}

export const MEMORY_NAMES: Readonly<Record<MemoryTensor, string>> = {
  hidden: 'hidden state',
  k_cache: 'K cache',
  v_cache: 'V cache',
  next_token: 'next token',
  memories: 'memory of segments',
};

/** Instances of a stage by the tensor that they read, or write, for a later pass of the same layer. */
function touching(design: Design, stage: StageName, what: 'reads' | 'writes'): Map<MemoryTensor, Instance[]> {
  const found = new Map<MemoryTensor, Instance[]>();
  for (const instance of design.stages[stage].instances) {
    const entry = moduleById(instance.module);
    const done = new Set(instance.operations.map((operation) => operation.role));
    const tensors = (entry ? rolesOf(design, stage, entry) : [])
      .filter(({ role }) => done.has(role))
      .flatMap((role) => role[what] ?? [])
      .flatMap(({ tensor, seen }) => (seen === 'later_pass' ? [tensor] : []));
    for (const tensor of new Set(tensors)) found.set(tensor, [...(found.get(tensor) ?? []), instance]);
  }
  return found;
}

/** Who reads in a stage what another instance writes to the cache. */
export function memoryWires(design: Design, stage: StageName): MemoryWire[] {
  const readers = touching(design, stage, 'reads');
  const written = [...touching(design, stage, 'writes')].sort(([a], [b]) => a.localeCompare(b));
  return written.flatMap(([tensor, writers]) =>
    writers.flatMap((writer) =>
      (readers.get(tensor) ?? [])
        .filter((reader) => reader.id !== writer.id)
        .map((reader) => ({ tensor, writer: writer.id, reader: reader.id })),
    ),
  );
}
