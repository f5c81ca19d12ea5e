import { formatDesign } from '../design/schema.ts';
import type { DesignAnalysis } from '../schedule/types.ts';
import { targetById } from '../targets/targets.ts';
import { printHlsConfig } from './config.ts';
import { printDeclarations, printSource } from './kernel.ts';
import { manifestOf } from './manifest.ts';
import { buildProgram } from '../lower/program.ts';
import { printReadme } from './readme.ts';
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
  /** Text of the licence under which generated projects come (Apache-2.0, also that of the bundled tokenizer). */
  readonly license: string;
  /** The bundled runner. */
  readonly runner: string;
  /** Files of the model to ship, empty for none. */
  readonly model: readonly { readonly path: string; readonly bytes: Uint8Array }[];
}

/** The headers that sources include, with those that these include in turn. */
function usedHeaders(sources: readonly string[], headers: ProjectAssets['headers']): string[] {
  const used = new Set<string>();
  const open = [...sources];
  for (let text = open.pop(); text !== undefined; text = open.pop()) {
    for (const match of text.matchAll(/#include "(?:flexllm\/)?([a-z_0-9]+\.hpp)"/g)) {
      const name = match[1] as string;
      if (name === 'kernels.hpp' || used.has(name)) continue;
      const header = headers[name];
      if (header === undefined) throw new Error(`the runtime library has no header ${name}`);
      used.add(name);
      open.push(header);
    }
  }
  return [...used].sort();
}

/** All files of the exported project. The design must be legal; equal designs and assets give equal bytes. */
export function generateProject(analysis: DesignAnalysis, assets: ProjectAssets): ProjectFile[] {
  const { design } = analysis;
  const target = targetById(design.target);
  if (!analysis.legal || !target) throw new Error('The design has errors; repair the problems that check lists before exporting.');
  const prefill = buildProgram(analysis.stages.prefill);
  const decode = buildProgram(analysis.stages.decode);
  const sources: ProjectFile[] = [
    { path: 'src/kernels.hpp', content: printDeclarations([prefill, decode]) },
    { path: 'src/prefill.cpp', content: printSource(prefill) },
    { path: 'src/decode.cpp', content: printSource(decode) },
    { path: 'tb/testbench.cpp', content: printTestbench(design, prefill, decode) },
  ];
  const headers = usedHeaders(sources.map((file) => file.content as string), assets.headers);
  return [
    { path: 'README.md', content: printReadme(analysis, target, assets.model.length > 0) },
    { path: 'LICENSE', content: assets.license },
    { path: 'design.json', content: formatDesign(design) },
    { path: 'manifest.json', content: `${JSON.stringify(manifestOf(design, [prefill, decode]), null, 2)}\n` },
    { path: 'run.mjs', content: assets.runner },
    ...sources,
    ...headers.map((name) => ({ path: `include/flexllm/${name}`, content: assets.headers[name] as string })),
    ...Object.keys(assets.csim)
      .sort()
      .map((name) => ({ path: `csim/${name}`, content: assets.csim[name] as string })),
    { path: 'cfg/prefill.cfg', content: printHlsConfig(design, target, 'prefill') },
    { path: 'cfg/decode.cfg', content: printHlsConfig(design, target, 'decode') },
    ...assets.model.map((file) => ({ path: `model/${file.path}`, content: file.bytes })),
  ];
}
