import type { NodeProps } from '@xyflow/react';
import { lazy, memo, Suspense } from 'react';
import { lateView } from '../state/late-views.ts';
import type { GroupNode, NoteNode as Note } from '../drawing/flow.ts';

/** Nodes that many designs have none of: loaded with the first of them. */

const Frame = lazy(() => import('./GroupNodes.tsx').then((nodes) => ({ default: nodes.Frame })));
const Folded = lazy(() => import('./GroupNodes.tsx').then((nodes) => ({ default: nodes.Folded })));
const NoteCard = lazy(lateView('note-card', () => import('./NoteCard.tsx')));

export const FrameNode = memo((props: NodeProps<GroupNode>) => (
  <Suspense fallback={null}>
    <Frame {...props} />
  </Suspense>
));

export const FoldedNode = memo((props: NodeProps<GroupNode>) => (
  <Suspense fallback={null}>
    <Folded {...props} />
  </Suspense>
));

export const NoteNode = memo((props: NodeProps<Note>) => (
  <Suspense fallback={null}>
    <NoteCard {...props} />
  </Suspense>
));
