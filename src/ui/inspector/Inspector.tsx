import { lazy, Suspense, type ReactNode } from 'react';
import { Boundary } from '../components/Boundary.tsx';
import { useComposer } from '../state/app-store.ts';
import { DesignPanel } from './DesignPanel.tsx';

const InstancePanel = lazy(() => import('./InstancePanel.tsx'));
const SelectionPanel = lazy(() => import('./SelectionPanel.tsx'));
const StreamPanel = lazy(() => import('./StreamPanel.tsx'));

/** Everything about what is selected; about the design when nothing is. */
export function Inspector() {
  return (
    <Boundary what="The inspector">
      <Suspense fallback={null}>
        <Panel />
      </Suspense>
    </Boundary>
  );
}

function Panel(): ReactNode {
  const selection = useComposer((state) => state.selection);
  const graph = useComposer((state) => state.design.stages[state.selection.stage]);
  const instances = selection.instances.filter((id) => graph.instances.some((instance) => instance.id === id));
  const streams = selection.streams.filter((id) => graph.streams.some((stream) => stream.id === id));
  const [instance] = instances;
  const [stream] = streams;
  if (instances.length + streams.length > 1) return <SelectionPanel stage={selection.stage} instances={instances} streams={streams} />;
  if (instance !== undefined) return <InstancePanel key={`${selection.stage}/${instance}`} stage={selection.stage} id={instance} />;
  if (stream !== undefined) return <StreamPanel key={stream} stage={selection.stage} id={stream} />;
  return <DesignPanel />;
}
