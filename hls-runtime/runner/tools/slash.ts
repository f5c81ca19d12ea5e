/** The stack of the V80: SLASH, its management tool and the firmware's. */
import { hostEnvironment } from './environment.ts';
import { outputOf, which } from './find.ts';

export interface V80State {
  /** Parts of the card with whether they are ready, as `v80-smi list -l` says. */
  readonly parts: readonly { readonly name: string; readonly ready: boolean }[];
  /** First PCI address in the list. */
  readonly bdf: string | undefined;
  /** Variant of the shell, where the tool says it. */
  readonly shell: 'service' | 'compute' | undefined;
}

const PARTS = ['PF0', 'PF1', 'PF2', 'VRTD'] as const;

/** Reads the text of `v80-smi list -l`; undefined when it lists no card. */
export function parseV80List(text: string): V80State | undefined {
  const bdf = /\b([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2})(?:\.[0-7])?\b/i.exec(text)?.[1];
  const lines = text.split('\n');
  const parts = PARTS.flatMap((name) => {
    const line = lines.find((text) => new RegExp(`\\b${name}\\b`, 'i').test(text));
    return line === undefined ? [] : [{ name, ready: /\bready\b/i.test(line) && !/\bnot\s+ready\b/i.test(line) }];
  });
  if (parts.length === 0 && bdf === undefined) return undefined;
  const shell = /\bcompute\b/i.test(text) ? 'compute' : /\bservice\b/i.test(text) ? 'service' : undefined;
  return { parts, bdf, shell };
}

export interface SlashTools {
  readonly slashkit: string | undefined;
  readonly smi: string | undefined;
  readonly ami: string | undefined;
  /** States of AMI devices, such as COMPAT, where ami_tool tells. */
  readonly amiOverview: string | undefined;
  readonly card: V80State | undefined;
}

export async function findSlash(): Promise<SlashTools> {
  const [slashkit, smi, ami] = await Promise.all(['slashkit', 'v80-smi', 'ami_tool'].map((program) => which(program)));
  const env = hostEnvironment(undefined);
  const list = smi === undefined ? undefined : await outputOf(smi, ['list', '-l'], env);
  const amiOverview = ami === undefined ? undefined : await outputOf(ami, ['overview'], env);
  return { slashkit, smi, ami, amiOverview, card: list === undefined ? undefined : parseV80List(list) };
}
