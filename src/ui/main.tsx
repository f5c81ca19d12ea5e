import '@xyflow/react/dist/base.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/canvas.css';
import './styles/panels.css';
import './styles/overlays.css';
import './styles/estimates.css';
import './styles/small.css';
import { createRoot } from 'react-dom/client';
import { Boundary } from './components/Boundary.tsx';
import { App } from './App.tsx';
import { keepApplication } from './offline/register.ts';
import { composer } from './state/app-store.ts';
import { ACTIONS } from './actions/actions.ts';
import { counters } from './state/counters.ts';
import { applyTheme } from './state/theme.ts';

declare global {
  interface Window {
    /** For tests: how often things were done, and what the user can ask for. */
    __composer?: { readonly counters: typeof counters; readonly actions: typeof ACTIONS };
  }
}

/** A browser that does not answer when asked for the document is waited for no longer than this. */
const MAX_WAIT_MS = 1000;

applyTheme();
window.__composer = { counters, actions: ACTIONS };
const restored = new Promise<void>((resolve) => {
  const stop = composer.subscribe((state) => {
    if (!state.restored) return;
    stop();
    resolve();
  });
});
void import('./files/persistence.ts').then(({ keepDocument }) => keepDocument(composer));
const root = document.getElementById('root');
// The document of the last visit is the first thing drawn: to draw the sample and then the document takes twice as long.
if (root)
  void Promise.race([restored, new Promise((resolve) => setTimeout(resolve, MAX_WAIT_MS))]).then(() =>
    createRoot(root).render(
      <Boundary what="The composer">
        <App />
      </Boundary>,
    ),
  );
keepApplication();
