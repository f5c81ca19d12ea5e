/** The version that this program writes. */
export const CURRENT_VERSION = 1;

/** Migrations by the version they start from; each returns a document of the next version. */
const MIGRATIONS: Readonly<Record<number, (document: Record<string, unknown>) => Record<string, unknown>>> = {};

/** Brings a document to the current version, or says why it cannot. */
export function migrate(document: Record<string, unknown>): Record<string, unknown> | string {
  let current = document;
  let version = current['version'];
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1)
    return "The design has no valid 'version'; open a file that the composer saved.";
  if (version > CURRENT_VERSION)
    return `The design was saved by a newer composer (version ${version} of the format, this one knows ${CURRENT_VERSION}); open it there or update this one.`;
  while (version < CURRENT_VERSION) {
    const step = MIGRATIONS[version];
    if (!step) return `There is no way from version ${version} of the format to ${CURRENT_VERSION}.`;
    current = step(current);
    version += 1;
  }
  return current;
}
