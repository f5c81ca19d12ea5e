/** A machine with stand-ins for the vendor's tools, for tests: a folder of programs on the path, a fake XRT, a platform. */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync, spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { WORLD, type World } from '../tests/fake-tools/world.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PLATFORM = 'xilinx_u280_gen3x16_xdma_1_202211_1';

const POLL_MS = 20;

export const TOOLS = [
  'v++',
  'vitis-run',
  'vitis_hls',
  'vivado',
  'slashkit',
  'cmake',
  'ninja',
  'xrt-smi',
  'xbutil',
  'v80-smi',
  'ami_tool',
  'emconfigutil',
  'xclbinutil',
] as const;

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Call {
  readonly tool: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface RunExtras {
  readonly env?: Readonly<Record<string, string>>;
  /** Stops the program with `signal` as soon as this is true. */
  readonly stopWhen?: () => boolean;
  readonly signal?: NodeJS.Signals;
}

/** Bundles `entry` with everything it imports into `file`. */
export async function bundle(entry: string, folder: string, file: string): Promise<void> {
  await build({
    root: ROOT,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: entry,
      outDir: folder,
      emptyOutDir: false,
      target: 'node20',
      minify: false,
      rollupOptions: { output: { entryFileNames: file, format: 'es', codeSplitting: false } },
    },
  });
}

/** Runs a program and collects what it prints; optionally interrupts it. */
export function runProgram(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  extras: RunExtras = {},
): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    const { stopWhen } = extras;
    const watch = setInterval(() => {
      if (stopWhen?.() !== true) return;
      clearInterval(watch);
      child.kill(extras.signal ?? 'SIGINT');
    }, POLL_MS);
    if (stopWhen === undefined) clearInterval(watch);
    // What a killed program leaves running holds its pipes open: of such a one only the end itself is awaited.
    child.on(extras.signal === 'SIGKILL' ? 'exit' : 'close', (code) => {
      clearInterval(watch);
      resolve({ code, stdout, stderr });
    });
  });
}

export class FakeMachine {
  readonly tools: string;
  private readonly base: string;

  private constructor(base: string) {
    this.base = base;
    this.tools = join(base, 'tools');
  }

  static async create(base: string): Promise<FakeMachine> {
    const machine = new FakeMachine(base);
    await bundle('hls-runtime/tests/fake-tools/main.ts', machine.tools, 'fake-tools.mjs');
    machine.installTools();
    machine.installXrt();
    machine.installPlatform();
    machine.set({});
    return machine;
  }

  /** Puts all programs back. */
  installTools(): void {
    for (const tool of TOOLS) {
      const path = join(this.tools, tool);
      writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' "\${0%/*}/fake-tools.mjs" ${tool} "$@"\n`);
      chmodSync(path, 0o755);
    }
  }

  installPlatform(): void {
    const folder = join(this.base, 'platforms', PLATFORM);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${PLATFORM}.xpfm`), '');
  }

  /** Headers of XRT and VRT, so that real host programs compile: the stand-ins of the runtimes. */
  installRuntimes(): void {
    const standins = join(ROOT, 'hls-runtime/tests/standins');
    for (const [runtime, include] of [
      ['xrt', join(this.base, 'xrt/include')],
      ['vrt', join(this.tools, 'vrt/include')],
    ] as const) {
      cpSync(join(ROOT, 'hls-runtime/csim'), include, { recursive: true });
      cpSync(join(standins, 'card.hpp'), join(include, 'card.hpp'));
      cpSync(join(standins, runtime), join(include, runtime), { recursive: true });
    }
  }

  /** The library that host programs link: these objects. All of them, because nothing calls the registration of the kernels. */
  installLibrary(board: 'u280' | 'v80', objects: readonly string[]): void {
    const [folder, name] =
      board === 'u280' ? [join(this.base, 'xrt/lib'), 'xrt_coreutil'] : [join(this.tools, 'vrt/lib'), 'vrt'];
    mkdirSync(folder, { recursive: true });
    rmSync(join(folder, `lib${name}.a`), { force: true });
    writeFileSync(join(folder, `lib${name}.so`), `INPUT(${objects.map((path) => `"${path}"`).join(' ')})\n`);
  }

  remove(tool: string): void {
    rmSync(join(this.tools, tool));
  }

  removePlatform(): void {
    rmSync(join(this.base, 'platforms'), { recursive: true });
  }

  /** Sets the world: what is not named is as usual. */
  set(world: Partial<World>): void {
    writeFileSync(
      join(this.tools, 'world.json'),
      JSON.stringify({ ...WORLD, headers: join(ROOT, 'hls-runtime/csim'), ...world }),
    );
  }

  /** Calls of the tools since the last question. */
  calls(): Call[] {
    const path = join(this.tools, 'calls.jsonl');
    if (!existsSync(path)) return [];
    const calls = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Call);
    rmSync(path);
    return calls;
  }

  env(): Record<string, string> {
    return {
      PATH: [this.tools, process.env['PATH'] ?? ''].join(delimiter),
      HOME: join(this.base, 'home'),
      PLATFORM_REPO_PATHS: join(this.base, 'platforms'),
      XILINX_XRT: join(this.base, 'xrt'),
      XILINXD_LICENSE_FILE: '2100@licences',
      TMPDIR: process.env['TMPDIR'] ?? '/tmp',
    };
  }

  /** Empty libraries under the names that the host program links. */
  private installXrt(): void {
    for (const folder of ['bin', 'lib', 'include/xrt']) mkdirSync(join(this.base, 'xrt', folder), { recursive: true });
    const lib = join(this.base, 'xrt', 'lib');
    for (const name of ['xrt_coreutil', 'uuid']) execFileSync('ar', ['rc', join(lib, `lib${name}.a`)]);
  }
}
