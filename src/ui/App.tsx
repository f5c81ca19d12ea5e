import { Tooltip } from 'radix-ui';
import { useEffect } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { listenToClipboard } from './actions/clipboard.ts';
import { listenToDrops } from './actions/files.ts';
import { onKey } from './actions/keys.ts';
import { Canvas } from './canvas/Canvas.tsx';
import { ReadOnlyBar } from './components/ReadOnlyBar.tsx';
import { NoticeBoard } from './components/Notice.tsx';
import { Dialogs } from './dialogs/Dialogs.tsx';
import { lowerPanel } from './estimates/lower-panel.tsx';
import { Header } from './header/Header.tsx';
import { Inspector } from './inspector/Inspector.tsx';
import { BottomPanel } from './panels/BottomPanel.tsx';
import { Side } from './side/Side.tsx';
import { useComposer } from './state/app-store.ts';

function Canvases() {
  const view = useComposer((state) => state.view);
  const layout = useDefaultLayout({ id: 'canvases', storage: localStorage });
  if (view !== 'both') return <Canvas key={view} stage={view} />;
  return (
    <Group id="canvases" orientation="horizontal" defaultLayout={layout.defaultLayout} onLayoutChanged={layout.onLayoutChanged}>
      <Panel id="prefill-panel" minSize="20%">
        <Canvas stage="prefill" />
      </Panel>
      <Separator className="splitter splitter--vertical" aria-label="Border between the canvases" />
      <Panel id="decode-panel" minSize="20%">
        <Canvas stage="decode" />
      </Panel>
    </Group>
  );
}

function Workspace() {
  const columns = useDefaultLayout({ id: 'columns', storage: localStorage });
  const rows = useDefaultLayout({ id: 'rows', storage: localStorage });
  return (
    <Group id="columns" orientation="horizontal" defaultLayout={columns.defaultLayout} onLayoutChanged={columns.onLayoutChanged}>
      <Panel id="palette-panel" defaultSize={232} minSize={180} maxSize={360} groupResizeBehavior="preserve-pixel-size">
        <section className="side" aria-label="Modules, outline and history">
          <Side />
        </section>
      </Panel>
      <Separator className="splitter splitter--vertical" aria-label="Width of the palette" />
      <Panel id="main-panel" minSize="30%">
        <div className="main">
          <Group id="rows" orientation="vertical" defaultLayout={rows.defaultLayout} onLayoutChanged={rows.onLayoutChanged}>
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
      <Panel id="inspector-panel" defaultSize={300} minSize={230} maxSize={480} groupResizeBehavior="preserve-pixel-size">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard */}
        <section id="inspector" className="side side--right" aria-label="Inspector" tabIndex={0}>
          <Inspector />
        </section>
      </Panel>
    </Group>
  );
}

/** The whole application. */
export function App() {
  useEffect(() => {
    window.addEventListener('keydown', onKey);
    const stop = [listenToClipboard(), listenToDrops()];
    return () => {
      for (const end of stop) end();
      window.removeEventListener('keydown', onKey);
    };
  }, []);
  return (
    <Tooltip.Provider delayDuration={500} skipDelayDuration={200}>
      <div className="app">
        <Header />
        <ReadOnlyBar />
        <main className="workspace">
          <Workspace />
        </main>
      </div>
      <NoticeBoard />
      <Dialogs />
    </Tooltip.Provider>
  );
}
