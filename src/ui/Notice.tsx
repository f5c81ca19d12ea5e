import { CircleAlert, CircleCheck, Info, X } from 'lucide-react';
import { type CSSProperties, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { type Box, placeOf } from './notice-place.ts';
import { composer, useComposer } from './state/app-store.ts';
import type { Notice } from './state/store.ts';

const ICONS = { info: Info, error: CircleAlert, success: CircleCheck };

/** What a refusal can be about: what has the focus, what is selected on the canvases, and a dialog that asks for something. */
function subjects(): Box[] {
  const focused = document.activeElement;
  const elements = [
    ...document.querySelectorAll('.node--selected, .dialog'),
    ...(focused && focused !== document.body && !focused.closest('.notice-board') ? [focused] : []),
  ];
  return (
    elements
      .map((element) => element.getBoundingClientRect())
      // A canvas or a panel that has the focus is all that there is; what it is about is a part of it.
      .filter(({ width, height }) => width > 0 && width * height < 0.4 * innerWidth * innerHeight)
      .map(({ left, top, width, height }) => ({ left, top, width, height }))
  );
}

function Actions({ notice }: { readonly notice: Notice }) {
  return (
    <>
      {notice.action ? (
        <button
          type="button"
          className="button button--small"
          onClick={() => {
            composer.getState().dismiss();
            notice.action?.run();
          }}
        >
          {notice.action.label}
        </button>
      ) : null}
      <button
        type="button"
        className="icon-button icon-button--small"
        aria-label="Dismiss message"
        title={notice.tone === 'error' ? 'Dismiss message (Escape)' : undefined}
        onClick={() => composer.getState().dismiss()}
      >
        <X size={13} aria-hidden="true" />
      </button>
    </>
  );
}

/** What was refused, why, and what to do: a box that stays until it is dismissed, and covers nothing of what it is about. */
function Refusal({ notice }: { readonly notice: Notice }) {
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<CSSProperties>({ visibility: 'hidden', left: 0, top: 0 });
  useLayoutEffect(() => {
    const arrange = (): void => {
      if (!box.current) return;
      const { width, height } = box.current.getBoundingClientRect();
      setPlace(placeOf({ width, height }, { width: innerWidth, height: innerHeight }, subjects(), notice.at));
    };
    arrange();
    addEventListener('resize', arrange);
    return () => removeEventListener('resize', arrange);
  }, [notice]);
  useEffect(() => {
    const close = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      composer.getState().dismiss();
      // Fields and dialogs hear the key too; the canvas keeps its selection.
      const { target } = event;
      const elsewhere =
        target instanceof Element && target.closest('input, textarea, select, [role="dialog"]') !== null;
      if (!elsewhere) event.stopPropagation();
    };
    addEventListener('keydown', close, { capture: true });
    return () => removeEventListener('keydown', close, { capture: true });
  }, []);
  return (
    <div ref={box} className="notice-board notice-board--refusal" style={place}>
      <div className="notice notice--error" role="alert">
        <CircleAlert size={16} aria-hidden="true" className="notice__icon" />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by keyboard */}
        <div className="notice__text notice__text--long" tabIndex={0}>
          {notice.text}
        </div>
        <Actions notice={notice} />
      </div>
    </div>
  );
}

/** A line that goes by itself: at the foot of the window, or beside the pointer. */
function Passing({ notice }: { readonly notice: Notice | undefined }) {
  useEffect(() => {
    if (!notice) return;
    const timer = setTimeout(() => composer.getState().dismiss(), notice.action ? 15000 : 8000);
    return () => clearTimeout(timer);
  }, [notice]);
  const Icon = notice ? ICONS[notice.tone] : Info;
  const place = notice?.at
    ? {
        left: Math.max(12, Math.min(notice.at.x + 12, innerWidth - 372)),
        top: Math.max(12, Math.min(notice.at.y + 12, innerHeight - 150)),
      }
    : undefined;
  return (
    <div className={`notice-board ${place ? 'notice-board--placed' : ''}`} style={place}>
      <div role="status" aria-live="polite">
        {notice ? (
          <div key={notice.id} className={`notice notice--${notice.tone}`}>
            <Icon size={16} aria-hidden="true" className="notice__icon" />
            <span className="notice__text">{notice.text}</span>
            <Actions notice={notice} />
          </div>
        ) : null}
      </div>
    </div>
  );
}

/** The last thing that the application has to say. */
export function NoticeBoard() {
  const notice = useComposer((state) => state.notice);
  const refused = notice?.tone === 'error';
  return (
    <div data-testid="notice">
      <Passing notice={refused ? undefined : notice} />
      {notice && refused ? <Refusal key={notice.id} notice={notice} /> : null}
    </div>
  );
}
