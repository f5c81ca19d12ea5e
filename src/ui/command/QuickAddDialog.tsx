import { useMemo } from 'react';
import type { ModuleEntry } from '../../core/modules/types.ts';
import { useQuickAdd } from '../actions/quick-add.ts';
import { CATEGORY_NAMES, ModuleGlyph } from '../components/ModuleGlyph.tsx';
import { searchModules } from '../palette/search.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { addInstance } from '../state/edits.ts';
import { endName } from '../state/wires.ts';
import { costOf, typicalCost } from '../state/cost.ts';
import { type QuickAdd, quickAdds } from '../state/quick-add.ts';
import { type Choice, Chooser } from './Chooser.tsx';

const plain = (title: string): string => title.replace(/ \((prefill|decode)\)/, '');

const FITS: readonly { readonly fit: QuickAdd['fit']; readonly title: string }[] = [
  { fit: 'fits', title: 'Fits: expected here' },
  { fit: 'plain', title: 'Takes any stream' },
  { fit: 'close', title: 'The tensor fits, its form does not yet' },
];

const cost = (text: string | undefined) => (text ? <span className="chooser__end">{text}</span> : null);

/** What can be added at a place, or at the loose end of a wire: there only what fits, the best first. */
export default function QuickAddDialog() {
  const place = useQuickAdd((state) => state.place);
  const design = useComposer((state) => state.design);
  const groups = useMemo((): { title: string; choices: Choice[] }[] => {
    if (!place) return [];
    const { stage, port, at } = place;
    if (port) {
      const found = quickAdds(design, stage, port, at);
      return FITS.map(({ fit, title }) => ({
        title,
        choices: found
          .filter((item) => item.fit === fit)
          .map((item) => ({
            key: item.key,
            label: plain(item.entry.title),
            detail: item.reason ?? (item.label === item.entry.title ? undefined : `${item.label} · ${item.port}`),
            end: cost(fit === 'close' ? undefined : costOf(design, stage, item.edit)),
            icon: <ModuleGlyph module={item.entry.id} category={item.entry.category} />,
            words: item.entry.aliases,
            faint: fit === 'close',
            run: () => composer.getState().edit((present) => (present === design ? item.edit : { refused: 'The design has changed; draw the wire again.' })),
          })),
      }));
    }
    const byCategory = new Map<ModuleEntry['category'], Choice[]>();
    for (const { entry } of searchModules(stage, '')) {
      const typical = typicalCost(design, stage, entry.id);
      const choice: Choice = { key: entry.id, label: plain(entry.title), end: cost(typical && `about ${typical}`), icon: <ModuleGlyph module={entry.id} category={entry.category} />, words: entry.aliases, run: () => composer.getState().edit((present) => addInstance(present, stage, entry.id, at)) };
      byCategory.set(entry.category, [...(byCategory.get(entry.category) ?? []), choice]);
    }
    return [...byCategory].map(([category, choices]) => ({ title: CATEGORY_NAMES[category], choices }));
  }, [design, place]);
  if (!place) return null;
  const title = place.port ? `Add what ${place.port.direction === 'out' ? 'reads' : 'feeds'} ${endName(place.port.end)}` : `Add a module to ${place.stage}`;
  return <Chooser title={title} placeholder={title} none="Nothing of that name fits here." groups={groups} place={place.screen} />;
}
