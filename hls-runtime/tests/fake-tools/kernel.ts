/** Reads a kernel's source as a synthesiser would: top function, arguments, interface pragmas. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { lintHls } from '../../../src/core/generate/hls-lint.ts';
import { Failure, folder, world, writeLines } from './world.ts';

export interface KernelArgument {
  readonly name: string;
  readonly kind: 'memory' | 'scalar' | 'stream';
  readonly bundle: string | undefined;
  /** C++ type of a scalar. */
  readonly type: string;
}

export interface Kernel {
  readonly name: string;
  readonly arguments: readonly KernelArgument[];
  /** C++ functions of the source, for the reports. */
  readonly functions: readonly string[];
}

/** Splits parameters at commas outside of brackets. */
function parameters(list: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let current = '';
  for (const character of list) {
    if ('<(['.includes(character)) depth += 1;
    if ('>)]'.includes(character)) depth -= 1;
    if (character === ',' && depth === 0) {
      parts.push(current);
      current = '';
    } else current += character;
  }
  return current.trim() === '' ? parts : [...parts, current];
}

function argumentOf(parameter: string, pragmas: readonly string[]): KernelArgument {
  const name = /(\w+)\s*(?:\[\w*\])?\s*$/.exec(parameter)?.[1] ?? '';
  const own = pragmas.filter((pragma) => new RegExp(`\\bport\\s*=\\s*${name}\\b`).test(pragma));
  const stream = /hls::stream/.test(parameter);
  const memory = !stream && /\*/.test(parameter);
  const mode = memory ? 'm_axi' : stream ? 'axis' : 's_axilite';
  if (!own.some((pragma) => new RegExp(`\\b${mode}\\b`).test(pragma)))
    throw new Failure([`ERROR: [HLS 214-157] Top function argument '${name}' has no ${mode} interface pragma.`]);
  if (memory && !own.some((pragma) => /\bdepth\s*=\s*\d+/.test(pragma)))
    throw new Failure([`ERROR: [COSIM 212-369] AXI_master port '${name}' has a depth of 0.`]);
  const bundle = own.map((pragma) => /\bbundle\s*=\s*(\w+)/.exec(pragma)?.[1]).find((value) => value !== undefined);
  return {
    name,
    kind: memory ? 'memory' : stream ? 'stream' : 'scalar',
    bundle,
    type: parameter.trim().split(/\s+/)[0] as string,
  };
}

/** Contents of everything that a compiler may read with these flags. */
function readable(file: string, flags: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify([file, flags]));
  const folders = [...flags.flatMap((flag) => (flag.startsWith('-I') ? [flag.slice(2)] : [])), world().headers];
  const headers = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name))),
  );
  for (const path of [file, ...headers.sort()])
    if (statSync(path).isFile()) hash.update(path).update(readFileSync(path));
  return hash.digest('hex');
}

/** A real compiler's opinion. What it took once is not given to it again: tests come here with the same source many times. */
function checkSyntax(file: string, flags: readonly string[]): void {
  const taken = join(folder, 'taken', readable(file, flags));
  if (existsSync(taken)) return;
  const check = spawnSync(
    'g++',
    ['-fsyntax-only', '-std=c++17', '-Wno-unknown-pragmas', ...flags, '-idirafter', world().headers, file],
    { encoding: 'utf8' },
  );
  if (check.status !== 0)
    throw new Failure([
      `ERROR: [HLS 207-3777] ${check.stderr.split('\n').find((line) => line.includes('error')) ?? check.stderr.split('\n')[0]}`,
    ]);
  writeLines(taken, []);
}

/**
 * @param files sources of the configuration; flags those of syn.cflags.
 * @throws Failure with the messages of the real tool.
 */
export function readKernel(top: string, files: readonly string[], flags: readonly string[]): Kernel {
  const texts = files.map((file) => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      throw new Failure([
        `ERROR: [HLS 200-1510] Running: add_files ${file}`,
        `ERROR: [HLS 200-642] The source file '${file}' does not exist.`,
      ]);
    }
  });
  for (const [index, text] of texts.entries()) {
    const [problem] = lintHls(text);
    if (problem === undefined) continue;
    const code =
      problem.rule === 'canonical dataflow'
        ? '214-114'
        : problem.rule === 'one writer, one reader'
          ? '200-779'
          : problem.rule === 'FIFO depth'
            ? '200-805'
            : '207-3776';
    throw new Failure([`ERROR: [HLS ${code}] ${files[index]}:${problem.line}: ${problem.rule}: ${problem.message}`]);
  }
  for (const file of files) checkSyntax(file, flags);
  const whole = texts.join('\n');
  const head = new RegExp(`^(?:extern "C" )?void ${top}\\(([^{;]*)\\)\\s*\\{`, 'm').exec(whole);
  if (!head) throw new Failure([`ERROR: [HLS 200-1014] Cannot find top function '${top}' in the design.`]);
  const body = whole.slice(head.index + head[0].length).split('\n}')[0] as string;
  const pragmas = body.split('\n').filter((line) => /^\s*#\s*pragma\s+HLS\s+interface\b/i.test(line));
  const functions = [...whole.matchAll(/^(?:static |inline )*void (\w+)\(/gm)].map((match) => match[1] as string);
  return {
    name: top,
    arguments: parameters(head[1] as string).map((parameter) => argumentOf(parameter, pragmas)),
    functions: [...new Set(functions)],
  };
}

/** A bitstream as the stand-ins of the runtime libraries load it: instances, arguments, banks. */
export function bitstreamText(
  board: string,
  instances: ReadonlyMap<string, Kernel>,
  bankOf: (instance: string, argument: KernelArgument) => string,
): string[] {
  const lines = [...instances].flatMap(([instance, kernel]) =>
    kernel.arguments.map((argument, index) => {
      const head = `argument ${instance} ${index} ${argument.name}`;
      if (argument.kind === 'memory') return `${head} memory ${bankOf(instance, argument)}`;
      return argument.kind === 'scalar' ? `${head} scalar ${argument.type}` : `${head} stream`;
    }),
  );
  return [`board ${board}`, ...lines];
}
