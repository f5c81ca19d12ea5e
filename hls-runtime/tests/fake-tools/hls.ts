/** C synthesis, packaging and co-simulation: `v++ -c --mode hls`, `vitis-run --mode hls`, `vitis_hls -f`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { all, HLS_SECTIONS, one, readConfig } from './config.ts';
import { type Kernel, readKernel } from './kernel.ts';
import { parseOptions } from './options.ts';
import { figuresOf, summaryReport } from './probes.ts';
import { csynthXml, hlsData } from './reports.ts';
import { Failure, say, suffer, world, writeLines } from './world.ts';

const PARTS = ['xcu280-fsvh2892-2L-e', 'xcv80-lsva4737-2MHP-e-S'];

/** What a fake .xo or component.xml holds beside what the real one does. */
export interface PackedKernel extends Kernel {
  readonly part: string;
  readonly mhz: number;
}

interface Job {
  readonly top: string;
  readonly files: readonly string[];
  readonly flags: readonly string[];
  readonly testbench: readonly string[];
  readonly testbenchFlags: readonly string[];
  readonly part: string;
  /** ns */
  readonly period: number;
  readonly flow: string;
  readonly format: string;
  /** Where logs and reports go: <work>/hls, or the solution of a classic project. */
  readonly out: string;
  readonly work: string;
}

const refuse = (message: string): Failure => new Failure([`ERROR: [v++ 60-602] ${message}`]);

export function periodOf(clock: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ns|MHz)?$/i.exec(clock);
  if (!match) throw new Failure([`ERROR: [HLS 200-70] clock '${clock}' is no period.`]);
  return match[2]?.toLowerCase() === 'mhz' ? 1000 / Number(match[1]) : Number(match[1]);
}

/** Flags with their folders made absolute; a folder that does not exist is an error of the generator. */
function flagsOf(text: string, folder: string): string[] {
  return text
    .split(/\s+/)
    .filter((flag) => flag !== '')
    .map((flag) => {
      const path = /^-I(.+)$/.exec(flag)?.[1];
      if (path === undefined) return flag;
      const full = resolve(folder, path);
      if (!existsSync(full)) throw new Failure([`ERROR: [HLS 207-1] include folder '${path}' does not exist`]);
      return `-I${full}`;
    });
}

/** Operators and values of syn.op as UG1399 has them (2023.2 to 2025.1). */
const OPERATOR =
  /^op:(?:mul|add|sub|[fdh](?:add|sub|div|mul|sqrt)|[fd](?:exp|log|rsqrt|recip)|facc|fmacc|fmadd)(?: (?:impl:(?:all|dsp|fabric|meddsp|fulldsp|maxdsp|primitivedsp|auto|none)|latency:\d+|precision:(?:low|high|standard)))+$/;

function jobOf(config: string, work: string): Job {
  const entries = readConfig(config, HLS_SECTIONS, refuse);
  for (const value of all(entries, 'hls', 'syn.op')) {
    if (!OPERATOR.test(value)) throw refuse(`${config}: syn.op does not know '${value}'`);
    if (/impl:(?:auto|none)/.test(value) && !/^op:(?:facc|fmacc|fmadd) /.test(value))
      throw refuse(`${config}: '${value}': auto and none are for facc, fmacc and fmadd`);
  }
  const folder = dirname(resolve(config));
  // Relative to the configuration or to the working folder: a project must not depend on which.
  const place = (path: string): string => {
    const [a, b] = [resolve(folder, path), resolve(path)];
    if (a !== b) throw new Failure([`ERROR: [HLS 200-642] '${path}' means ${a} or ${b}, depending on the release.`]);
    return a;
  };
  const need = (key: string): string => {
    const value = one(entries, 'hls', key);
    if (value === undefined) throw refuse(`${config}: ${key} is missing`);
    return value;
  };
  const part = one(entries, '', 'part') ?? '';
  if (!PARTS.includes(part)) throw new Failure([`ERROR: [HLS 200-1023] Part '${part}' is not installed.`]);
  const flow = need('flow_target');
  const format = one(entries, 'hls', 'package.output.format') ?? '';
  if (part.startsWith('xcv80') ? flow !== 'vivado' || format !== 'ip_catalog' : flow !== 'vitis' || format !== 'xo') {
    throw new Failure([
      `ERROR: [HLS 200-70] flow_target=${flow} and package.output.format=${format} do not fit part ${part}.`,
    ]);
  }
  return {
    top: need('syn.top'),
    files: all(entries, 'hls', 'syn.file').map(place),
    flags: all(entries, 'hls', 'syn.cflags').flatMap((text) => flagsOf(text, folder)),
    testbench: all(entries, 'hls', 'tb.file').map(place),
    testbenchFlags: all(entries, 'hls', 'tb.cflags').flatMap((text) => flagsOf(text, folder)),
    part,
    period: periodOf(need('clock')),
    flow,
    format,
    out: resolve(work, 'hls'),
    work: resolve(work),
  };
}

function packed(job: Job): PackedKernel {
  return { ...readKernel(job.top, job.files, job.flags), part: job.part, mhz: 1000 / job.period };
}

function synthesise(job: Job): void {
  const { release } = world();
  const kernel = packed(job);
  const log = [
    `****** Vitis HLS - High-Level Synthesis from C, C++ and OpenCL v${release} (64-bit)`,
    `INFO: [HLS 200-1510] Running: open_component`,
    ...job.files.map((file) => `INFO: [HLS 200-10] Analyzing design file '${file}' ...`),
    ...kernel.functions.map((name) => `INFO: [HLS 200-42] -- Implementing module '${name}'`),
    ...kernel.functions.map((name) => `INFO: [HLS 200-10] -- Generating RTL for module '${name}'`),
    'INFO: [HLS 200-790] **** Loop Constraint Status: All loop constraints were satisfied.',
    `INFO: [HLS 200-789] **** Estimated Fmax: ${(1370 / job.period).toFixed(2)} MHz`,
  ];
  writeLines(join(job.out, 'vitis_hls.log'), log);
  say(...log);
  suffer('v++', 'compile', job.top);
  const figures = figuresOf(job.top);
  if (figures !== undefined && figures.refused.length > 0) throw new Failure(figures.refused);
  const data = join(job.out, job.out.endsWith('solution1') ? 'solution1_data.json' : 'hls_data.json');
  writeLines(data, [hlsData(kernel, release, job.period, figures)]);
  const reports = join(job.out, 'syn', 'report');
  writeLines(join(reports, 'csynth.xml'), [csynthXml(kernel, job.part, release, job.period, figures)]);
  if (figures !== undefined) writeLines(join(reports, 'csynth.rpt'), [summaryReport(job.top, figures, release)]);
  writeLines(join(job.out, '.kernel.json'), [JSON.stringify(kernel)]);
}

function synthesised(job: Job): PackedKernel {
  const path = join(job.out, '.kernel.json');
  if (!existsSync(path))
    throw new Failure(['ERROR: [HLS 200-1715] The component has not been synthesised; run C synthesis first.']);
  return JSON.parse(readFileSync(path, 'utf8')) as PackedKernel;
}

function packageKernel(job: Job): void {
  const kernel = synthesised(job);
  suffer('vitis-run', 'package-ip', job.top);
  say(`INFO: [HLS 200-802] Generated output file ${job.top}.${job.format}`);
  if (job.format === 'xo') {
    writeFileSync(join(job.work, `${job.top}.xo`), JSON.stringify(kernel));
    return;
  }
  const ports = kernel.arguments.flatMap(({ kind, bundle, name }) =>
    kind === 'memory' ? [`m_axi_${bundle ?? 'gmem'}`] : kind === 'stream' ? [name] : [],
  );
  const buses = [...new Set(ports)]
    .map((port) => `<spirit:busInterface><spirit:name>${port}</spirit:name></spirit:busInterface>`)
    .join('\n');
  const note = JSON.stringify(kernel).replaceAll('--', '- -');
  writeLines(join(job.out, 'impl', 'ip', 'component.xml'), [
    '<?xml version="1.0"?>',
    `<spirit:component><spirit:name>${job.top}</spirit:name>`,
    buses,
    `<!-- ${note} -->`,
    '</spirit:component>',
  ]);
}

/** Compiles the sources with their test bench and runs it, as the real tool does. */
function simulate(job: Job): void {
  writeLines(join(job.out, 'csim.log'), []);
  suffer('vitis-run', 'csim', job.top);
  const program = join(job.out, 'csim.exe');
  const compiled = spawnSync(
    'g++',
    [
      '-std=c++17',
      '-Wno-unknown-pragmas',
      ...job.testbenchFlags,
      '-idirafter',
      world().headers,
      ...job.files,
      ...job.testbench,
      '-o',
      program,
    ],
    { encoding: 'utf8' },
  );
  if (compiled.status !== 0)
    throw new Failure([compiled.stderr, "ERROR: [SIM 211-100] 'csim_design' failed: compilation error(s)."]);
  const run = spawnSync(program, [], { encoding: 'utf8' });
  if (run.status !== 0)
    throw new Failure([run.stderr, "ERROR: [SIM 211-100] 'csim_design' failed: nonzero return value."]);
  say('INFO: [SIM 211-1] CSim done with 0 errors.');
}

function cosimulate(job: Job): void {
  synthesised(job);
  for (const file of job.testbench)
    if (!existsSync(file))
      throw new Failure([
        `ERROR: [COSIM 212-360] Aborting co-simulation: the test bench '${file}' does not exist; C TB testing failed.`,
      ]);
  suffer('vitis-run', 'cosim', job.top);
  const equal = figuresOf(job.top)?.equal ?? true;
  say('INFO: [COSIM 212-302] Starting C TB testing ...');
  writeLines(join(job.out, 'sim', 'report', `${job.top}_cosim.rpt`), [
    '+----------+----------+-----------------------------------------------+',
    '|   RTL    |  Status  |   Latency min |   avg   |   max   | Interval ... |',
    `|   Verilog|      ${equal ? 'Pass' : 'Fail'}|         12001|    12345|    12789|    12001|    12345|    12789|`,
  ]);
  if (!equal)
    throw new Failure([
      'ERROR: [COSIM 212-361] Please check your TB...',
      'ERROR: [COSIM 212-4] *** C/RTL co-simulation finished: FAIL ***',
    ]);
  say('INFO: [COSIM 212-1000] *** C/RTL co-simulation finished: PASS ***');
}

/** `v++ -c --mode hls`. */
export function compileHls(args: readonly string[]): void {
  const grammar = {
    values: ['--mode', '--config', '--work_dir', '--platform', '--part', '--freqhz'],
    flags: ['--compile'],
    aliases: { '-c': '--compile' },
  };
  const { values } = parseOptions(args, grammar, refuse);
  if (values['--mode'] !== 'hls') throw refuse(`--mode ${values['--mode']} is not supported here`);
  if (values['--config'] === undefined || values['--work_dir'] === undefined)
    throw refuse('--config and --work_dir are needed');
  synthesise(jobOf(values['--config'], values['--work_dir']));
}

/** `vitis-run --mode hls`. */
export function vitisRun(args: readonly string[]): void {
  const refuseRun = (message: string): Failure => new Failure([`ERROR: [vitis-run 60-602] ${message}`]);
  const actions = ['--csim', '--cosim', '--impl', '--package'];
  const { values, flags } = parseOptions(
    args,
    { values: ['--mode', '--config', '--work_dir', '--tcl', '--platform', '--part'], flags: actions },
    refuseRun,
  );
  if (values['--mode'] !== 'hls') throw refuseRun(`invalid mode '${values['--mode']}'`);
  const chosen = actions.filter((action) => flags.has(action));
  if (chosen.length !== 1 || values['--config'] === undefined || values['--work_dir'] === undefined)
    throw refuseRun('one of --csim, --cosim, --impl, --package, with --config and --work_dir, is needed');
  const job = jobOf(values['--config'], values['--work_dir']);
  if (chosen[0] === '--package') packageKernel(job);
  else if (chosen[0] === '--cosim') cosimulate(job);
  else if (chosen[0] === '--csim') simulate(job);
  else throw refuseRun(`${chosen[0]} is not part of this stand-in`);
}

/** `vitis_hls -f script.tcl`: the commands that a classic script may hold. */
export function vitisHls(args: readonly string[]): void {
  const refuseTcl = (message: string): Failure => new Failure([`ERROR: [HLS 200-70] ${message}`]);
  if (world().release >= '2025.1') throw new Failure(['vitis_hls: command not found'], 127);
  const { values } = parseOptions(args, { values: ['-f'], flags: [] }, refuseTcl);
  const script = values['-f'] ?? '';
  if (!existsSync(script)) throw refuseTcl(`couldn't read file "${script}": no such file or directory`);
  runTcl(readFileSync(script, 'utf8'), dirname(resolve(script)), refuseTcl);
}

function runTcl(text: string, scriptFolder: string, refuseTcl: (message: string) => Failure): void {
  const variables: Record<string, string> = {};
  const state = {
    project: '',
    solution: '',
    top: '',
    part: '',
    period: 0,
    files: [] as string[],
    flags: [] as string[],
    testbench: [] as string[],
    testbenchFlags: [] as string[],
    flow: '',
  };
  const expand = (word: string): string =>
    word
      .replace(/\[file dirname \[file normalize \[info script\]\]\]/g, scriptFolder)
      .replace(/\[file normalize ([^\]]+)\]/g, (_all, path: string) => resolve(expand(path)))
      .replace(/\$\{?(\w+)\}?/g, (_all, name: string) => variables[name] ?? `$${name}`);
  const job = (): Job => ({
    ...state,
    format: 'xo',
    out: resolve(state.project, state.solution),
    work: resolve(state.project, state.solution),
  });
  for (const raw of text.replace(/\\\n\s*/g, ' ').split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const words = (
      line.match(/"[^"]*"|\{[^}]*\}|\[[^[\]]*(?:\[[^[\]]*(?:\[[^[\]]*\])?[^[\]]*\])?[^[\]]*\]\S*|\S+/g) ?? []
    ).map((word) => expand(/^["{]/.test(word) ? word.slice(1, -1) : word));
    const [command, ...rest] = words as [string, ...string[]];
    const plain = rest.filter((word) => !word.startsWith('-'));
    const after = (option: string): string | undefined =>
      rest.includes(option) ? rest[rest.indexOf(option) + 1] : undefined;
    if (command === 'set') variables[rest[0] ?? ''] = rest[1] ?? '';
    else if (command === 'cd') process.chdir(rest[0] ?? '.');
    else if (command === 'open_project') state.project = plain.at(-1) ?? '';
    else if (command === 'open_solution') {
      state.flow = after('-flow_target') ?? '';
      state.solution = plain.filter((word) => word !== state.flow).at(-1) ?? '';
    } else if (command === 'set_top') state.top = rest[0] ?? '';
    else if (command === 'set_part') state.part = rest[0] ?? '';
    else if (command === 'create_clock') state.period = periodOf(after('-period') ?? '');
    else if (command === 'add_files') {
      const flags = after('-cflags');
      const file = plain.filter((word) => word !== flags).at(-1) ?? '';
      if (!existsSync(file)) throw new Failure([`ERROR: [HLS 200-642] The source file '${file}' does not exist.`]);
      if (rest.includes('-tb')) {
        state.testbench.push(resolve(file));
        if (flags !== undefined) state.testbenchFlags.push(...flagsOf(flags, process.cwd()));
        continue;
      }
      state.files.push(resolve(file));
      if (flags !== undefined) state.flags.push(...flagsOf(flags, process.cwd()));
    } else if (command === 'csynth_design') {
      if (state.flow !== 'vitis') throw refuseTcl(`flow_target '${state.flow}' makes no .xo`);
      if (!PARTS.includes(state.part))
        throw new Failure([`ERROR: [HLS 200-1023] Part '${state.part}' is not installed.`]);
      synthesise(job());
    } else if (command === 'csim_design') simulate(job());
    else if (command === 'cosim_design') cosimulate(job());
    else if (command === 'export_design') {
      if (after('-format') !== 'xo') throw refuseTcl('export_design needs -format xo');
      const output = after('-output') ?? join(state.project, state.solution, 'impl', 'export.xo');
      writeLines(output, [JSON.stringify(synthesised(job()))]);
    } else if (
      ![
        'config_compile',
        'config_interface',
        'config_export',
        'set_clock_uncertainty',
        'exit',
        'quit',
        'close_project',
        'puts',
        'file',
      ].includes(command)
    ) {
      throw refuseTcl(`invalid command name "${command}"`);
    }
  }
}
