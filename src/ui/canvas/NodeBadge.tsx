import { TriangleAlert } from 'lucide-react';

/** How many errors there are in what a card stands for; nothing when there are none. */
export function NodeBadge({ errors, title }: { readonly errors: number; readonly title: string | undefined }) {
  if (errors === 0) return null;
  return (
    <span className="node__badge" title={title}>
      <TriangleAlert size={12} aria-hidden="true" /> {errors}
    </span>
  );
}
