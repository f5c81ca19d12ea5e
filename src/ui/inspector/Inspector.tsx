import { useComposer } from '../state/app-store.ts';
import { DesignPanel } from './DesignPanel.tsx';
import { InstancePanel } from './InstancePanel.tsx';
import { SelectionPanel } from './SelectionPanel.tsx';
import { StreamPanel } from './StreamPanel.tsx';

/** Everything about what is selected; about the design when nothing is. */
export function Inspector() {
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
