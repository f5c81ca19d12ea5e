import { ChevronLeft, ChevronRight, X } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { canvasOf } from '../drawing/session.ts';
import { IconButton } from '../components/IconButton.tsx';
import { composer, useComposer } from '../state/app-store.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import { stopPresenting } from './present.ts';
import { namedViews } from './views.ts';

/** While presenting: the name of what is shown, and the way to the next. Arrow keys and page keys step, Escape ends. */
export default function PresentBar() {
  const design = useComposer((state) => state.design);
  const views = useMemo(() => namedViews(design, analysisOf(design)), [design]);
  const [step, setStep] = useState(() =>
    Math.max(
      0,
      views.findIndex((view) => view.key === composer.getState().stage),
    ),
  );
  const view = views[Math.min(step, views.length - 1)];
  const last = views.length - 1;

  // Afterwards the window is as it was before.
  useEffect(() => {
    const { view: before, setView } = composer.getState();
    return () => {
      composer.getState().play(undefined);
      setView(before);
    };
  }, []);
  useEffect(() => {
    if (!view) return;
    const { setView, play } = composer.getState();
    setView(view.stage);
    play(view.pass === undefined ? undefined : { stage: view.stage, index: view.pass });
    // The canvas may have to appear, and the window to become large, first.
    const timer = setTimeout(
      () => (view.instances.length > 0 ? canvasOf(view.stage)?.reveal(view.instances) : canvasOf(view.stage)?.fit()),
      120,
    );
    return () => clearTimeout(timer);
  }, [view]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const by = ['ArrowRight', 'PageDown', ' '].includes(event.key)
        ? 1
        : ['ArrowLeft', 'PageUp'].includes(event.key)
          ? -1
          : 0;
      if (
        by === 0 ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        (event.target instanceof Element && event.target.closest('button, input, textarea, [role="dialog"]'))
      )
        return;
      event.preventDefault();
      event.stopPropagation();
      setStep((present) => Math.max(0, Math.min(last, present + by)));
    };
    const onFullScreen = (): void => {
      if (!document.fullscreenElement) stopPresenting();
    };
    const onResize = (): void => canvasOf(composer.getState().stage)?.fit();
    window.addEventListener('keydown', onKey, true);
    document.addEventListener('fullscreenchange', onFullScreen);
    window.addEventListener('resize', onResize);
    return () => {
      window.removeEventListener('keydown', onKey, true);
      document.removeEventListener('fullscreenchange', onFullScreen);
      window.removeEventListener('resize', onResize);
    };
  }, [last]);
  return (
    <nav className="present-bar" aria-label="Presentation">
      <IconButton label="Previous view" disabled={step <= 0} onClick={() => setStep(step - 1)}>
        <ChevronLeft size={18} />
      </IconButton>
      <span className="present-bar__title" role="status">
        {view ? `${Math.min(step, last) + 1} of ${views.length} · ${view.title}` : 'Both canvases are empty'}
      </span>
      <IconButton label="Next view" disabled={step >= last} onClick={() => setStep(step + 1)}>
        <ChevronRight size={18} />
      </IconButton>
      <IconButton label="End the presentation" keys="Esc" onClick={stopPresenting}>
        <X size={18} />
      </IconButton>
    </nav>
  );
}
