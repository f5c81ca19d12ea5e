/** What the stand-ins for the vendor's tools pretend: world.json beside their bundle. Tests write it. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Something that goes wrong in one tool. */
export interface Fault {
  readonly tool: string;
  /** compile, package-ip, csim, cosim, link, package, version, list ...; default: any. */
  readonly phase?: string;
  /** Kernel or bitstream that it concerns; default: any. */
  readonly about?: string;
  readonly lines?: readonly string[];
  /** A log file, relative to the folder of the tool, with its lines. */
  readonly log?: { readonly path: string; readonly lines: readonly string[] };
  readonly code?: number;
  /** Ends itself with this signal. */
  readonly signal?: NodeJS.Signals;
  /** Waits before it fails, or works on when `code` is not given. */
  readonly waitMs?: number;
}

export interface World {
  /** Folder with ap_int.h, hls_stream.h ...: the real tools bring their own. */
  readonly headers: string;
  /** Release that the tools say they are. */
  readonly release: string;
  /** Worst slack in ns that implementation reaches. */
  readonly slack: number;
  readonly xrt: { readonly version: string; readonly xocl: string; readonly xclmgmt: string };
  readonly cards: readonly { readonly bdf: string; readonly shell: string; readonly ready: boolean }[];
  /** Parts of the V80 that are ready; null: no card. */
  readonly v80: {
    readonly bdf: string;
    readonly shell: 'service' | 'compute';
    readonly notReady: readonly string[];
    readonly ami: string;
  } | null;
  readonly faults: readonly Fault[];
  /** Assumptions of the probe that do not hold with these tools. */
  readonly refutes?: readonly string[];
}

export const WORLD: Omit<World, 'headers'> = {
  release: '2025.1',
  slack: 0.021,
  xrt: { version: '2.19.194', xocl: '2.19.194', xclmgmt: '2.19.194' },
  cards: [{ bdf: '0000:3b:00.1', shell: 'xilinx_u280_gen3x16_xdma_base_1', ready: true }],
  v80: { bdf: '0000:03:00', shell: 'compute', notReady: [], ami: 'READY' },
  faults: [],
};

/** Where the stand-ins are and keep what they know. */
export const folder = dirname(fileURLToPath(import.meta.url));

export function world(): World {
  return JSON.parse(readFileSync(join(folder, 'world.json'), 'utf8')) as World;
}

/** Lines to print before ending with an exit code. */
export class Failure extends Error {
  readonly lines: readonly string[];
  readonly code: number;

  constructor(lines: readonly string[], code = 1) {
    super(lines[0]);
    this.lines = lines;
    this.code = code;
  }
}

export function say(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

export function writeLines(path: string, lines: readonly string[]): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${lines.join('\n')}\n`);
}

/** Notes a call, so that tests see what ran and with which variables. */
export function noteCall(tool: string, args: readonly string[]): void {
  const { LD_LIBRARY_PATH, PLATFORM_REPO_PATHS, FLEXLLM_RUN } = process.env;
  appendFileSync(
    join(folder, 'calls.jsonl'),
    `${JSON.stringify({ tool, args, cwd: process.cwd(), env: { LD_LIBRARY_PATH, PLATFORM_REPO_PATHS, FLEXLLM_RUN } })}\n`,
  );
}

const wait = (milliseconds: number): void =>
  void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

/** Does what the world says goes wrong here. @throws Failure */
export function suffer(tool: string, phase: string, about = ''): void {
  for (const fault of world().faults) {
    if (fault.tool !== tool || (fault.phase ?? phase) !== phase || (fault.about ?? about) !== about) continue;
    if (fault.waitMs !== undefined) wait(fault.waitMs);
    if (fault.log !== undefined) writeLines(fault.log.path, fault.log.lines);
    if (fault.signal !== undefined) {
      if (fault.lines !== undefined) say(...fault.lines);
      process.kill(process.pid, fault.signal);
      wait(5000);
    }
    if (fault.code !== undefined || fault.lines !== undefined) throw new Failure(fault.lines ?? [], fault.code ?? 1);
  }
}
