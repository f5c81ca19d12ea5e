import { CircleAlert, CircleCheck, Info, X } from 'lucide-react';
import { useEffect } from 'react';
import { composer, useComposer } from './state/app-store.ts';

const ICONS = { info: Info, error: CircleAlert, success: CircleCheck };

/** The last thing that the application has to say: beside the pointer, or at the foot of the window. */
export function NoticeBoard() {
  const notice = useComposer((state) => state.notice);
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
      <div role="status" aria-live="polite" data-testid="notice">
        {notice ? (
          <div key={notice.id} className={`notice notice--${notice.tone}`}>
            <Icon size={16} aria-hidden="true" className="notice__icon" />
            <span className="notice__text">{notice.text}</span>
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
              onClick={() => composer.getState().dismiss()}
            >
              <X size={13} aria-hidden="true" />
            </button>
          </div>
        ) : null}
      </div>
    </div>
  );
}
