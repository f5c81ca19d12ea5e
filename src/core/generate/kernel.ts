import type { Channel, Actual, MemoryArgument, Process, Program } from '../lower/program.ts';

/** Variables of the control loop, with their C++ types, in the order in which they are passed down. */
const VARIABLES: Readonly<Record<string, string>> = {
  layer: 'int',
  blocks: 'int',
  length: 'int',
  position: 'int',
  token: 'int',
  top_k: 'int',
  temperature: 'float',
  seed: 'unsigned',
  copy_logits: 'int',
};
const ORDER = Object.keys(VARIABLES);

/** First process number of decode in the table of counts that both kernels share. */
export const DECODE_PROCESSES = 256;

const streamOf = (type: string): string => `hls::stream<${type}>`;

function usedVariables(process: Process): string[] {
  const used = new Set(process.actuals.flatMap((actual) => (actual.kind === 'value' ? actual.values.flatMap((value) => value.uses) : [])));
  return ORDER.filter((name) => used.has(name));
}

function pointer(memory: MemoryArgument): string {
  return `${memory.spec.direction === 'read' ? 'const ' : ''}${memory.spec.word}* `;
}

function parameter(actual: Exclude<Actual, { kind: 'value' }>, name: string): string {
  switch (actual.kind) {
    case 'memory':
      return `${pointer(actual.memory)}${name}`;
    case 'result':
      return `${streamOf('flexllm::Vec<int, 1>')}& ${name}`;
    case 'channel':
      return actual.channel.array !== null && actual.index === null ? `${streamOf(actual.channel.type)} (&${name})[${actual.channel.array}]` : `${streamOf(actual.channel.type)}& ${name}`;
  }
}

/** The process as a function: does its operation of this pass or returns at once. */
function printProcess(process: Process, id: number): string {
  const variables = usedVariables(process);
  const taken = new Set<string>(['pass', ...variables]);
  const named = process.actuals.map((actual) => {
    let name = actual.label;
    for (let index = 2; taken.has(name); index += 1) name = `${actual.label}_${index}`;
    taken.add(name);
    return { actual, name };
  });
  const parameters = ['int pass', ...variables.map((name) => `${VARIABLES[name]} ${name}`)];
  const locals: { type: string; name: string; values: readonly string[] }[] = [];
  const args = named.map(({ actual, name }) => {
    if (actual.kind !== 'value') {
      parameters.push(parameter(actual, name));
      return name;
    }
    const texts = actual.values.map((value) => value.cpp);
    if (new Set(texts).size === 1) return texts[0] as string;
    locals.push({ type: actual.type, name, values: texts });
    return name;
  });
  const lines: string[] = [];
  if (locals.length === 0) {
    lines.push(`  if (${process.passes.map((pass) => `pass != ${pass}`).join(' && ')}) return;`);
  } else {
    for (const local of locals) lines.push(`  ${local.type} ${local.name} = 0;`);
    lines.push('  switch (pass) {');
    process.passes.forEach((pass, index) => {
      lines.push(`    case ${pass}:`, ...locals.map((local) => `      ${local.name} = ${local.values[index]};`), '      break;');
    });
    lines.push('    default:', '      return;', '  }');
  }
  lines.push(`  FLEXLLM_PROCESS(${id}, pass);`, `  flexllm::${process.call}(${args.join(', ')});`);
  return `static void ${process.name}(${parameters.join(', ')}) {\n${lines.join('\n')}\n}`;
}

function printChannel(channel: Channel): string {
  const array = channel.array === null ? '' : `[${channel.array}]`;
  return `  ${channel.carried ? 'static ' : ''}${streamOf(channel.type)} ${channel.name}${array};\n#pragma HLS stream variable=${channel.name} depth=${channel.depth}`;
}

function regionVariables(program: Program): string[] {
  const used = new Set(program.processes.flatMap(usedVariables));
  return ORDER.filter((name) => used.has(name));
}

function printRegion(program: Program): string {
  const parameters = ['int pass', ...regionVariables(program).map((name) => `${VARIABLES[name]} ${name}`), ...program.memories.map((memory) => `${pointer(memory)}${memory.name}`)];
  if (program.stage === 'decode') parameters.push(`${streamOf('flexllm::Vec<int, 1>')}& next`);
  const calls = program.processes.map((process) => {
    const args = process.actuals.flatMap((actual): string[] => {
      if (actual.kind === 'memory') return [actual.memory.name];
      if (actual.kind === 'result') return ['next'];
      if (actual.kind === 'channel') return [actual.index === null ? actual.channel.name : `${actual.channel.name}[${actual.index}]`];
      return [];
    });
    return `  ${process.name}(${['pass', ...usedVariables(process), ...args].join(', ')});`;
  });
  return `// One pass: every process does its operation of this pass or returns at once.\nstatic void ${program.stage}_pass(${parameters.join(', ')}) {\n#pragma HLS dataflow\n${program.channels.map(printChannel).join('\n')}\n${calls.join('\n')}\n}`;
}

/** Words behind a memory pointer; co-simulation needs them. */
export function memoryWords(memory: MemoryArgument): number {
  const { content, wordBytes } = memory.spec;
  return content.kind === 'buffer' ? Math.ceil(content.bytes / wordBytes) : content.segments.reduce((sum, segment) => sum + segment.layers * segment.words, 0);
}

function interfaces(program: Program, scalars: readonly string[]): string {
  const memories = program.memories.map(
    (memory) => `#pragma HLS interface m_axi port=${memory.name} bundle=${memory.bundle} offset=slave depth=${memoryWords(memory)} max_read_burst_length=64 max_write_burst_length=64\n#pragma HLS interface s_axilite port=${memory.name} bundle=control`,
  );
  return [...memories, ...scalars.map((name) => `#pragma HLS interface s_axilite port=${name} bundle=control`), '#pragma HLS interface s_axilite port=return bundle=control'].join('\n');
}

/** C++ parameters of the kernel function, pointers first. */
export function kernelParameters(program: Program): string[] {
  const pointers = program.memories.map((memory) => `${pointer(memory)}${memory.name}`);
  return program.stage === 'prefill'
    ? [...pointers, 'int tokens']
    : [...pointers, 'flexllm::Vec<int, 1>* generated', 'int first_token', 'int position', 'int steps', 'int top_k', 'float temperature', 'unsigned seed', 'int copy_logits'];
}

function section(program: Program, name: 'begin' | 'layer' | 'end'): number[] {
  return program.analysis.passes.filter((pass) => pass.section === name).map((pass) => pass.index);
}

/** The control loop over sections, layers and passes, with a single call of the region (one copy of the hardware). */
function controlLoop(program: Program, indent: string, call: string): string {
  const layers = program.analysis.context.model.layers;
  const begin = section(program, 'begin').length;
  const layer = section(program, 'layer').length;
  const end = section(program, 'end').length;
  return [
    'int pass = 0;',
    'int layer = 0;',
    `for (int run = 0; run < ${begin + layers * layer + end}; ++run) {`,
    `#pragma HLS loop_tripcount min=${begin + layers * layer + end} max=${begin + layers * layer + end}`,
    `  ${call}`,
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

function printKernel(program: Program): string {
  const { context } = program.analysis;
  const call = `${program.stage}_pass(${['pass', ...regionVariables(program), ...program.memories.map((memory) => memory.name), ...(program.stage === 'decode' ? ['next'] : [])].join(', ')});`;
  const head = `extern "C" void ${program.stage}(${kernelParameters(program).join(', ')}) {`;
  if (program.stage === 'prefill') {
    return `// Works on the tokens of a prompt but the last and leaves their keys and values in the cache.
${head}
${interfaces(program, ['tokens'])}
  if (tokens <= 0 || tokens > ${context.maxPrompt}) return;
  const int blocks = (tokens + ${context.tp - 1}) / ${context.tp};
  const int length = blocks * ${context.tp};
${controlLoop(program, '  ', call)}
}`;
  }
  const { eos } = context.model;
  const stop = eos.length === 0 ? 'false' : eos.map((id) => `token == ${id}`).join(' || ');
  const scalars = ['first_token', 'position', 'steps', 'top_k', 'temperature', 'seed', 'copy_logits'];
  return `// Generates up to \`steps\` tokens, starting with \`first_token\` at \`position\` (parameter); stops behind an end-of-text token.
// generated[0] becomes the number of tokens, the tokens follow.
${head.replace('int position', 'int start')}
#pragma HLS interface m_axi port=generated bundle=generated offset=slave depth=${context.capacity + 1}
#pragma HLS interface s_axilite port=generated bundle=control
${interfaces(program, scalars.map((name) => (name === 'position' ? 'start' : name)))}
  hls::stream<flexllm::Vec<int, 1>> next;
#pragma HLS stream variable=next depth=2
  int token = first_token;
  int count = 0;
  for (int step = 0; step < steps; ++step) {
#pragma HLS loop_tripcount min=1 max=${context.capacity}
    const int position = start + step;
    const int length = position + 1;
    if (length > ${context.capacity}) break;
${controlLoop(program, '    ', call)}
    const flexllm::Vec<int, 1> chosen = next.read();
    token = chosen[0];
    ++count;
    generated[count] = chosen;
    if (${stop}) break;
  }
  flexllm::Vec<int, 1> total;
  total[0] = count;
  generated[0] = total;
}`;
}

/** Source of one kernel. */
export function printSource(program: Program): string {
  const headers = [...new Set(program.processes.map((process) => process.header))].sort();
  const base = program.stage === 'prefill' ? 0 : DECODE_PROCESSES;
  if (program.processes.length > DECODE_PROCESSES) throw new Error(`${program.stage} has more than ${DECODE_PROCESSES} processes`);
  return `// Generated by FlexLLM Composer. The ${program.stage} kernel: a dataflow region that a control loop runs pass by pass.
#include "kernels.hpp"
#include "flexllm/cycles.hpp"
${headers.map((header) => `#include "flexllm/${header}.hpp"`).join('\n')}

${program.processes.map((process, index) => printProcess(process, base + index)).join('\n\n')}

${printRegion(program)}

${printKernel(program)}
`;
}

/** Header that declares both kernels. */
export function printDeclarations(programs: readonly Program[]): string {
  return `// Generated by FlexLLM Composer. The two kernels of the design.
#pragma once
#include <hls_stream.h>

#include "flexllm/types.hpp"

${programs.map((program) => `extern "C" void ${program.stage}(\n    ${kernelParameters(program).join(',\n    ')});`).join('\n\n')}
`;
}
