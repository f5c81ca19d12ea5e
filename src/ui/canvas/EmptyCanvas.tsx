import type { StageName } from '../../core/design/types.ts';
import { openDialog } from '../dialogs/dialogs.ts';
import { STAGE_TITLES } from './CanvasTitle.tsx';

const TEXT: Readonly<Record<StageName, string>> = {
  prefill: 'Prefill reads the prompt, many tokens side by side, and fills the KV cache.',
  decode: 'Decode makes one token after another from the KV cache.',
};

/** What to do with a canvas on which nothing stands yet. */
export function EmptyCanvas({ stage }: { readonly stage: StageName }) {
  return (
    <div className="empty">
      <div className="empty__card">
        <h3>{STAGE_TITLES[stage]} is empty</h3>
        <p>{TEXT[stage]}</p>
        <ol>
          <li>
            Drag a module from the palette, for example <em>Token embedding</em>.
          </li>
          <li>Draw a wire from an output (right) to an input (left). What does not fit says why.</li>
          <li>Drop a module onto an instance of its kind to reuse the hardware in a later pass.</li>
        </ol>
        <button type="button" className="button button--primary" onClick={() => openDialog('new')}>
          Compose from a template…
        </button>
      </div>
    </div>
  );
}
