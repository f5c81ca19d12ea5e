/** Looking for programs and installations. */
import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Environment, runProcess } from '../process.ts';

export async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Full path of a program on the search path. */
export async function which(program: string, path: string = process.env.PATH ?? ''): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue;
    const full = join(folder, program);
    const runs = await access(full, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return full;
  }
  return undefined;
}

/** How long a tool may take to say its version. */
const VERSION_TIMEOUT_MS = 60_000;

/** What a program prints, stdout and stderr; undefined when it cannot be run or fails. */
export async function outputOf(
  program: string,
  args: readonly string[],
  env?: Environment,
): Promise<string | undefined> {
  return runProcess(program, args, { env, timeout: VERSION_TIMEOUT_MS }).then(
    (result) => (result.code === 0 ? `${result.stdout}\n${result.stderr}` : undefined),
    () => undefined,
  );
}

/** Release folders below the usual places of installation, the newest first: settings64.sh of Vitis. */
export async function settingsScripts(): Promise<string[]> {
  const found: { readonly release: string; readonly path: string }[] = [];
  for (const root of [
    '/opt/xilinx',
    '/opt/Xilinx',
    '/tools/Xilinx',
    '/opt/amd',
    '/tools/amd',
    join(homedir(), 'Xilinx'),
  ]) {
    // Up to 2024.2: <root>/Vitis/<release>; from 2025.1: <root>/<release>/Vitis.
    for (const name of await readdir(join(root, 'Vitis')).catch((): string[] => []))
      found.push({ release: name, path: join(root, 'Vitis', name, 'settings64.sh') });
    for (const name of await readdir(root).catch((): string[] => []))
      found.push({ release: name, path: join(root, name, 'Vitis', 'settings64.sh') });
  }
  const scripts: string[] = [];
  for (const { release, path } of found.sort((a, b) => (a.release < b.release ? 1 : -1))) {
    if (/^20\d\d\.\d$/.test(release) && (await isThere(path))) scripts.push(path);
  }
  return scripts;
}

/** The variables that a settings script sets; undefined when it fails. The path reaches bash as an argument, never as code. */
export async function sourced(script: string): Promise<Environment | undefined> {
  const clean = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: homedir() };
  const result = await runProcess(
    'bash',
    ['--noprofile', '--norc', '-c', 'source "$1" >/dev/null 2>&1 && env -0', 'settings', script],
    { env: clean, timeout: VERSION_TIMEOUT_MS },
  ).catch(() => undefined);
  if (result === undefined || result.code !== 0) return undefined;
  const pairs = result.stdout.split('\0').flatMap((line): [string, string][] => {
    const at = line.indexOf('=');
    return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
  });
  return Object.fromEntries(pairs);
}

/** A search that is made once for the same arguments: what is installed does not change while this program runs. */
export function once<A extends readonly string[], T>(search: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  const found = new Map<string, Promise<T>>();
  return (...args) => {
    const key = args.join(' ');
    const result = found.get(key) ?? search(...args);
    found.set(key, result);
    return result;
  };
}
