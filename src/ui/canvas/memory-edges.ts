import type { Design, Instance, StageName } from '../../core/design/types.ts';
import { moduleById } from '../../core/modules/catalogue.ts';
import { rolesOf } from '../state/edits.ts';

/** A tensor in memory that one instance of a stage writes and another reads: the K and V cache. */
export interface MemoryWire {
  readonly tensor: 'k_cache' | 'v_cache';
  readonly writer: string;
  readonly reader: string;
}

export const MEMORY_NAMES: Readonly<Record<MemoryWire['tensor'], string>> = { k_cache: 'K cache', v_cache: 'V cache' };
const TENSORS = Object.keys(MEMORY_NAMES) as MemoryWire['tensor'][];

function touching(design: Design, stage: StageName, what: 'reads' | 'writes', tensor: string): Instance[] {
  return design.stages[stage].instances.filter((instance) => {
    const entry = moduleById(instance.module);
    const roles = entry ? rolesOf(design, stage, entry) : [];
    return instance.operations.some((operation) =>
      roles.find(({ role }) => role === operation.role)?.[what]?.includes(tensor),
    );
  });
}

/** Who reads in a stage what another instance writes to the cache. */
export function memoryWires(design: Design, stage: StageName): MemoryWire[] {
  return TENSORS.flatMap((tensor) => {
    const readers = touching(design, stage, 'reads', tensor);
    return touching(design, stage, 'writes', tensor).flatMap((writer) =>
      readers
        .filter((reader) => reader.id !== writer.id)
        .map((reader) => ({ tensor, writer: writer.id, reader: reader.id })),
    );
  });
}
