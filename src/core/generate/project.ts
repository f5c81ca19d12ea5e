import { errorsOf } from '../design/problems.ts';
import { banksOf } from '../estimate/stage/banks.ts';
import { formatDesign } from '../design/schema.ts';
import { estimateOf } from '../estimate/design/report.ts';
import { FindingError } from '../diagnostics/diagnostic.ts';
import { chunkOf } from '../modules/chunks.ts';
import type { DesignAnalysis } from '../schedule/types.ts';
import {
  printCmake,
  printHlsConfig,
  printHlsScript,
  printLinkConfig,
  printSlashConfig,
  printSlashKernelConfig,
} from './config.ts';
import { found } from './diagnostics.ts';
import { linkPath } from './hardware.ts';
import { printHostPlan } from './host-plan.ts';
import { printDeclarations, printSource } from './kernel.ts';
import { type DesignKernels, kernelsOf } from './kernels.ts';
import { manifestOf } from './manifest.ts';
import { printReadme } from './readme.ts';
import { selfContained } from './self-contained.ts';
import { printTestbench } from './testbench.ts';

export interface ProjectFile {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** Files that the generator copies; read from disk or bundled, core does not care. */
export interface ProjectAssets {
  /** Runtime headers by file name, such as `rms_norm.hpp`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Stand-ins for vendor headers by file name, such as `ap_int.h`. */
  readonly csim: Readonly<Record<string, string>>;
  /** C++ of the host program by file name: `main.cpp`, `sequences.hpp`, `board_xrt.hpp`, `board_vrt.hpp`. */
  readonly host: Readonly<Record<string, string>>;
  /** Text of the licence under which generated projects come (Apache-2.0, also that of the bundled tokenizer). */
  readonly license: string;
  /** The bundled runner. */
  readonly runner: string;
  /** Files of the model to ship, empty for none. */
  readonly model: readonly { readonly path: string; readonly bytes: Uint8Array }[];
}

/** Headers of a project that are not of the runtime library. */
const OTHER_HEADERS = new Set(['kernels.hpp', 'kernel_threads.hpp', 'segments.hpp', 'sequences.hpp']);

/** The headers that sources include, with those that these include in turn. */
function usedHeaders(sources: readonly string[], headers: ProjectAssets['headers']): string[] {
  const used = new Set<string>();
  const open = [...sources];
  for (let text = open.pop(); text !== undefined; text = open.pop()) {
    for (const match of text.matchAll(/#include "(?:flexllm\/)?([a-z_0-9]+\.hpp)"/g)) {
      const name = match[1] as string;
      if (OTHER_HEADERS.has(name) || used.has(name)) continue;
      const header = headers[name];
      if (header === undefined) throw new Error(`the runtime library has no header ${name}`);
      used.add(name);
      open.push(header);
    }
  }
  return [...used].sort();
}

/** Kernels and configuration for the tools of the U280. */
function vitisFiles({ design }: DesignAnalysis, kernels: DesignKernels): ProjectFile[] {
  return [
    ...kernels.kernels.flatMap((kernel) => [
      { path: `cfg/${kernel.name}.cfg`, content: printHlsConfig(design, kernels, kernel) },
      { path: `scripts/${kernel.name}.tcl`, content: printHlsScript(kernels, kernel) },
    ]),
    ...kernels.bitstreams.map((bitstream) => ({
      path: linkPath(kernels.target, bitstream.name),
      content: printLinkConfig(kernels, bitstream),
    })),
  ];
}

/** The same for the V80: a SLASH project. */
function slashFiles(
  kernels: DesignKernels,
  sources: ReadonlyMap<string, string>,
  headers: ProjectAssets['headers'],
): ProjectFile[] {
  return [
    { path: 'CMakeLists.txt', content: printCmake(kernels) },
    ...kernels.kernels.flatMap((kernel) => [
      { path: `hls/${kernel.name}.cpp`, content: selfContained(sources.get(kernel.name) as string, headers) },
      { path: `hls/${kernel.name}.cfg`, content: printSlashKernelConfig(kernels, kernel) },
    ]),
    ...kernels.bitstreams.map((bitstream) => ({
      path: linkPath(kernels.target, bitstream.name),
      content: printSlashConfig(kernels, bitstream),
    })),
  ];
}

/** Sources of the kernels by name; process numbers of a stage run through all its kernels. */
function kernelSources(kernels: DesignKernels): Map<string, string> {
  const before = { prefill: 0, decode: 0 };
  return new Map(
    kernels.kernels.map(({ program, stage, name }) => {
      const source = printSource(program, before[stage]);
      before[stage] += program.processes.length;
      return [name, source];
    }),
  );
}

/**
 * All files of the exported project. The design must be legal; equal designs and assets give equal bytes.
 * @throws Error with a sentence for the user when the design has errors, does not fit the memories of the card, or cannot be
 * split into kernels.
 */
export function generateProject(analysis: DesignAnalysis, assets: ProjectAssets): ProjectFile[] {
  const { design } = analysis;
  if (!analysis.legal) throw new FindingError(found('design-illegal', {}));
  const [unmapped] = errorsOf(banksOf(analysis).problems);
  if (unmapped) throw new FindingError(unmapped);
  const kernels = kernelsOf(analysis);
  const { target, stages } = kernels;
  const v80 = target.family === 'versal';
  const sources = kernelSources(kernels);
  const estimate = estimateOf(analysis);
  const manifest = manifestOf(analysis, kernels, estimate);
  const board = v80 ? 'board_vrt.hpp' : 'board_xrt.hpp';
  const code: ProjectFile[] = [
    { path: 'src/kernels.hpp', content: printDeclarations(kernels.kernels.map(({ program }) => program)) },
    ...[...sources].map(([name, content]) => ({ path: `src/${name}.cpp`, content })),
    { path: 'tb/testbench.cpp', content: printTestbench(design, stages.prefill, stages.decode) },
  ];
  const headers = usedHeaders(
    code.map((file) => file.content as string),
    assets.headers,
  );
  return [
    { path: 'README.md', content: printReadme(analysis, kernels, estimate, assets.model.length > 0) },
    { path: 'LICENSE', content: assets.license },
    { path: 'design.json', content: formatDesign(design) },
    { path: 'manifest.json', content: `${JSON.stringify(manifest, null, 2)}\n` },
    { path: 'run.mjs', content: assets.runner },
    ...code,
    ...headers.map((name) => ({ path: `include/flexllm/${name}`, content: assets.headers[name] as string })),
    ...Object.keys(assets.csim)
      .sort()
      .map((name) => ({ path: `csim/${name}`, content: assets.csim[name] as string })),
    ...['main.cpp', 'segments.hpp', 'sequences.hpp', board].map((name) => ({
      path: `host/${name === board ? 'board.hpp' : name}`,
      content: assets.host[name] as string,
    })),
    { path: 'host/plan.hpp', content: printHostPlan(manifest, chunkOf(analysis.stages.prefill.context), design.hmt) },
    ...(v80 ? slashFiles(kernels, sources, assets.headers) : vitisFiles(analysis, kernels)),
    ...assets.model.map((file) => ({ path: `model/${file.path}`, content: file.bytes })),
  ];
}
