import type { StageName } from '../../core/design/types.ts';
import { useAnalysis } from './derived.ts';
import { limitOf } from './limit.ts';

/** What limits a stage, in the one sentence that all views have. */
export function LimitLine({ stage }: { readonly stage: StageName }) {
  const limit = limitOf(useAnalysis(), stage);
  if (!limit) return null;
  return (
    <p className="limit" data-testid={`limit-${stage}`}>
      {limit.text}
    </p>
  );
}
