import { errorsOf } from '../../core/design/problems.ts';
import {
  ChevronDown,
  CircleQuestionMark,
  Columns2,
  Cpu,
  Download,
  Ellipsis,
  Monitor,
  Redo2,
  Rows2,
  Undo2,
  X,
} from 'lucide-react';
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { actionById } from '../actions/actions.ts';
import { keyName } from '../actions/keys.ts';
import { useBusy } from '../export/busy.ts';
import { BrandMark } from '../components/BrandMark.tsx';
import { IconButton } from '../components/IconButton.tsx';
import { useCompact } from '../components/use-compact.ts';
import { TextField } from '../components/TextField.tsx';
import { composer, useComposer } from '../state/app-store.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import { renameDesign } from '../../core/edit/settings.ts';
import { showPane, usePane } from '../state/panes.ts';
import { usePreferences } from '../state/preferences.ts';
import { targetById } from '../../core/targets/targets.ts';
import { STAGE_TITLES } from '../words/names.ts';
import type { View } from '../state/store.ts';

/** Menus and figures come a moment after the first picture. */
const SpeedVerdict = lazy(() => import('./SpeedVerdict.tsx'));
const FitVerdict = lazy(() => import('../estimates/FitVerdict.tsx'));
const DesignMenu = lazy(() => import('./HeaderMenus.tsx').then((menus) => ({ default: menus.DesignMenu })));
const HelpMenu = lazy(() => import('./HeaderMenus.tsx').then((menus) => ({ default: menus.HelpMenu })));
const ThemeMenu = lazy(() => import('./HeaderMenus.tsx').then((menus) => ({ default: menus.ThemeMenu })));

function UndoButtons() {
  const past = useComposer((state) => state.history.past.at(-1)?.label);
  const future = useComposer((state) => state.history.future[0]?.label);
  return (
    <div className="header__group">
      <IconButton
        label={past ? `Undo: ${past}` : 'Undo'}
        keys={keyName('Mod+Z')}
        disabled={past === undefined}
        onClick={() => composer.getState().undo()}
      >
        <Undo2 size={16} />
      </IconButton>
      <IconButton
        label={future ? `Redo: ${future}` : 'Redo'}
        keys={keyName('Mod+Y')}
        disabled={future === undefined}
        onClick={() => composer.getState().redo()}
      >
        <Redo2 size={16} />
      </IconButton>
    </div>
  );
}

const VIEWS: readonly { readonly id: View; readonly label: string }[] = [
  { id: 'prefill', label: 'Prefill' },
  { id: 'both', label: 'Both' },
  { id: 'decode', label: 'Decode' },
];

function ViewSwitch() {
  const view = useComposer((state) => state.view);
  const stacked = usePreferences((state) => state.stacked);
  const compact = useCompact();
  return (
    <fieldset className="segments">
      <legend className="sr-only">Canvases shown</legend>
      {VIEWS.map(({ id, label }) => (
        <button
          key={id}
          type="button"
          className="segments__item"
          aria-pressed={view === id}
          onClick={() => {
            composer.getState().setView(id);
            showPane('canvas');
          }}
        >
          {label}
        </button>
      ))}
      {view === 'both' && !compact ? (
        <IconButton
          label={stacked ? 'Canvases side by side' : 'Canvases one above the other'}
          className="icon-button--small"
          onClick={() => actionById('stack').run()}
        >
          {stacked ? <Columns2 size={14} /> : <Rows2 size={14} />}
        </IconButton>
      ) : null}
    </fieldset>
  );
}

function Summary() {
  const target = useComposer(
    (state) => targetById(state.design.target)?.title.replace('Alveo ', '') ?? state.design.target,
  );
  const recipe = useComposer((state) => state.design.recipe.name);
  const model = useComposer((state) => state.design.model.name);
  const problems = useComposer((state) => analysisOf(state.design).problems);
  const errors = errorsOf(problems);
  const empty = errors.filter(({ code }) => code === 'stage-empty').map(({ stage }) => stage && STAGE_TITLES[stage]);
  return (
    <>
      <button
        type="button"
        className="summary"
        title="Show the settings of the design"
        onClick={() => {
          composer.getState().select({ stage: 'prefill', instances: [], streams: [] });
          showPane('inspector');
        }}
      >
        <Cpu size={14} aria-hidden="true" />
        <span>
          {target} <span className="summary__dot">·</span> {model} <span className="summary__dot">·</span> {recipe}
        </span>
      </button>
      {errors.length > 0 && errors.length === empty.length ? (
        <button type="button" className="verdict" onClick={() => composer.getState().setBottomTab('problems')}>
          {empty.join(' and ')} {empty.length === 1 ? 'is' : 'are'} empty
        </button>
      ) : errors.length > 0 ? (
        <button
          type="button"
          className="verdict verdict--error"
          onClick={() => composer.getState().setBottomTab('problems')}
        >
          {errors.length} {errors.length === 1 ? 'error' : 'errors'}
        </button>
      ) : null}
      <Suspense fallback={null}>
        <SpeedVerdict />
        <FitVerdict />
      </Suspense>
    </>
  );
}

function Name() {
  const name = useComposer((state) => state.design.name);
  return (
    <TextField
      label="Name of the design"
      hideLabel
      className="header__name"
      value={name}
      onCommit={(text) => composer.getState().edit(() => renameDesign(text))}
    />
  );
}

/** Figures, help and export: at the right, or in the sheet of a small window. */
function Rest() {
  const exporting = useBusy((state) => state.exporting);
  return (
    <>
      <Summary />
      <Suspense
        fallback={
          <>
            <button type="button" className="icon-button" aria-label="Help" disabled>
              <CircleQuestionMark size={16} aria-hidden="true" />
            </button>
            <button type="button" className="icon-button" aria-label="Theme" disabled>
              <Monitor size={16} aria-hidden="true" />
            </button>
          </>
        }
      >
        <HelpMenu />
        <ThemeMenu />
      </Suspense>
      <button
        type="button"
        className="button button--primary"
        disabled={exporting}
        onClick={() => actionById('export').run()}
      >
        <Download size={14} aria-hidden="true" /> {exporting ? 'Exporting…' : 'Export'}
      </button>
    </>
  );
}

/** What has no room in the row of a small window: a sheet under it. `children` come last. */
function More({ children }: { readonly children: ReactNode }) {
  const [open, setOpen] = useState(false);
  // What leads to another part of the window takes the sheet from in front of it.
  useEffect(() => usePane.subscribe(() => setOpen(false)), []);
  useEffect(() => {
    if (!open) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !document.querySelector('[role="menu"], [role="dialog"]')) setOpen(false);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [open]);
  const Glyph = open ? X : Ellipsis;
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label="More"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Glyph size={16} aria-hidden="true" />
      </button>
      {open ? (
        <div className="header__sheet">
          <Name />
          <Rest />
          {children}
        </div>
      ) : null}
    </>
  );
}

/** The top of the window: what design this is, and what can be done with all of it. `children` are for the sheet of a small window. */
export function Header({ children }: { readonly children: ReactNode }) {
  const name = useComposer((state) => state.design.name);
  const compact = useCompact();
  useEffect(() => {
    document.title = `${name} · FlexLLM Composer`;
  }, [name]);
  return (
    <header className="header">
      <h1 className="brand">
        <BrandMark size={20} />
        <span className="brand__name">FlexLLM Composer</span>
      </h1>
      <Suspense
        fallback={
          <button type="button" className="button button--quiet" disabled>
            Design <ChevronDown size={13} aria-hidden="true" />
          </button>
        }
      >
        <DesignMenu />
      </Suspense>
      {compact ? null : <Name />}
      <UndoButtons />
      <ViewSwitch />
      <div className="header__space" />
      {compact ? <More>{children}</More> : <Rest />}
    </header>
  );
}
