import { useMemo } from 'react';
import { Cable, Group, Layers2, StickyNote } from 'lucide-react';
import { noteNodeId } from '../drawing/node-ids.ts';
import { showOnCanvas } from '../actions/reveal.ts';
import { STAGE_TITLES } from '../words/names.ts';
import { ModuleGlyph } from '../components/ModuleGlyph.tsx';
import { useComposer } from '../state/app-store.ts';
import { type Findable, findables } from './find.ts';
import { findInstance } from '../../core/edit/instances.ts';
import { moduleById } from '../../core/modules/catalogue.ts';
import { Chooser } from './Chooser.tsx';

const GROUPS: readonly { readonly kind: Findable['kind']; readonly title: string }[] = [
  { kind: 'instance', title: 'Instances' },
  { kind: 'operation', title: 'Operations' },
  { kind: 'group', title: 'Groups' },
  { kind: 'note', title: 'Notes' },
  { kind: 'stream', title: 'Streams' },
];

/** Finds an instance, an operation or a stream by name; choosing one selects it and brings it into view. */
export default function FindDialog() {
  const design = useComposer((state) => state.design);
  const found = useMemo(() => findables(design), [design]);
  const icon = (item: Findable) => {
    if (item.kind === 'stream') return <Cable size={14} aria-hidden="true" />;
    if (item.kind === 'group') return <Group size={14} aria-hidden="true" />;
    if (item.kind === 'note') return <StickyNote size={14} aria-hidden="true" />;
    if (item.kind === 'operation') return <Layers2 size={14} aria-hidden="true" />;
    const module = findInstance(design, item.stage, item.instances[0] ?? '')?.module ?? '';
    const entry = moduleById(module);
    return entry && <ModuleGlyph glyph={entry.glyph} category={entry.category} />;
  };
  const groups = GROUPS.map(({ kind, title }) => ({
    title,
    choices: found
      .filter((item) => item.kind === kind)
      .map((item) => ({
        key: item.key,
        label: item.label,
        detail: item.kind === 'stream' ? undefined : item.detail,
        icon: icon(item),
        end: <span className="chooser__end">{STAGE_TITLES[item.stage]}</span>,
        run: () =>
          showOnCanvas(
            {
              stage: item.stage,
              instances: item.stream ? [] : item.instances,
              streams: item.stream ? [item.stream] : [],
              ...(item.note ? { notes: [item.note] } : {}),
            },
            item.note ? [noteNodeId(item.note)] : item.instances,
          ),
      })),
  }));
  return (
    <Chooser
      title="Find on the canvases"
      placeholder="Find an instance, operation, group, note or stream"
      none="Nothing on the canvases has such a name."
      groups={groups}
    />
  );
}
