import { useMemo } from 'react';
import { useQuickAdd } from '../actions/quick-add.ts';
import { ModuleGlyph } from '../components/ModuleGlyph.tsx';
import { composer, useComposer } from '../state/app-store.ts';
import { endName } from '../../core/edit/streams.ts';
import { costOf } from '../../core/edit/cost.ts';
import { noteUse, useRecent } from '../state/recent.ts';
import { type QuickAdd, quickAdds } from '../../core/edit/quick-add.ts';
import { titleInStage } from '../words/names.ts';
import { addChoices, costNote } from './add-choices.tsx';
import { type Choice, type ChoiceGroup, Chooser } from './Chooser.tsx';

const FITS: readonly { readonly fit: QuickAdd['fit']; readonly title: string }[] = [
  { fit: 'fits', title: 'Fits: expected here' },
  { fit: 'plain', title: 'Takes any stream' },
  { fit: 'close', title: 'The tensor fits, its form does not yet' },
];

/** What can be added at a place, or at the loose end of a wire: there only what fits, the best first. */
export default function QuickAddDialog() {
  const place = useQuickAdd((state) => state.place);
  const design = useComposer((state) => state.design);
  const selection = useComposer((state) => state.selection);
  const groups = useMemo((): readonly ChoiceGroup[] | ((typed: string) => readonly ChoiceGroup[]) => {
    if (!place) return [];
    const { stage, port, at } = place;
    if (port) {
      const found = quickAdds(design, stage, port, at, useRecent.getState().modules);
      return FITS.map(({ fit, title }) => ({
        title,
        choices: found
          .filter((item) => item.fit === fit)
          .map(
            (item): Choice => ({
              key: item.key,
              label: titleInStage(item.entry.title),
              detail: item.reason ?? (item.label === item.entry.title ? undefined : `${item.label} · ${item.port}`),
              end: costNote(fit === 'close' ? undefined : costOf(design, stage, item.edit)),
              icon: <ModuleGlyph glyph={item.entry.glyph} category={item.entry.category} />,
              words: item.entry.aliases,
              faint: fit === 'close',
              run: () => {
                if (
                  composer
                    .getState()
                    .edit((present) =>
                      present === design ? item.edit : { refused: 'The design has changed; draw the wire again.' },
                    )
                )
                  noteUse(item.entry.id);
              },
            }),
          ),
      }));
    }
    return (typed) => addChoices(design, stage, at, selection, typed);
  }, [design, place, selection]);
  if (!place) return null;
  const title = place.port
    ? `Add what ${place.port.direction === 'output' ? 'reads' : 'feeds'} ${endName(place.port.end)}`
    : `Add a module to ${place.stage}`;
  return (
    <Chooser
      title={title}
      placeholder={title}
      none="Nothing of that name fits here."
      groups={groups}
      place={place.screen}
    />
  );
}
