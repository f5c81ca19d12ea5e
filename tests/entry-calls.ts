/** The calls of an entry alone, as C++, whether or not the entry finds its parameters legal; and what compilers say of them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instance } from '../src/core/design/types.ts';
import { printFunction, printType } from '../src/core/generate/print-cpp.ts';
import type { Call } from '../src/core/ir/call.ts';
import { type CppType, INDEX, vectorType } from '../src/core/ir/cpp-type.ts';
import { vectorOf } from '../src/core/modules/common.ts';
import type { Arg, InstanceContext, ModuleEntry, ProcessSpec, Structure } from '../src/core/modules/types.ts';
import { assets, command, WARNINGS } from './harness.ts';

/** Writes what compilers need of the runtime. */
export function writeRuntime(folder: string): void {
  const { headers, csim } = assets();
  const all = [
    ...Object.entries(headers).map(([name, text]) => [`include/flexllm/${name}`, text] as const),
    ...Object.entries(csim).map(([name, text]) => [`csim/${name}`, text] as const),
  ];
  for (const path of ['include/flexllm', 'csim']) mkdirSync(join(folder, path), { recursive: true });
  for (const [path, text] of all) writeFileSync(join(folder, path), text);
}

/**
 * An instance with other parameters than it has. Its inputs are what they were; its outputs what the entry makes of them.
 * @throws Refusal when the entry refuses
 */
export function instanceWith(
  context: InstanceContext,
  entry: ModuleEntry,
  params: Instance['params'],
): InstanceContext {
  const roles = context.operations.map(({ role }) => role);
  return {
    ...context,
    params,
    operations: context.operations.map((operation) => ({
      ...operation,
      outputs: entry.infer(context.design, params, operation.role, operation.inputs, roles),
    })),
  };
}

const include = (calls: readonly Call[]): string =>
  [...new Set(calls.map(({ header }) => `#include "flexllm/${header}.hpp"`))].join('\n');

function parameter({ operations }: InstanceContext, { wires, memories }: Structure, arg: Arg): string {
  const stream = (type: CppType): string => `hls::stream<${printType(type)}>`;
  switch (arg.kind) {
    case 'port': {
      const type = operations[0]?.inputs[arg.port] ?? operations[0]?.outputs[arg.port];
      if (!type) throw new Error(`no type at ${arg.port}`);
      return `${stream(vectorOf(type))}& `;
    }
    case 'wire': {
      const wire = wires.find(({ name }) => name === arg.wire);
      if (!wire) throw new Error(`no wire ${arg.wire}`);
      const one = wire.array === undefined || arg.index !== undefined;
      return one ? `${stream(wire.type)}& ` : `${stream(wire.type)} (&)[${wire.array}]`;
    }
    case 'memory': {
      const memory = memories.find(({ name }) => name === arg.memory);
      if (!memory) throw new Error(`no memory ${arg.memory}`);
      return `${memory.direction === 'read' ? 'const ' : ''}${printType(memory.word)}* `;
    }
    case 'result':
      return `${stream(vectorType(INDEX, 1))}& `;
    case 'value':
      return `${arg.type} `;
  }
}

function callOf(instance: InstanceContext, structure: Structure, { call, args }: ProcessSpec): string {
  const parameters = args.map((arg, index) => {
    const type = parameter(instance, structure, arg);
    return type.includes('(&)') ? type.replace('(&)', `(&a${index})`) : `${type}a${index}`;
  });
  return `(${parameters.join(', ')}) { ${printFunction(call)}(${args.map((_, index) => `a${index}`).join(', ')}); }`;
}

/** Functions that call all processes of instances as kernels do; equal ones once. */
export function callsSource(instances: readonly InstanceContext[], entry: ModuleEntry): string {
  const structures = instances.map((instance) => ({ instance, structure: entry.structure(instance) }));
  const calls = structures.flatMap(({ instance, structure }) =>
    structure.processes.map((process) => callOf(instance, structure, process)),
  );
  const headers = include(structures.flatMap(({ structure }) => structure.processes.map(({ call }) => call)));
  const functions = [...new Set(calls)].map((text, index) => `void call_${index}${text}`);
  return `${headers}\n${functions.join('\n')}\n`;
}

const FLAGS = ['-std=c++17', ...WARNINGS, '-fsyntax-only', '-Iinclude', '-idirafter', 'csim'];

/** What a compiler says of a source; empty when it finds nothing wrong. */
export async function verdictOf(compiler: string, folder: string, name: string, source: string): Promise<string> {
  writeFileSync(join(folder, name), source);
  const more = compiler === 'g++' ? ['-fmax-errors=0'] : ['-ferror-limit=0', '-ftemplate-backtrace-limit=0'];
  return (await command(compiler, [...FLAGS, ...more, name], folder)).stderr;
}

/** Whether all template arguments of a call are C++ integers (or types), so that it can be printed. */
function printable({ templateArguments }: Call): boolean {
  const whole = (argument: unknown): boolean =>
    typeof argument === 'number'
      ? Number.isSafeInteger(argument) && Math.abs(argument) < 2 ** 31
      : typeof argument !== 'object' || argument === null || Object.values(argument).every(whole);
  return templateArguments.every(whole);
}

/** Instantiations of an instance that another of its module does not have, as they can be printed. */
export function instantiations(instance: InstanceContext, entry: ModuleEntry, other: InstanceContext): readonly Call[] {
  const known = new Set(entry.structure(other).processes.map(({ call }) => printFunction(call)));
  return entry
    .structure(instance)
    .processes.map(({ call }) => call)
    .filter((call) => call.templateArguments.length > 0 && printable(call) && !known.has(printFunction(call)));
}

/** Functions of the runtime, instantiated without being called; `#line` names the case that an error is of. */
export function instantiationSource(cases: readonly (readonly Call[])[]): string {
  const lines = cases.flatMap((calls, index) =>
    calls.map((call, part) => `#line 1 "case_${index}"\nvoid c${index}_${part}() { (void)&${printFunction(call)}; }`),
  );
  return `${include(cases.flat())}\n${lines.join('\n')}\n`;
}

export interface Refusals {
  /** Messages of static assertions. */
  readonly asserted: readonly string[];
  /** All errors. */
  readonly errors: number;
}

/** What a compiler refuses of each case. g++ names the place in front of an error in a header, clang++ in notes behind it. */
export function refusalsIn(compiler: string, stderr: string, cases: number): Refusals[] {
  const found = Array.from({ length: cases }, () => ({ asserted: [] as string[], errors: 0 }));
  // What is said before any case is named may be of any of them; of a single case it is all.
  const give = (index: number, message: string | undefined): void => {
    const into = found[cases === 1 ? 0 : index];
    if (!into) return;
    into.errors += 1;
    if (message !== undefined) into.asserted.push(message);
  };
  let current = -1;
  let waiting: { readonly message: string | undefined } | undefined;
  for (const line of stderr.split('\n')) {
    const at = /case_(\d+):\d+/.exec(line)?.[1];
    if (at !== undefined) {
      current = Number(at);
      if (waiting) give(current, waiting.message);
      waiting = undefined;
    }
    const error = / error: (.*)$/.exec(line)?.[1];
    if (error === undefined) continue;
    const message =
      /^static assertion failed: (.*)$/.exec(error)?.[1] ?? /^static_assert failed.* "(.*)"$/.exec(error)?.[1];
    if (at !== undefined || compiler === 'g++') give(current, message);
    else waiting = { message };
  }
  return found;
}
