/** The installation of Vitis: on the search path, else found through settings64.sh. */
import { dirname } from 'node:path';
import type { Environment } from '../process.ts';
import { toolEnvironment } from './environment.ts';
import { once, outputOf, settingsScripts, sourced, which } from './find.ts';
import { type Board, PREFERRED_RELEASE, releaseIn, releaseProblem } from './releases.ts';

export interface Vitis {
  readonly release: string;
  /** Full paths; undefined when the release does not have the tool. */
  readonly vpp: string;
  readonly vitisRun: string | undefined;
  readonly vitisHls: string | undefined;
  readonly vivado: string | undefined;
  /** The script that was sourced to find it, or undefined when it was on the search path. */
  readonly settings: string | undefined;
  readonly env: Environment;
}

async function inspect(env: Environment, settings: string | undefined): Promise<Vitis | undefined> {
  const vpp = await which('v++', env['PATH']);
  if (vpp === undefined) return undefined;
  const release = releaseIn((await outputOf(vpp, ['--version'], env)) ?? '');
  if (release === undefined) return undefined;
  const [vitisRun, vitisHls, vivado] = await Promise.all(
    ['vitis-run', 'vitis_hls', 'vivado'].map((program) => which(program, env['PATH'])),
  );
  return { release, vpp, vitisRun, vitisHls, vivado, settings, env };
}

/** An installation that can build for the board, else any, else undefined. What is on the search path comes first. */
export const findVitis = once(async (board: Board): Promise<Vitis | undefined> => {
  const onPath = await inspect(toolEnvironment(undefined), undefined);
  if (onPath !== undefined && releaseProblem(board, onPath.release) === undefined) return onPath;
  let other: Vitis | undefined;
  const scripts = await settingsScripts();
  const preferred = scripts.filter((script) => script.includes(PREFERRED_RELEASE));
  for (const script of new Set([...preferred, ...scripts])) {
    const settings = await sourced(script);
    const found = settings && (await inspect(toolEnvironment(settings), script));
    if (found === undefined) continue;
    if (releaseProblem(board, found.release) === undefined) return found;
    other ??= found;
  }
  return onPath ?? other;
});

/** What --dry-run assumes where nothing is installed. */
export function assumedVitis(): Vitis {
  const env = toolEnvironment(undefined);
  return {
    release: PREFERRED_RELEASE,
    vpp: 'v++',
    vitisRun: 'vitis-run',
    vitisHls: undefined,
    vivado: 'vivado',
    settings: undefined,
    env,
  };
}

/** How a tool is called: by its name when the search path of its environment leads to it. */
export function programName(path: string, env: Environment): string {
  const name = path.split('/').pop() as string;
  return (env['PATH'] ?? '').split(':').includes(dirname(path)) ? name : path;
}
