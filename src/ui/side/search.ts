import type { StageName } from '../../core/design/types.ts';
import { modulesFor } from '../../core/modules/catalogue.ts';
import type { ModuleEntry } from '../../core/modules/types.ts';

/** How well a text answers a word: begins a word of it, or contains it. 0 is not at all. */
function score(text: string, word: string): number {
  const lower = text.toLowerCase();
  if (lower === word) return 4;
  if (lower.startsWith(word)) return 3;
  if (lower.split(/[^a-z0-9]+/).some((part) => part.startsWith(word))) return 2;
  return lower.includes(word) ? 1 : 0;
}

export interface Found {
  readonly entry: ModuleEntry;
  /** The alias that was found, when the title does not say it. */
  readonly alias: string | undefined;
}

/** Whether one of some texts answers each word of `text`; any do for an empty one. */
export const answers = (texts: readonly string[], text: string): boolean =>
  text
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => texts.some((candidate) => score(candidate, word) > 0));

/** Modules of a stage by title, alias, id and category, the best first; all of them for an empty text. */
export function searchModules(stage: StageName, text: string): readonly Found[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const entries = modulesFor(stage);
  if (words.length === 0) return entries.map((entry) => ({ entry, alias: undefined }));
  const found = entries.flatMap((entry) => {
    let total = 0;
    let alias: string | undefined;
    for (const word of words) {
      const title = Math.max(score(entry.title, word) * 2, score(entry.id, word));
      const best = entry.aliases
        .map((candidate) => ({ candidate, points: score(candidate, word) }))
        .sort((a, b) => b.points - a.points)[0];
      const points = Math.max(title, best?.points ?? 0, score(entry.category, word));
      if (points === 0) return [];
      if (title === 0 && best && best.points > 0) alias = best.candidate;
      total += points;
    }
    return [{ entry, alias, total }];
  });
  return found.sort((a, b) => b.total - a.total).map(({ entry, alias }) => ({ entry, alias }));
}
