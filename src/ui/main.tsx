import '@xyflow/react/dist/base.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/canvas.css';
import './styles/panels.css';
import './styles/overlays.css';
import './estimates/estimates.css';
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

applyTheme();
window.__composer = { counters, actions: ACTIONS };
void import('./state/persistence.ts').then(({ keepDocument }) => keepDocument(composer));
const root = document.getElementById('root');
if (root) createRoot(root).render(
    <Boundary what="The composer">
      <App />
    </Boundary>,
  );
keepApplication();
