import type { ModuleEntry } from '../../core/modules/types.ts';

/** The glyph of a module, in the colour of its category. */
export function ModuleGlyph({
  glyph,
  category,
  size = 16,
}: Pick<ModuleEntry, 'glyph' | 'category'> & { readonly size?: number }) {
  return (
    <svg className={`glyph cat-${category}`} viewBox="0 0 20 20" width={size} height={size} aria-hidden="true">
      <path d={glyph} />
    </svg>
  );
}
