/** XRT and the cards it sees. */
import { dirname, join } from 'node:path';
import { hostEnvironment } from './environment.ts';
import { isThere, once, outputOf, which } from './find.ts';

export interface Card {
  /** PCI address, "0000:3b:00.1". */
  readonly bdf: string;
  /** Shell as the driver names it: "xilinx_u280_gen3x16_xdma_base_1". */
  readonly shell: string;
  readonly ready: boolean;
}

export interface Xrt {
  /** Folder with include/, lib/, bin/. */
  readonly root: string;
  /** xrt-smi, or its older name xbutil. */
  readonly program: string;
  readonly version: string;
  /** Versions of the drivers; undefined when the tool does not know them. */
  readonly drivers: { readonly xocl: string | undefined; readonly xclmgmt: string | undefined };
}

function field(text: string, name: string): string | undefined {
  const value = new RegExp(`^\\s*${name}\\s*:\\s*([^\\s,]+)`, 'm').exec(text)?.[1];
  return value === undefined || /unknown|N\/A/i.test(value) ? undefined : value;
}

/** Reads what `xrt-smi --version` prints. */
export function parseXrtVersion(
  text: string,
): { readonly version: string; readonly drivers: Xrt['drivers'] } | undefined {
  const version = field(text, 'Version');
  if (version === undefined || !/^\d+\.\d+/.test(version)) return undefined;
  return { version, drivers: { xocl: field(text, 'XOCL'), xclmgmt: field(text, 'XCLMGMT') } };
}

/** Reads the table of cards that `xrt-smi examine` prints. */
export function parseCards(text: string): Card[] {
  return [...text.matchAll(/^\s*\|?\[([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\]\s*[:|]\s*(\S+)\s+(.*)$/gim)].map(
    (match) => ({
      bdf: match[1] as string,
      shell: match[2] as string,
      ready: /\bYes\b/.test(match[3] as string),
    }),
  );
}

export const findXrt = once(async (): Promise<Xrt | undefined> => {
  const roots = [process.env['XILINX_XRT'], '/opt/xilinx/xrt'].filter(
    (root): root is string => root !== undefined && root !== '',
  );
  for (const name of ['xrt-smi', 'xbutil']) {
    const found = (await which(name)) ?? (await which(name, roots.map((root) => `${root}/bin`).join(':')));
    if (found === undefined) continue;
    const own = process.env['XILINX_XRT'];
    const root = own !== undefined && (await isThere(join(own, 'include'))) ? own : dirname(dirname(found));
    const parsed = parseXrtVersion((await outputOf(found, ['--version'], hostEnvironment(root))) ?? '');
    if (parsed !== undefined) return { root, program: found, ...parsed };
  }
  return undefined;
});

/** The cards, or undefined when the tool fails. */
export async function findCards(xrt: Xrt): Promise<Card[] | undefined> {
  const text = await outputOf(xrt.program, ['examine'], hostEnvironment(xrt.root));
  return text === undefined ? undefined : parseCards(text);
}

/** True when a card with `shell` loads bitstreams of `platform`: "..._base_1" is the shell of "..._1_202211_1". */
export function shellFits(shell: string, platform: string): boolean {
  if (shell === platform) return true;
  const base = /^(.+)_base_(\d+)$/.exec(shell);
  const full = /^(.+?)_(\d+)_\d{6}_\d+$/.exec(platform);
  return base !== null && full !== null && base[1] === full[1] && base[2] === full[2];
}
