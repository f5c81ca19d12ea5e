import type { StageName } from '../design/types.ts';
import { bitsOf, type CppType, FLOAT, INDEX, vectorType } from '../ir/cpp-type.ts';
import type { Variable } from '../ir/expression.ts';
import { memoryWords, type Table } from '../ir/memory.ts';
import { arrayStorage, fifoStorage } from '../ir/storage.ts';
import type { Actual, Channel, MemoryArgument, Process, ValueType } from '../ir/process.ts';
import { bitsFor } from '../lower/indices.ts';
import { doneOf, goOf, SIGNAL } from '../lower/split.ts';
import { isConstants, loadWords } from '../lower/tables.ts';
import type { Program } from '../lower/types.ts';
import type { LinkDirection } from '../models/manifest.ts';
import { inChunks } from '../modules/chunks.ts';
import { LAUNCH_NUMBERS } from '../models/segments.ts';
import { passesOfLastLayer } from '../schedule/pass-runs.ts';
import type { Section } from '../schedule/types.ts';
import { indexType, passType, printRun, regionVariables, usedVariables, variableType } from './variables.ts';
import { printExpression, printFunction, printType } from './print-cpp.ts';

/** First process number of decode in the table of counts that both kernels share. */
export const DECODE_PROCESSES = 256;

/** What the sampler hands to the control loop, and what decode writes for the host. */
const TOKEN: CppType = vectorType(INDEX, 1);

const streamOf = (type: CppType): string => `hls::stream<${printType(type)}>`;

const pointer = ({ spec }: MemoryArgument): string =>
  `${spec.direction === 'read' ? 'const ' : ''}${printType(spec.word)}* `;

const rowType = ({ row }: Table): string => printType(vectorType(FLOAT, row));

const tableParameter = (table: Table, name: string): string => `const ${rowType(table)} (&${name})[${table.rows}]`;

/** Pointers that processes use: all but the one through which tables are loaded. */
const regionMemories = ({ memories }: Program): readonly MemoryArgument[] =>
  memories.filter(({ spec }) => !isConstants(spec));

/** Declares the tables of a kernel and fills them. */
function printTables({ memories, tables }: Program): string {
  const port = memories.find(({ spec }) => isConstants(spec));
  if (!port) return '';
  let first = 0;
  const lines = ['  // Constants stay on chip, loaded through one port.'];
  const loads: string[] = [];
  for (const table of tables) {
    const storage = arrayStorage(table.rows, 32 * table.row, false, table.ultra);
    lines.push(`  FLEXLLM_BUFFER ${rowType(table)} ${table.name}[${table.rows}];`);
    if (storage !== 'register')
      lines.push(`#pragma HLS bind_storage variable=${table.name} type=ram_2p impl=${storage}`);
    loads.push(`  flexllm::load_table<${table.row}, ${table.rows}>(${port.name}, ${first}, ${table.name});`);
    first += loadWords(table);
  }
  return `${[...lines, ...loads].join('\n')}\n`;
}

function parameter(actual: Exclude<Actual, { kind: 'value' }>, name: string): string {
  switch (actual.kind) {
    case 'memory':
      return `${pointer(actual.memory)}${name}`;
    case 'table':
      return tableParameter(actual.table, name);
    case 'result':
      return `${streamOf(TOKEN)}& ${name}`;
    case 'channel':
      return actual.channel.array !== null && actual.index === null
        ? `${streamOf(actual.channel.type)} (&${name})[${actual.channel.array}]`
        : `${streamOf(actual.channel.type)}& ${name}`;
  }
}

/** The process as a function: does its operation of this pass or returns at once. */
function printProcess(program: Program, process: Process, id: number): string {
  const variables = usedVariables(process);
  const taken = new Set<string>(['pass', ...variables]);
  const named = process.actuals.map((actual) => {
    let name = actual.label;
    for (let index = 2; taken.has(name); index += 1) name = `${actual.label}_${index}`;
    taken.add(name);
    return { actual, name };
  });
  const parameters = [
    `${passType(program)} pass`,
    ...variables.map((name) => `${variableType(program, name)} ${name}`),
  ];
  const locals: { type: string; name: string; values: readonly string[] }[] = [];
  const args = named.map(({ actual, name }) => {
    if (actual.kind !== 'value') {
      parameters.push(parameter(actual, name));
      return name;
    }
    const texts = actual.values.map(printExpression);
    if (new Set(texts).size === 1) return texts[0] as string;
    locals.push({ type: actual.type === 'int' ? indexType(actual.bits) : actual.type, name, values: texts });
    return name;
  });
  const lines: string[] = [];
  if (locals.length === 0) {
    lines.push(`  if (${process.passes.map((pass) => `pass != ${pass}`).join(' && ')}) return;`);
  } else {
    for (const local of locals) lines.push(`  ${local.type} ${local.name} = 0;`);
    lines.push('  switch (pass) {');
    process.passes.forEach((pass, index) => {
      lines.push(
        `    case ${pass}:`,
        ...locals.map((local) => `      ${local.name} = ${local.values[index]};`),
        '      break;',
      );
    });
    lines.push('    default:', '      return;', '  }');
  }
  lines.push(`  FLEXLLM_PROCESS(${id}, pass);`, `  ${printFunction(process.call)}(${args.join(', ')});`);
  return `static void ${process.name}(${parameters.join(', ')}) {\n${lines.join('\n')}\n}`;
}

function printChannel(channel: Channel): string {
  const array = channel.array === null ? '' : `[${channel.array}]`;
  const storage = fifoStorage(channel.depth, bitsOf(channel.type), channel.ultra);
  return [
    `  ${channel.carried ? 'static ' : ''}${streamOf(channel.type)} ${channel.name}${array};`,
    `#pragma HLS stream variable=${channel.name} depth=${channel.depth}`,
    // Shift registers are what the tool takes for small FIFOs by itself.
    ...(storage === 'srl' ? [] : [`#pragma HLS bind_storage variable=${channel.name} type=fifo impl=${storage}`]),
  ].join('\n');
}

/** Streams of other kernels, in the order in which they are arguments. */
export const linkedChannels = (program: Program): LinkedChannel[] =>
  program.channels.filter((channel): channel is LinkedChannel => channel.link !== undefined);

type LinkedChannel = Channel & { readonly link: LinkDirection };

/** Whether the token that was chosen comes out of this kernel's region. */
export const hasSampler = (program: Program): boolean =>
  program.processes.some((process) => process.actuals.some((actual) => actual.kind === 'result'));

function printRegion(program: Program): string {
  const parameters = [
    `${passType(program)} pass`,
    ...regionVariables(program).map((name) => `${variableType(program, name)} ${name}`),
    ...regionMemories(program).map((memory) => `${pointer(memory)}${memory.name}`),
    ...program.tables.map((table) => tableParameter(table, table.name)),
    ...linkedChannels(program).map((channel) => `${streamOf(channel.type)}& ${channel.name}`),
  ];
  if (hasSampler(program)) parameters.push(`${streamOf(TOKEN)}& next`);
  const calls = program.processes.map((process) => {
    const args = process.actuals.flatMap((actual): string[] => {
      if (actual.kind === 'memory') return [actual.memory.name];
      if (actual.kind === 'table') return [actual.table.name];
      if (actual.kind === 'result') return ['next'];
      if (actual.kind === 'channel')
        return [actual.index === null ? actual.channel.name : `${actual.channel.name}[${actual.index}]`];
      return [];
    });
    return `  ${process.name}(${['pass', ...usedVariables(process), ...args].join(', ')});`;
  });
  const channels = program.channels.filter((channel) => !channel.link);
  // A FIFO that is kept for a later pass may be read by a process that stands before its writer: processes must not wait
  // for the start of those that feed them.
  const start = channels.some((channel) => channel.carried) ? ' disable_start_propagation' : '';
  return `// One pass: every process does its operation of this pass or returns at once.\nstatic void ${program.name}_pass(${parameters.join(', ')}) {\n#pragma HLS dataflow${start}\n${channels.map(printChannel).join('\n')}\n${calls.join('\n')}\n}`;
}

/** Names of the streams by which a part of a stage waits for the others. */
function signals(program: Program): { name: string; direction: LinkDirection }[] {
  const { together } = program;
  if (!together) return [];
  if (together.controller !== program.name) {
    return [
      { name: 'done', direction: 'send' },
      { name: 'go', direction: 'receive' },
    ];
  }
  return together.followers.flatMap((follower): { name: string; direction: LinkDirection }[] => [
    { name: doneOf(follower), direction: 'receive' },
    { name: goOf(follower), direction: 'send' },
  ]);
}

/** One argument of a kernel, in the order of its C++ parameters. */
export type Parameter =
  | {
      readonly kind: 'memory';
      readonly name: string;
      readonly bundle: string;
      readonly cpp: string;
      readonly words: number;
      readonly memory: MemoryArgument;
    }
  /** Where decode writes the tokens that it chose. */
  | {
      readonly kind: 'generated';
      readonly name: string;
      readonly bundle: string;
      readonly cpp: string;
      readonly words: number;
    }
  | {
      readonly kind: 'stream';
      readonly name: string;
      readonly direction: LinkDirection;
      readonly type: CppType;
      readonly cpp: string;
    }
  | {
      readonly kind: 'scalar';
      readonly name: string;
      readonly type: ValueType;
      readonly cpp: string;
    };

/**
 * What the host passes by value. A prefill in chunks is told where the tokens of the launch begin, one in segments what the
 * launch is for and how many memories were appended before.
 */
const scalarsOf = ({ stage, analysis: { context } }: Program): readonly (readonly [string, ValueType])[] => [
  ...SCALARS[stage],
  ...(inChunks(context) ? [['start', 'int'] as const] : []),
  ...(context.hmt ? [['launch', 'int'] as const, ['memories', 'int'] as const] : []),
];

const SCALARS: Readonly<Record<StageName, readonly (readonly [string, ValueType])[]>> = {
  prefill: [['tokens', 'int']],
  decode: [
    ['first_token', 'int'],
    ['start', 'int'],
    ['steps', 'int'],
    ['top_k', 'int'],
    ['temperature', 'float'],
    ['seed', 'unsigned'],
    ['copy_logits', 'int'],
  ],
};

/** The arguments of a kernel: memory pointers, streams of other kernels, scalars. */
export function parametersOf(program: Program): Parameter[] {
  const stream = (name: string, direction: LinkDirection, type: CppType): Parameter => ({
    kind: 'stream',
    name,
    direction,
    type,
    cpp: `${streamOf(type)}& ${name}`,
  });
  return [
    ...program.memories.map(
      (memory): Parameter => ({
        kind: 'memory',
        name: memory.name,
        bundle: memory.bundle,
        cpp: `${pointer(memory)}${memory.name}`,
        words: memoryWords(memory.spec),
        memory,
      }),
    ),
    ...(hasSampler(program)
      ? [
          {
            kind: 'generated',
            name: 'generated',
            bundle: 'generated',
            cpp: `${printType(TOKEN)}* generated`,
            words: program.analysis.context.positions + 1,
          } as const,
        ]
      : []),
    ...linkedChannels(program).map(({ name, link, type }) => stream(name, link, type)),
    ...signals(program).map(({ name, direction }) => stream(name, direction, SIGNAL)),
    ...scalarsOf(program).map(([name, type]): Parameter => ({ kind: 'scalar', name, type, cpp: `${type} ${name}` })),
  ];
}

function interfaceOf(parameter: Parameter): string {
  switch (parameter.kind) {
    case 'memory':
    case 'generated':
      return `#pragma HLS interface m_axi port=${parameter.name} bundle=${parameter.bundle} offset=slave depth=${parameter.words} max_read_burst_length=64 max_write_burst_length=64\n#pragma HLS interface s_axilite port=${parameter.name} bundle=control`;
    case 'stream':
      return `#pragma HLS interface axis port=${parameter.name}`;
    case 'scalar':
      return `#pragma HLS interface s_axilite port=${parameter.name} bundle=control`;
  }
}

function section(program: Program, name: Section): number[] {
  return program.analysis.passes.filter((pass) => pass.section === name).map((pass) => pass.index);
}

/** What a part does after a pass: all wait for the slowest. The controller hands out `value`, the token of the step. */
function wait(program: Program, indent: string, value: string): string[] {
  const { together } = program;
  if (!together) return [];
  if (together.controller !== program.name)
    return [`${indent}done.write(1);`, `${indent}const ap_uint<32> answer = go.read();`];
  return [
    ...together.followers.map((follower) => `${indent}${doneOf(follower)}.read();`),
    ...together.followers.map((follower) => `${indent}${goOf(follower)}.write(${value});`),
  ];
}

/** The control loop over sections, layers and passes, with a single call of the region (one copy of the hardware). */
function controlLoop(program: Program, indent: string): string {
  const layers = program.analysis.context.model.layers;
  const begin = section(program, 'begin').length;
  const layer = section(program, 'layer').length;
  const end = section(program, 'end').length;
  const summary = section(program, 'summary').length;
  const memory = section(program, 'memory').length;
  const always = begin + layer + end;
  const runs = begin + (layers - 1) * layer + passesOfLastLayer(program.analysis) + end + summary + memory;
  const sampler = hasSampler(program);
  const args = [
    'pass',
    ...regionVariables(program),
    ...regionMemories(program).map((memory) => memory.name),
    ...program.tables.map((table) => table.name),
    ...linkedChannels(program).map((channel) => channel.name),
    ...(sampler ? ['next'] : []),
  ];
  const decode = program.stage === 'decode';
  const chosen = sampler ? [`  if (run == ${runs - 1}) token = next.read()[0];`] : [];
  const follower = program.together !== undefined && program.together.controller !== program.name;
  return [
    `${passType(program)} pass = 0;`,
    `${variableType(program, 'layer')} layer = 0;`,
    `for (${indexType(bitsFor(runs))} run = 0; run < ${runs}; ++run) {`,
    `#pragma HLS loop_tripcount min=${runs} max=${runs}`,
    ...(summary + memory === 0
      ? [`  ${program.name}_pass(${args.join(', ')});`]
      : [
          '  // Behind the layers stand the passes of a summary and those of a memory: each is for its own launches.',
          `  const bool works = pass < ${always} || launch == (pass < ${always + summary} ? ${LAUNCH_NUMBERS.summary} : ${LAUNCH_NUMBERS.memory});`,
          `  if (works) ${program.name}_pass(${args.join(', ')});`,
        ]),
    ...chosen,
    ...wait(program, '  ', decode ? 'static_cast<unsigned>(token)' : '1'),
    ...(follower
      ? [decode ? `  if (run == ${runs - 1}) token = static_cast<int>(answer);` : '  static_cast<void>(answer);']
      : []),
    '  ++pass;',
    `  if (pass == ${begin + layer} && layer < ${layers - 1}) {`,
    `    pass = ${begin};`,
    '    ++layer;',
    '  }',
    '}',
  ]
    .map((line) => (line.startsWith('#') ? line : indent + line))
    .join('\n');
}

const PREFILL_VARIABLES: readonly Variable[] = [
  'layer',
  'blocks',
  'length',
  'position',
  'row',
  'oldest',
  'lane',
  'slot',
  'held',
];

function printPrefill(program: Program): string {
  const { context } = program.analysis;
  const { tp, maxPrompt, maxChunk } = context;
  const used = regionVariables(program);
  const unknown = used.find((name) => !PREFILL_VARIABLES.includes(name));
  if (unknown) throw new Error(`the control loop of prefill has no variable ${unknown}`);
  const chunked = inChunks(context);
  const blocks =
    used.includes('blocks') || used.includes('length')
      ? `  const ${variableType(program, 'blocks')} blocks = (tokens + ${tp - 1}) / ${tp};\n`
      : '';
  const segments = context.hmt
    ? `  if (launch < 0 || launch > ${Object.keys(LAUNCH_NUMBERS).length - 1} || memories < 0) return;\n`
    : '';
  return `  if (tokens <= 0 || tokens > ${maxChunk}) return;
${segments}${chunked ? `  if (start < 0 || start % ${tp} != 0 || start > ${maxPrompt} - tokens) return;\n` : ''}${printTables(program)}${blocks}${printRun(program, chunked ? 'start' : '', `blocks * ${tp}`, '  ')}${controlLoop(program, '  ')}`;
}

function printDecode(program: Program): string {
  const { positions, model } = program.analysis.context;
  const stop =
    model.eos.length === 0 ? '' : `\n    if (${model.eos.map((id) => `token == ${id}`).join(' || ')}) break;`;
  const sampler = hasSampler(program);
  const used = new Set<string>(regionVariables(program));
  if (used.has('blocks')) throw new Error('the control loop of decode has no variable blocks');
  const uses = (name: string): boolean => used.has(name);
  const unused = SCALARS.decode
    .map(([name]) => name)
    .filter((name) => !['first_token', 'start', 'steps'].includes(name) && !uses(name));
  const before = [
    ...unused.map((name) => `  static_cast<void>(${name});`),
    ...(sampler ? [`  ${streamOf(TOKEN)} next;`, '#pragma HLS stream variable=next depth=2'] : []),
    `  ${variableType(program, 'token')} token = first_token;`,
    ...(sampler ? ['  int count = 0;'] : []),
  ];
  // Without an end token and an embedding nobody asks for the token.
  if (!sampler && model.eos.length === 0 && !uses('token')) before.push('  static_cast<void>(token);');
  const keep = sampler
    ? `\n    ++count;\n    ${printType(TOKEN)} chosen;\n    chosen[0] = token;\n    generated[count] = chosen;`
    : '';
  const total = sampler ? `\n  ${printType(TOKEN)} total;\n  total[0] = count;\n  generated[0] = total;` : '';
  return `${printTables(program)}${before.join('\n')}
  for (int step = 0; step < steps; ++step) {
#pragma HLS loop_tripcount min=1 max=${positions}
    if (start + step >= ${positions}) break;
${printRun(program, 'start + step', '1', '    ')}${controlLoop(program, '    ')}${keep}${stop}
  }${total}`;
}

function printKernel(program: Program): string {
  const parameters = parametersOf(program);
  const part = program.together
    ? ` One of ${program.together.followers.length + 1} kernels that go through the passes together.`
    : '';
  const what =
    program.stage === 'prefill'
      ? `// Works on the tokens of a prompt but the last and leaves their keys and values in the cache.${inChunks(program.analysis.context) ? ' `start` is the position of the first of `tokens`.' : ''}${program.analysis.context.hmt ? '\n// `launch`: 1 searches the memory for the state behind the last token, 2 remembers it as number `memories`, 0 neither.' : ''}${part}`
      : `// Generates up to \`steps\` tokens, starting with \`first_token\` at position \`start\`; stops behind an end-of-text token.${part}${hasSampler(program) ? '\n// generated[0] becomes the number of tokens, the tokens follow.' : ''}`;
  return `${what}
extern "C" void ${program.name}(${parameters.map(({ cpp }) => cpp).join(', ')}) {
${[...parameters.map(interfaceOf), '#pragma HLS interface s_axilite port=return bundle=control'].join('\n')}
${program.stage === 'prefill' ? printPrefill(program) : printDecode(program)}
}`;
}

/** Source of one kernel; `before` processes of its stage stand in other kernels. */
export function printSource(program: Program, before = 0): string {
  const tables = program.tables.length > 0 ? ['memory'] : [];
  const headers = [...new Set([...tables, ...program.processes.map((process) => process.call.header)])].sort();
  const base = before + (program.stage === 'prefill' ? 0 : DECODE_PROCESSES);
  if (before + program.processes.length > DECODE_PROCESSES)
    throw new Error(`${program.stage} has more than ${DECODE_PROCESSES} processes`);
  return `// Generated by FlexLLM Composer. The ${program.name} kernel: a dataflow region that a control loop runs pass by pass.
#include "kernels.hpp"
#include "flexllm/cycles.hpp"
${headers.map((header) => `#include "flexllm/${header}.hpp"`).join('\n')}

${program.processes.map((process, index) => printProcess(program, process, base + index)).join('\n\n')}

${printRegion(program)}

${printKernel(program)}
`;
}

/** Header that declares the kernels. */
export function printDeclarations(programs: readonly Program[]): string {
  return `// Generated by FlexLLM Composer. The kernels of the design.
#pragma once
#include <hls_stream.h>

#include "flexllm/types.hpp"

${programs
  .map(
    (program) =>
      `extern "C" void ${program.name}(\n    ${parametersOf(program)
        .map(({ cpp }) => cpp)
        .join(',\n    ')});`,
  )
  .join('\n\n')}
`;
}
