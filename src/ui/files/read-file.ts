import { MAX_DESIGN_TEXT } from '../../core/design/numbers.ts';
import { CURRENT_VERSION } from '../../core/design/migrations.ts';
import { designSchema, formatDesign, parseDesign } from '../../core/design/schema.ts';
import { valueAt } from '../../core/diagnostics/schema-issue.ts';
import { parseJson } from '../../core/diagnostics/json.ts';
import type { Design } from '../../core/design/types.ts';

/** A design that was read, with what had to be left out of one that a newer composer wrote. */
export interface ReadFile {
  readonly design: Design;
  /** Newer than this composer: it can be looked at, not edited. */
  readonly newer?: { readonly version: number; readonly left: readonly string[] };
}

/** The texts that designs were read from, by what this composer would write: what was loaded is saved byte for byte. */
const originals = new Map<string, string>();

function remember(design: Design, text: string): void {
  originals.set(formatDesign(design), text);
  const [oldest] = originals.keys();
  if (originals.size > 20 && oldest !== undefined) originals.delete(oldest);
}

/** The text of a design for a file: that of the file that it came from, when it has not changed since. */
export function fileText(design: Design): string {
  const text = formatDesign(design);
  return originals.get(text) ?? text;
}

/** Takes away what the schema does not know, so that the rest can be shown. */
function withoutUnknown(document: Record<string, unknown>): {
  readonly design: Design | undefined;
  readonly left: readonly string[];
} {
  const copy = structuredClone(document);
  copy['version'] = CURRENT_VERSION;
  const left: string[] = [];
  for (let round = 0; round < 8; round += 1) {
    const parsed = designSchema.safeParse(copy);
    if (parsed.success) return { design: parsed.data as Design, left };
    let removed = false;
    for (const issue of parsed.error.issues) {
      if (issue.code !== 'unrecognized_keys') continue;
      const holder = valueAt(copy, issue.path);
      if (typeof holder !== 'object' || holder === null) continue;
      for (const key of issue.keys) {
        delete (holder as Record<string, unknown>)[key];
        left.push([...issue.path.map(String), key].join('.'));
        removed = true;
      }
    }
    if (!removed) break;
  }
  return { design: undefined, left };
}

/** Reads the text of a design file; a newer version as far as it can be understood. */
export function readFile(text: string): ReadFile | { readonly problem: string } {
  const result = parseDesign(text);
  if (result.ok) {
    remember(result.design, text);
    return { design: result.design };
  }
  const problem = result.problems[0]?.message ?? 'It cannot be read.';
  if (text.length > MAX_DESIGN_TEXT) return { problem };
  try {
    const document = parseJson(text) as Record<string, unknown>;
    const version = document['version'];
    if (
      document['format'] !== 'flexllm-composer' ||
      typeof version !== 'number' ||
      !Number.isInteger(version) ||
      version <= CURRENT_VERSION
    )
      return { problem };
    const { design, left } = withoutUnknown(document);
    if (!design) return { problem };
    remember(design, text);
    return { design, newer: { version, left } };
  } catch {
    return { problem };
  }
}
