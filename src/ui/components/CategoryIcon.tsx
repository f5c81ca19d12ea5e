import { ChartNoAxesColumn, Database, Grid3x3, type LucideIcon, MessageSquareText, Plus, ScanSearch, Split, Waves } from 'lucide-react';
import type { ModuleEntry } from '../../core/modules/types.ts';

type Category = ModuleEntry['category'];

const ICONS: Readonly<Record<Category, LucideIcon>> = {
  memory: Database,
  linear: Grid3x3,
  attention: ScanSearch,
  norm: Waves,
  quantization: ChartNoAxesColumn,
  elementwise: Plus,
  routing: Split,
  output: MessageSquareText,
};

export const CATEGORY_NAMES: Readonly<Record<Category, string>> = {
  memory: 'Memory',
  linear: 'Linear engines',
  attention: 'Attention',
  norm: 'Normalisation',
  quantization: 'Quantization',
  elementwise: 'Element by element',
  routing: 'Routing',
  output: 'Output',
};

/** The glyph of a module's category, in its colour. */
export function CategoryIcon({ category, size = 14 }: { readonly category: Category; readonly size?: number }) {
  const Icon = ICONS[category];
  return (
    <span className={`category cat-${category}`} aria-hidden="true">
      <Icon size={size} strokeWidth={2} />
    </span>
  );
}
