/** Dispatch: the wrapper of a tool calls this with the tool's name first. */
import { amiTool, emconfigutil, v80Smi, xclbinutil, xrtSmi } from './boards.ts';
import { cmake } from './cmake.ts';
import { compileHls, vitisHls, vitisRun } from './hls.ts';
import { link, packageXclbin } from './link.ts';
import { slashkit } from './slash.ts';
import { vivado } from './vivado.ts';
import { Failure, noteCall, say, suffer, world } from './world.ts';

function vpp(args: readonly string[]): void {
  if (args.includes('--mode')) compileHls(args);
  else if (args.includes('-l') || args.includes('--link')) link(args);
  else if (args.includes('-p') || args.includes('--package')) packageXclbin(args);
  else throw new Failure(['ERROR: [v++ 60-602] one of --compile, --link, --package is needed']);
}

const TOOLS: Readonly<Record<string, (args: readonly string[]) => void>> = {
  'v++': vpp,
  'vitis-run': vitisRun,
  vitis_hls: vitisHls,
  vivado,
  slashkit,
  cmake,
  'xrt-smi': (args) => xrtSmi('xrt-smi', args),
  xbutil: (args) => xrtSmi('xbutil', args),
  'v80-smi': v80Smi,
  ami_tool: amiTool,
  emconfigutil,
  xclbinutil,
};

function run(tool: string, args: readonly string[]): void {
  noteCall(tool, args);
  const asksVersion =
    args.length === 1 && args[0] === '--version' && /^(?:v\+\+|vitis-run|vitis_hls|vivado)$/.test(tool);
  if (asksVersion) {
    suffer(tool, 'version');
    say('', `****** ${tool} v${world().release} (64-bit)`, '  **** SW Build 6138677 on Tue Jun 03 21:21:02 MDT 2025');
    return;
  }
  TOOLS[tool]?.(args);
}

const [, , tool = '', ...args] = process.argv;
try {
  run(tool, args);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  say(...error.lines);
  process.exitCode = error.code;
}
