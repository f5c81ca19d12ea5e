import { ViewportPortal } from '@xyflow/react';
import type { StageName } from '../../core/design/types.ts';
import { useCanvasSession } from '../drawing/session.ts';

/** The lines that what is being dragged has come to lie on. */
export function GuideLines({ stage }: { readonly stage: StageName }) {
  const guides = useCanvasSession((state) => state.guides);
  const own = guides.filter((guide) => guide.stage === stage);
  if (own.length === 0) return null;
  return (
    <ViewportPortal>
      {own.map(({ axis, at, from, to }) => (
        <span
          key={axis}
          className={`guide guide--${axis}`}
          data-testid="guide"
          style={axis === 'x' ? { left: at, top: from, height: to - from } : { top: at, left: from, width: to - from }}
        />
      ))}
    </ViewportPortal>
  );
}
