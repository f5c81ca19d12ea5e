/** Small constants (norms, scales, angles): tables on chip, all loaded through one port when the kernel starts. */
import { FLOAT, vectorType } from '../ir/cpp-type.ts';
import { memoryBytes, type MemorySpec, memoryWords, type Table } from '../ir/memory.ts';
import type { MemoryArgument } from '../ir/process.ts';
import { isWeights } from '../models/manifest.ts';
import { ceilDiv } from '../modules/common.ts';
import type { DesignContext } from '../modules/types.ts';

/** Floats that the port of the constants brings per cycle: a narrow one, since it works once. */
const PORT_FLOATS = 4;
export const CONSTANT_WORD = vectorType(FLOAT, PORT_FLOATS);

/** The largest table that is kept on chip, in bytes: 16 URAM where its rows fill them. Larger ones are read when they are needed. */
export const MOST_TABLE_BYTES = 512 * 1024;

/** Port of the constants, and name of its pointer in the only kernel of a stage. */
export const CONSTANTS = 'constants';

/** Floats of a word of an image of floats. */
function floatsOf({ word }: MemorySpec): number {
  if (word.kind !== 'vector' || word.of.kind !== 'float') throw new Error('a table holds floats');
  return word.lanes;
}

/** Whether a memory holds constants that are small enough to be kept on chip. Weights and embeddings are read where they lie. */
export const isTable = (spec: MemorySpec): boolean =>
  spec.content.kind === 'image' &&
  !isWeights(spec.content.layout) &&
  spec.content.layout.kind !== 'embedding_rows' &&
  memoryBytes(spec) <= MOST_TABLE_BYTES;

/** Whether a memory is the one that tables are loaded from. */
export const isConstants = ({ content }: MemorySpec): boolean =>
  content.kind === 'image' && content.layout.kind === 'constants';

/** The table of a memory. */
export function tableOf(name: string, instance: string, spec: MemorySpec, { ultra }: DesignContext): Table {
  const lanes = floatsOf(spec);
  const row = Math.max(PORT_FLOATS, lanes);
  return { name, instance, spec, row, rows: ceilDiv(memoryWords(spec) * lanes, row), ultra };
}

/** Floats of a word of a table. */
export const wordFloats = ({ spec }: Table): number => floatsOf(spec);

/** Words of the port that a table takes, also the cycles in which it is loaded. */
export const loadWords = ({ row, rows }: Table): number => (rows * row) / PORT_FLOATS;

/**
 * The pointer through which tables are loaded; none without tables. Its port is placed with the instance that has the largest. The
 * parts of a split stage name it differently, since each has an image of its own; their ports lie in one bank.
 */
export function constantsMemory(name: string, tables: readonly Table[]): readonly MemoryArgument[] {
  const [largest] = [...tables].sort((a, b) => loadWords(b) - loadWords(a));
  if (!largest) return [];
  const words = tables.reduce((sum, table) => sum + loadWords(table), 0);
  const spec: MemorySpec = {
    name: 'constants',
    word: CONSTANT_WORD,
    direction: 'read',
    content: {
      kind: 'image',
      layout: {
        kind: 'constants',
        tables: tables.map((table) => {
          const { content } = table.spec;
          if (content.kind !== 'image' || content.layout.kind === 'constants') throw new Error('a table has an image');
          return {
            wordBytes: 4 * wordFloats(table),
            row: table.row,
            layout: content.layout,
            segments: content.segments,
          };
        }),
      },
      segments: [{ role: 'table', layers: 1, words }],
    },
  };
  return [{ name, bundle: CONSTANTS, instance: largest.instance, spec }];
}
