import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react';
import type { Light } from '../../core/estimate/design/fit-causes.ts';

const ICONS: Readonly<Record<Light, typeof CircleCheck>> = { green: CircleCheck, amber: TriangleAlert, red: CircleX };

/** Whether a design fits, as a sign beside the words for it. */
export function FitIcon({ light, size = 14 }: { readonly light: Light; readonly size?: number }) {
  const Icon = ICONS[light];
  return <Icon size={size} aria-hidden="true" />;
}
