import { lazy, Suspense, type ReactNode } from 'react';
import { Boundary } from '../components/Boundary.tsx';
import { selectedGroup } from '../../core/edit/groups.ts';
import { useComposer } from '../state/app-store.ts';
import { lateView } from '../state/late-views.ts';

const DesignPanel = lazy(() => import('./DesignPanel.tsx').then((panel) => ({ default: panel.DesignPanel })));
const InstancePanel = lazy(() => import('./InstancePanel.tsx'));
const GroupPanel = lazy(lateView('group-panel', () => import('./GroupPanel.tsx')));
const NotePanel = lazy(() => import('./NotePanel.tsx'));
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
  const notes = selection.notes?.filter((id) => graph.notes?.some((note) => note.id === id)) ?? [];
  const group = useComposer((state) => selectedGroup(state.design, state.selection));
  const [instance] = instances;
  const [note] = notes;
  const [stream] = streams;
  if (group && group.members.length > 1 && streams.length + notes.length === 0)
    return <GroupPanel key={`${selection.stage}/${group.id}`} stage={selection.stage} group={group} />;
  if (instances.length + streams.length + notes.length > 1)
    return <SelectionPanel stage={selection.stage} instances={instances} streams={streams} notes={notes} />;
  if (note !== undefined) return <NotePanel key={`${selection.stage}/${note}`} stage={selection.stage} id={note} />;
  if (instance !== undefined)
    return <InstancePanel key={`${selection.stage}/${instance}`} stage={selection.stage} id={instance} />;
  if (stream !== undefined) return <StreamPanel key={stream} stage={selection.stage} id={stream} />;
  return <DesignPanel />;
}
