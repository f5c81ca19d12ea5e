/** Variables of the control loop of a kernel: their types, who uses them, and what they are in a run. */
import { type Variable, variables } from '../ir/expression.ts';
import type { Process, ValueType } from '../ir/process.ts';
import { bitsFor, rangesOf } from '../lower/indices.ts';
import type { Program } from '../lower/types.ts';
import { keysBefore, windowRows } from '../modules/window.ts';

/** Variables of the control loop in the order in which they are passed down: what counts or addresses something, or the type of an argument from the host. */
const VARIABLES: Readonly<Record<Variable, ValueType | 'index'>> = {
  layer: 'index',
  blocks: 'index',
  length: 'index',
  position: 'index',
  row: 'index',
  oldest: 'index',
  lane: 'index',
  slot: 'index',
  held: 'index',
  token: 'index',
  top_k: 'int',
  temperature: 'float',
  seed: 'unsigned',
  copy_logits: 'int',
};
const ORDER = Object.keys(VARIABLES) as Variable[];

export const indexType = (bits: number): string => `flexllm::Index<${bits}>`;

/** C++ type of the number of a pass. It counts up to the number of passes, by which the end of a layer is known. */
export const passType = ({ analysis }: Program): string => indexType(bitsFor(analysis.passes.length));

/** C++ type of a variable of the control loop. */
export function variableType({ analysis }: Program, name: Variable): string {
  const type = VARIABLES[name];
  return type === 'index' ? indexType(bitsFor(rangesOf(analysis.context)(name)[1])) : type;
}

/** Variables of the control loop that a process uses. */
export function usedVariables(process: Process): Variable[] {
  const used = variables(...process.actuals.flatMap((actual) => (actual.kind === 'value' ? actual.values : [])));
  return ORDER.filter((name) => used.has(name));
}

/** Those that any process of a kernel uses. */
export function regionVariables(program: Program): Variable[] {
  const used = new Set(program.processes.flatMap(usedVariables));
  return ORDER.filter((name) => used.has(name));
}

/**
 * Declares the variables of a run that processes use: `start` is the position of its first token, `tokens` how many there
 * are with those that fill the last block.
 */
export function printRun(program: Program, start: string, tokens: string, indent: string): string {
  const { context } = program.analysis;
  const rows = windowRows(context);
  const before = keysBefore(context);
  const { hmt } = context;
  const keys = (from: string): string => (from === '' ? tokens : `${from} + ${tokens}`);
  const values: Partial<Record<Variable, string>> = {
    position: start,
    length: keys(rows && start !== '' ? `(${start} < ${before} ? ${start} : ${before})` : start),
    ...(rows
      ? {
          row: `${start} < ${rows.sinks} ? ${start} : ${rows.sinks} + (${start} - ${rows.sinks}) % ${rows.ring}`,
          oldest: `${rows.sinks} + (${start} < ${before} ? 0 : ${start} - ${before}) % ${rows.ring}`,
        }
      : {}),
    ...(hmt
      ? {
          lane: `(tokens - 1) % ${context.tp}`,
          slot: `memories % ${hmt.memories}`,
          held: `memories < ${hmt.memories} ? memories : ${hmt.memories}`,
        }
      : {}),
  };
  const used = regionVariables(program);
  return (Object.entries(values) as [Variable, string][])
    .filter(([name]) => used.includes(name))
    .map(([name, value]) => `${indent}const ${variableType(program, name)} ${name} = ${value};\n`)
    .join('');
}
