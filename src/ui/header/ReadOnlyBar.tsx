import { Lock } from 'lucide-react';
import { useComposer } from '../state/app-store.ts';

/** Says why nothing can be changed, and offers what helps. */
export function ReadOnlyBar() {
  const readOnly = useComposer((state) => state.readOnly);
  if (!readOnly) return null;
  return (
    <div className="read-only" role="status">
      <Lock size={14} aria-hidden="true" />
      <span>{readOnly.reason}</span>
      {readOnly.action ? (
        <button type="button" className="button button--small" onClick={() => void readOnly.action?.run()}>
          {readOnly.action.label}
        </button>
      ) : null}
    </div>
  );
}
