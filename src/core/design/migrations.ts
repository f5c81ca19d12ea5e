import type { Finding } from '../diagnostics/diagnostic.ts';
import { type DesignCode, found } from './diagnostics.ts';

/** The version that this program writes. */
export const CURRENT_VERSION = 1;

/** Migrations by the version they start from; each returns a document of the next version. */
const MIGRATIONS: Readonly<Record<number, (document: Record<string, unknown>) => Record<string, unknown>>> = {};

/** Brings a document to the current version, or says why it cannot. */
export function migrate(
  document: Record<string, unknown>,
): { readonly document: Record<string, unknown> } | { readonly refused: Finding<DesignCode> } {
  let current = document;
  let version = current['version'];
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1)
    return { refused: found('version-invalid', {}) };
  if (version > CURRENT_VERSION) return { refused: found('version-newer', { version, known: CURRENT_VERSION }) };
  while (version < CURRENT_VERSION) {
    const step = MIGRATIONS[version];
    if (!step) return { refused: found('version-without-way', { version, known: CURRENT_VERSION }) };
    current = step(current);
    version += 1;
  }
  return { document: current };
}
