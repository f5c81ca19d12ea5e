/** Configuration files of v++ and of slashkit: sections and keys against what is documented. */
import { readFileSync } from 'node:fs';
import type { Failure } from './world.ts';

export interface Entry {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

export type Sections = Readonly<Record<string, RegExp>>;

/** @throws Failure for a missing file, an unknown section or key, or a line that is neither. */
export function readConfig(path: string, sections: Sections, refuse: (message: string) => Failure): Entry[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw refuse(`configuration file '${path}' does not exist`);
  }
  const entries: Entry[] = [];
  let section = '';
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const header = /^\[(\w+)\]$/.exec(line);
    if (header) {
      section = header[1] as string;
      if (sections[section] === undefined) throw refuse(`${path}:${index + 1}: unknown section [${section}]`);
      continue;
    }
    const match = /^([\w.]+)\s*=\s*(.*)$/.exec(line);
    if (!match) throw refuse(`${path}:${index + 1}: '${line}' is neither a section nor a key`);
    const [, key, value] = match as unknown as [string, string, string];
    if (!sections[section]?.test(key))
      throw refuse(`${path}:${index + 1}: unknown option '${key}' in section [${section}]`);
    entries.push({ section, key, value: value.replace(/\s+[#;].*$/, '').trim(), line: index + 1 });
  }
  return entries;
}

export function all(entries: readonly Entry[], section: string, key: string): string[] {
  return entries.filter((entry) => entry.section === section && entry.key === key).map((entry) => entry.value);
}

export function one(entries: readonly Entry[], section: string, key: string): string | undefined {
  return all(entries, section, key).at(-1);
}

/** hls_config.cfg: general options above, [hls] below. */
export const HLS_SECTIONS: Sections = {
  '': /^(?:part|platform|freqhz|debug|temp_dir|save_temps|config)$/,
  hls: /^(?:flow_target|clock|clock_uncertainty|syn\.(?:top|file|cflags|csimflags|file_cflags|blackbox\.file|output\.format|directive\.[a-z_]+|storage|op|interface\.[a-z_0-9]+|rtl\.[a-z_]+|compile\.[a-z_]+|dataflow\.[a-z_]+|schedule\.[a-z_]+)|tb\.(?:file|cflags|file_cflags)|csim\.(?:code_analyzer|clean|O|argv|ldflags|mflags|setup|sanitize_address|sanitize_undefined)|cosim\.(?:argv|rtl|trace_level|enable_dataflow_profiling|enable_fifo_sizing|disable_deadlock_detection|ldflags|random_stall|setup|tool|wave_debug|O)|package\.(?:output\.(?:format|syn|file)|ip\.[a-z_]+)|vivado\.[a-z_.]+)$/,
};

/** link.cfg of v++ -l. */
export const LINK_SECTIONS: Sections = {
  '': /^(?:platform|target|kernel_frequency|optimize|report_level|save-temps|debug|temp_dir|freqhz|jobs)$/,
  connectivity: /^(?:nk|sp|slr|sc|stream_connect|connect|noc\.connect)$/,
  vivado: /^(?:prop|param|impl\.(?:strategies|jobs)|synth\.jobs|impl_jobs|synth_jobs)$/,
  advanced: /^(?:param|prop|misc)$/,
  clock: /^(?:freqHz|freqhz|defaultFreqHz|id|tolerance)$/,
  profile: /^(?:data|exec|stall|memory)$/,
  package: /^(?:out_dir|[a-z_]+)$/,
};

/** config.cfg of slashkit. */
export const SLASH_SECTIONS: Sections = {
  connectivity: /^(?:nk|sp|sc|stream_connect|shell)$/,
  clock: /^(?:krnl|freqhz)$/,
  network: /^eth_\d$/,
  user_region: /^pre_synth$/,
  debug: /^net$/,
};
