import type { ReactNode } from 'react';
import { STAGE_NAMES, type StageName } from '../../core/design/types.ts';
import { staleOf, staleText, useReadable } from './readable.ts';
import { composer } from '../state/app-store.ts';

interface Props {
  /** The stages that the figures need; both when absent. */
  readonly stages?: readonly StageName[];
  readonly children: ReactNode;
}

/** A figure within a line: greyed, and named so, where it is from before an error; a dash where there is none. */
export function Past({ stages = STAGE_NAMES, children }: Props) {
  const stale = staleOf(useReadable(), stages);
  const text = staleText(stale);
  if (text === undefined) return children;
  return (
    <span className="past" title={text}>
      {stale.none.length > 0 ? (
        <>
          <span className="sr-only">no figure yet</span>
          <span aria-hidden="true">–</span>
        </>
      ) : (
        <>
          <span className="sr-only">before the error: </span>
          {children}
        </>
      )}
    </span>
  );
}

/** Says above figures of some stages that they are from before an error, or why there are none. */
export function PastNote({ stages = STAGE_NAMES }: Pick<Props, 'stages'>) {
  const text = staleText(staleOf(useReadable(), stages));
  if (text === undefined) return null;
  return (
    <p className="past-note" role="note">
      {text}{' '}
      <button type="button" className="link" onClick={() => composer.getState().setBottomTab('problems')}>
        Show the problems
      </button>
    </p>
  );
}

/** A block of figures: greyed where they are from before an error, and nothing but the reason where there are none. */
export function PastBlock({ stages = STAGE_NAMES, children, note = true }: Props & { readonly note?: boolean }) {
  const stale = staleOf(useReadable(), stages);
  const text = staleText(stale);
  if (text === undefined) return children;
  return (
    <>
      {note || stale.none.length > 0 ? <PastNote stages={stages} /> : null}
      {stale.none.length > 0 ? null : (
        <div className="past past--block" title={text}>
          {children}
        </div>
      )}
    </>
  );
}
