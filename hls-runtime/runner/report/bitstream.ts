/** What bitstreams say of themselves: xclbin.info, link_summary, system_map.xml. */
import { isObject } from '../shapes.ts';
import { numberIn } from './numbers.ts';
import { parseXml } from './xml.ts';

export interface BitstreamInfo {
  /** Kernel clock in MHz as the bitstream sets it. */
  readonly achieved: number | null;
  readonly platform: string | null;
}

/** `xclbinutil --info`. @throws Error when it is none. */
export function parseXclbinInfo(text: string): BitstreamInfo {
  if (!/Platform VBNV:|Scalable Clocks|System Clocks|^Kernel:/m.test(text))
    throw new Error('it is no output of xclbinutil --info');
  const platform = /^\s*Platform VBNV:\s*(\S+)/m.exec(text)?.[1] ?? null;
  const blocks = text.split(/^\s*Name:\s*/m).slice(1);
  for (const block of blocks) {
    if (!/^\S*(?:aclk_kernel_00|clk_kernel_00|DATA_CLK)/.test(block) && !/Type:\s*SCALABLE/.test(block)) continue;
    const achieved = /Achieved Freq:\s*([\d.]+)\s*MHz/.exec(block)?.[1];
    if (achieved !== undefined) return { achieved: Number(achieved), platform };
  }
  const data = blocks.find((block) => block.startsWith('DATA_CLK'));
  return { achieved: numberIn(/Frequency:\s*([\d.]+)\s*MHz/.exec(data ?? '')?.[1]) ?? null, platform };
}

export interface LinkSummary {
  /** States of the steps, such as CS_PASSED. */
  readonly states: readonly string[];
  /** Reports by their type, such as KERNEL_UTILIZATION_ROUTE. */
  readonly reports: readonly { readonly type: string; readonly path: string }[];
}

/** *.link_summary: JSON objects between <ENTRY> tags. @throws Error when it has none. */
export function parseLinkSummary(text: string): LinkSummary {
  const states: string[] = [];
  const reports: { type: string; path: string }[] = [];
  let entries = 0;
  for (const [, body] of text.matchAll(/<ENTRY>([\s\S]*?)<\/ENTRY>/g)) {
    const value = ((): unknown => {
      try {
        return JSON.parse(body as string);
      } catch {
        return undefined;
      }
    })();
    if (!isObject(value)) continue;
    entries += 1;
    const state = isObject(value['status']) ? value['status']['state'] : value['status'];
    if (value['type'] === 'ET_Status' && typeof state === 'string') states.push(state);
    const report = isObject(value['report']) ? value['report'] : value;
    if (value['type'] === 'ET_Report' && typeof report['path'] === 'string')
      reports.push({ type: String(report['reportType'] ?? ''), path: report['path'] });
  }
  if (entries === 0) throw new Error('it has no entries');
  return { states, reports };
}

/** system_map.xml of a .vbin. @throws Error when it is none. */
export function parseSystemMap(text: string): BitstreamInfo & { readonly kernels: readonly string[] } {
  const root = parseXml(text);
  if (!root.children.some((child) => child.name === 'Platform' || child.name === 'Kernel'))
    throw new Error('it has neither platform nor kernels');
  const field = (name: string): string | undefined => root.children.find((child) => child.name === name)?.text;
  const hertz = numberIn(field('ClockFrequency'));
  const kernels = root.children
    .filter((child) => child.name === 'Kernel')
    .flatMap((kernel) => kernel.children.filter((child) => child.name === 'Name').map((child) => child.text));
  return { achieved: hertz === undefined ? null : hertz / 1e6, platform: field('Platform') ?? null, kernels };
}
