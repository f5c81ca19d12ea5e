// Compiles and runs the tests of the C++ runtime.
//   node hls-runtime/tests/run.mjs [--compiler g++] [--only clamp] [--sanitize] [--speed]
// Every *.test.cpp runs twice: as C-simulation, and with the synthesis variants of the headers (__SYNTHESIS__, checks of
// results only); with --sanitize once, as C-simulation. They are optimized little, because making code takes far longer
// than running it; whole designs run optimized. Every file in illegal/ must be refused with the message of its first line.
// --only takes the files whose names begin with a text.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const headers = join(here, '..', 'include', 'flexllm');
const FLAGS = [
  '-std=c++17',
  '-march=native',
  '-ffp-contract=off',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-Wno-unknown-pragmas',
  `-I${join(here, '..', 'include')}`,
  '-idirafter',
  join(here, '..', 'csim'),
];
const SANITIZE = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
// For compilers that come without the run-time library of the sanitizers: undefined behaviour traps.
const SANITIZE_BARE = ['-g', '-fsanitize=undefined', '-fsanitize-trap=all'];

/** Optimization that makes code fast and loses no warnings: clang++ warns without any, g++ only with some. */
const quick = (compiler) => (compiler.includes('clang') ? '-O0' : '-Og');

function execute(program, args) {
  return new Promise((resolve) => {
    execFile(program, args, { maxBuffer: 1 << 26, timeout: 300_000 }, (error, stdout, stderr) => {
      resolve({ ok: !error, output: `${stdout}${stderr}${error && !stderr ? error.message : ''}`.trim() });
    });
  });
}

async function compileAndRun(compiler, source, binary, flags) {
  const compiled = await execute(compiler, [...FLAGS, ...flags, source, '-o', binary]);
  return compiled.ok ? execute(binary, []) : compiled;
}

async function mustFail(compiler, source) {
  const expected = /^\/\/ expect: (.+)$/m.exec(await readFile(source, 'utf8'))?.[1].trim();
  if (!expected) return { ok: false, output: 'the first line must be // expect: <part of the message>' };
  const { ok, output } = await execute(compiler, [...FLAGS, '-fsyntax-only', source]);
  if (ok) return { ok: false, output: `compiles, but should be refused with: ${expected}` };
  if (!output.includes(expected)) return { ok: false, output: `expected: ${expected}\n${output}` };
  return { ok: true, output: expected };
}

async function headersStandAlone(compiler) {
  for (const file of (await readdir(headers)).sort()) {
    const result = await execute(compiler, [...FLAGS, '-w', '-x', 'c++', '-fsyntax-only', join(headers, file)]);
    if (!result.ok) return { ok: false, output: `${file}\n${result.output}` };
  }
  return { ok: true, output: '' };
}

async function sanitizeFlags(compiler, work) {
  const probe = join(work, 'probe.cpp');
  await writeFile(probe, 'int main() { return 0; }\n');
  const linked = await execute(compiler, [...SANITIZE, probe, '-o', join(work, 'probe')]);
  return linked.ok ? SANITIZE : SANITIZE_BARE;
}

async function available(compiler) {
  return (await execute(compiler, ['--version'])).ok;
}

/**
 * Runs all tests; resolves to [{ name, ok, output }]. Options: compilers (those missing are skipped; at least one must
 * exist), only (files whose names begin with it), sanitize, jobs (in parallel), onResult (called with each result).
 */
export async function runAll({ compilers = ['g++', 'clang++'], only = '', sanitize = false, jobs = 2, onResult } = {}) {
  const present = [];
  for (const compiler of compilers) if (await available(compiler)) present.push(compiler);
  if (present.length === 0)
    return [{ name: 'compiler', ok: false, output: `none of ${compilers.join(', ')} was found` }];

  const work = await mkdtemp(join(tmpdir(), 'flexllm-tests-'));
  const named = (ending) => (file) => file.endsWith(ending) && file.startsWith(only);
  const tests = (await readdir(here)).filter(named('.test.cpp')).sort();
  const illegal = (await readdir(join(here, 'illegal'))).filter(named('.cpp')).sort();
  const tasks = [];
  for (const compiler of present) {
    const extra = sanitize ? await sanitizeFlags(compiler, work) : [];
    for (const file of tests) {
      for (const mode of sanitize ? ['csim'] : ['csim', 'synthesis']) {
        const flags = [...extra, quick(compiler), ...(mode === 'csim' ? [] : ['-D__SYNTHESIS__'])];
        const binary = join(work, `${compiler}-${file}-${mode}`);
        tasks.push({
          name: `${compiler} ${file} (${mode})`,
          run: () => compileAndRun(compiler, join(here, file), binary, flags),
        });
      }
    }
    if (sanitize) continue;
    tasks.push({ name: `${compiler} headers stand alone`, run: () => headersStandAlone(compiler) });
    for (const file of illegal) {
      tasks.push({ name: `${compiler} illegal/${file}`, run: () => mustFail(compiler, join(here, 'illegal', file)) });
    }
  }

  const results = new Array(tasks.length);
  let next = 0;
  async function worker() {
    while (next < tasks.length) {
      const at = next++;
      const started = Date.now();
      results[at] = { name: tasks[at].name, ...(await tasks[at].run()) };
      onResult?.(results[at], (Date.now() - started) / 1000);
    }
  }
  try {
    await Promise.all(Array.from({ length: jobs }, worker));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return results;
}

/** Prints the speed of the matrix engines in C-simulation. */
async function speed(compilers) {
  const work = await mkdtemp(join(tmpdir(), 'flexllm-speed-'));
  for (const compiler of compilers) {
    if (!(await available(compiler))) continue;
    const { output } = await compileAndRun(compiler, join(here, 'speed.cpp'), join(work, 'speed'), ['-O2']);
    console.log(`${compiler}\n${output}`);
  }
  await rm(work, { recursive: true, force: true });
}

async function main(args) {
  const at = args.indexOf('--compiler');
  const compilers = at >= 0 ? [args[at + 1]] : ['g++', 'clang++'];
  const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : '';
  if (args.includes('--speed')) return speed(compilers);
  const results = await runAll({
    compilers,
    only,
    sanitize: args.includes('--sanitize'),
    onResult: ({ name, ok, output }, seconds) => {
      console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${seconds.toFixed(1)} s)${ok ? '' : `\n${output}`}`);
    },
  });
  const failed = results.filter((result) => !result.ok).length;
  console.log(`${results.length - failed} of ${results.length} passed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main(process.argv.slice(2));
