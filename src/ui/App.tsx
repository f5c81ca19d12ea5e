import { lazy, Suspense, useEffect } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { listenToClipboard } from './actions/clipboard.ts';
import { listenToDrops } from './actions/files.ts';
import { onKey } from './actions/keys.ts';
import { Canvas } from './canvas/Canvas.tsx';
import { ReadOnlyBar } from './header/ReadOnlyBar.tsx';
import { useCompact } from './components/use-compact.ts';
import { MENU_LAYER } from './components/menu-layer.ts';
import { NoticeBoard } from './Notice.tsx';
import { Tips } from './components/Tips.tsx';
import { Dialogs } from './Dialogs.tsx';
import { lowerPanel } from './panels/lower-panel.tsx';
import { Header } from './header/Header.tsx';
import { Inspector } from './inspector/Inspector.tsx';
import { BottomPanel } from './panels/BottomPanel.tsx';
import { usePresent } from './present/present.ts';
import { Side } from './side/Side.tsx';
import { useComposer } from './state/app-store.ts';
import { usePane } from './state/panes.ts';
import { usePreferences } from './state/preferences.ts';
import { useTour } from './tour/tour.ts';

const SystemStrip = lazy(() => import('./header/SystemStrip.tsx'));
const PresentBar = lazy(() => import('./present/PresentBar.tsx'));
const PaneBar = lazy(() => import('./PaneBar.tsx'));
const Tour = lazy(() => import('./tour/Tour.tsx'));

function Canvases() {
  const view = useComposer((state) => state.view);
  const compact = useCompact();
  const preferred = usePreferences((state) => state.stacked);
  const stacked = compact ? innerHeight > innerWidth : preferred;
  const id = stacked ? 'canvases-stacked' : 'canvases';
  const layout = useDefaultLayout({ id, storage: localStorage });
  if (view !== 'both') return <Canvas key={view} stage={view} />;
  return (
    <Group
      key={id}
      id={id}
      orientation={stacked ? 'vertical' : 'horizontal'}
      defaultLayout={layout.defaultLayout}
      onLayoutChanged={layout.onLayoutChanged}
    >
      <Panel id="prefill-panel" minSize="20%">
        <Canvas stage="prefill" />
      </Panel>
      <Separator
        className={`splitter ${stacked ? 'splitter--horizontal' : 'splitter--vertical'}`}
        aria-label="Border between the canvases"
      />
      <Panel id="decode-panel" minSize="20%">
        <Canvas stage="decode" />
      </Panel>
    </Group>
  );
}

/** Its place is kept while it is loaded, so that nothing moves. */
function Strip() {
  const open = usePreferences((state) => state.strip);
  return (
    <Suspense fallback={<div className={`strip ${open ? '' : 'strip--closed'}`} />}>
      <SystemStrip />
    </Suspense>
  );
}

/** Only the canvas, for an audience. */
function Stage() {
  return (
    <main className="stage">
      <Canvases />
      <Suspense fallback={null}>
        <PresentBar />
      </Suspense>
    </main>
  );
}

function Workspace() {
  const columns = useDefaultLayout({ id: 'columns', storage: localStorage });
  const rows = useDefaultLayout({ id: 'rows', storage: localStorage });
  return (
    <Group
      id="columns"
      orientation="horizontal"
      defaultLayout={columns.defaultLayout}
      onLayoutChanged={columns.onLayoutChanged}
    >
      <Panel id="palette-panel" defaultSize={232} minSize={180} maxSize={360} groupResizeBehavior="preserve-pixel-size">
        <section className="side" aria-label="Modules, outline and history">
          <Side />
        </section>
      </Panel>
      <Separator className="splitter splitter--vertical" aria-label="Width of the palette" />
      <Panel id="main-panel" minSize="30%">
        <div className="main">
          <Group
            id="rows"
            orientation="vertical"
            defaultLayout={rows.defaultLayout}
            onLayoutChanged={rows.onLayoutChanged}
          >
            <Panel id="canvas-panel" minSize="20%">
              <Canvases />
            </Panel>
            <Separator className="splitter splitter--horizontal" aria-label="Height of the lower panel" />
            <Panel id="bottom-panel" panelRef={lowerPanel} defaultSize="34%" minSize={90}>
              <BottomPanel />
            </Panel>
          </Group>
        </div>
      </Panel>
      <Separator className="splitter splitter--vertical" aria-label="Width of the inspector" />
      <Panel
        id="inspector-panel"
        defaultSize={300}
        minSize={230}
        maxSize={480}
        groupResizeBehavior="preserve-pixel-size"
      >
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard */}
        <section id="inspector" className="side side--right" aria-label="Inspector" tabIndex={0}>
          <Inspector />
        </section>
      </Panel>
    </Group>
  );
}

/** In a small window: the canvas, or one of the panels over it. */
function SmallWorkspace() {
  const pane = usePane((state) => state.pane);
  return (
    <>
      <div className="small">
        <div className="small__pane" inert={pane !== 'canvas'}>
          <Canvases />
        </div>
        {pane === 'side' ? (
          <section className="side small__pane" aria-label="Modules, outline and history">
            <Side />
          </section>
        ) : null}
        {pane === 'inspector' ? (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
          <section id="inspector" className="side side--right small__pane" aria-label="Inspector" tabIndex={0}>
            <Inspector />
          </section>
        ) : null}
        {pane === 'views' ? (
          <div className="small__pane">
            <BottomPanel />
          </div>
        ) : null}
      </div>
      <Suspense fallback={<div className="pane-bar" />}>
        <PaneBar />
      </Suspense>
    </>
  );
}

/** The whole application. */
export function App() {
  const presenting = usePresent((state) => state.presenting);
  const compact = useCompact();
  const touring = useTour((state) => state.step !== undefined);
  useEffect(() => {
    window.addEventListener('keydown', onKey);
    const stop = [listenToClipboard(), listenToDrops()];
    return () => {
      for (const end of stop) end();
      window.removeEventListener('keydown', onKey);
    };
  }, []);
  return (
    <>
      <div className={`app ${presenting ? 'app--present' : ''}`}>
        {presenting ? (
          <Stage />
        ) : (
          <>
            <Header>
              <Strip />
            </Header>
            <ReadOnlyBar />
            {compact ? null : <Strip />}
            <main className="workspace">{compact ? <SmallWorkspace /> : <Workspace />}</main>
          </>
        )}
      </div>
      {touring ? (
        <Suspense fallback={null}>
          <Tour />
        </Suspense>
      ) : null}
      <section id={MENU_LAYER} aria-label="Menus" />
      <Tips />
      <NoticeBoard />
      <Dialogs />
    </>
  );
}
