import { useReactFlow } from '@xyflow/react';
import { Map as MapGlyph, Maximize, Minus, Plus, Rows3 } from 'lucide-react';
import type { StageName } from '../../core/design/types.ts';
import { keyName } from '../actions/keys.ts';
import { IconButton } from '../components/IconButton.tsx';
import { lasting } from '../components/motion.ts';
import { usePreferences } from '../state/preferences.ts';
import { tidyCanvas } from '../actions/tidy.ts';

/** Zoom, minimap and tidying up, at the foot of a canvas. */
export function CanvasTools({ stage, onFit }: { readonly stage: StageName; readonly onFit: () => void }) {
  const flow = useReactFlow();
  const minimap = usePreferences((state) => state.minimap);
  return (
    <div className="canvas__tools" role="toolbar" aria-label={`View of the ${stage} canvas`}>
      <IconButton label="Zoom out" onClick={() => void flow.zoomOut({ duration: lasting(120) })}>
        <Minus size={15} />
      </IconButton>
      <IconButton label="Zoom in" onClick={() => void flow.zoomIn({ duration: lasting(120) })}>
        <Plus size={15} />
      </IconButton>
      <button
        type="button"
        className="canvas__all"
        data-tip="Show all of the canvas"
        data-tip-keys={keyName('Shift+1')}
        onClick={onFit}
      >
        <Maximize size={14} aria-hidden="true" /> <span>Show all</span>
      </button>
      <IconButton
        label="Minimap"
        keys="M"
        aria-pressed={minimap}
        onClick={() => usePreferences.getState().change({ minimap: !minimap })}
      >
        <MapGlyph size={14} />
      </IconButton>
      <IconButton label="Tidy up" onClick={() => void tidyCanvas(stage)}>
        <Rows3 size={14} />
      </IconButton>
    </div>
  );
}
