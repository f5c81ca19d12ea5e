import type { Design, Instance, StageName } from '../../core/design/types.ts';
import { moduleById } from '../../core/modules/catalogue.ts';
import type { ModuleEntry } from '../../core/modules/types.ts';
import { addInView } from '../actions/module-drop.ts';
import type { ResourceCounts } from '../../core/targets/types.ts';
import { resourcesText } from '../words/units.ts';
import { ModuleGlyph } from '../components/ModuleGlyph.tsx';
import { CATEGORY_NAMES, titleInStage } from '../words/names.ts';
import { searchModules } from '../side/search.ts';
import { composer } from '../state/app-store.ts';
import { typicalCost } from '../../core/edit/cost.ts';
import type { Selection } from '../../core/edit/edit.ts';
import { findInstance, rolesOf } from '../../core/edit/instances.ts';
import { addOperation } from '../../core/edit/operations.ts';
import type { Choice, ChoiceGroup } from './Chooser.tsx';

const answers = (text: string, words: readonly string[]): boolean =>
  words.every((word) => text.toLowerCase().includes(word));
const MAX_CHOICES = 40;

/** What a choice costs, beside it. */
export function costNote(amounts: ResourceCounts | undefined, about = '') {
  const text = amounts && resourcesText(amounts);
  return text ? <span className="chooser__end">{`${about}${text}`}</span> : null;
}

/** Whoever types the key of a choice in full means that one. */
function exactFirst(groups: readonly ChoiceGroup[], typed: string): ChoiceGroup[] {
  const wanted = typed.trim().toLowerCase();
  const exact = (choice: Choice): boolean => choice.key === wanted;
  const sorted = groups.map((group) => ({
    ...group,
    choices: [...group.choices.filter(exact), ...group.choices.filter((choice) => !exact(choice))],
  }));
  return [
    ...sorted.filter((group) => group.choices.some(exact)),
    ...sorted.filter((group) => !group.choices.some(exact)),
  ];
}

/** Reuse of the selected instance: one more operation on it. */
function reuseChoices(design: Design, stage: StageName, id: string, words: readonly string[]): Choice[] {
  const instance = findInstance(design, stage, id);
  const entry = instance && moduleById(instance.module);
  if (!instance || !entry) return [];
  return rolesOf(design, stage, entry)
    .filter(({ role, label }) => answers(`reuse ${id} ${role} ${label}`, words))
    .map(({ role, label }) => ({
      key: `reuse ${id} ${role}`,
      label: `Reuse ${id} for ${role}`,
      detail: label,
      icon: <ModuleGlyph glyph={entry.glyph} category={entry.category} />,
      run: () => composer.getState().edit((present) => addOperation(present, stage, id, role)),
    }));
}

/** New instances that do a certain operation at once; only when the text names one. */
function roleChoices(
  design: Design,
  stage: StageName,
  at: Instance['position'],
  entry: ModuleEntry,
  words: readonly string[],
): Choice[] {
  return rolesOf(design, stage, entry)
    .filter(
      ({ role, label }) =>
        answers(`${entry.title} ${entry.id} ${role} ${label}`, words) &&
        words.some((word) => answers(`${role} ${label}`, [word])),
    )
    .map(({ role, label }) => ({
      key: `${entry.id} ${role}`,
      label: `${titleInStage(entry.title)} for ${role}`,
      detail: label,
      icon: <ModuleGlyph glyph={entry.glyph} category={entry.category} />,
      run: () => addInView(stage, entry.id, at, role),
    }));
}

/** What can be added to a canvas for a text: modules, modules that do a named operation at once, and reuse of the selected instance. */
export function addChoices(
  design: Design,
  stage: StageName,
  at: Instance['position'],
  selection: Selection,
  typed: string,
): ChoiceGroup[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const found = searchModules(stage, typed);
  const byCategory = new Map<ModuleEntry['category'], Choice[]>();
  for (const { entry } of found) {
    const choice: Choice = {
      key: entry.id,
      label: titleInStage(entry.title),
      end: costNote(typicalCost(design, stage, entry.id), 'about '),
      icon: <ModuleGlyph glyph={entry.glyph} category={entry.category} />,
      run: () => addInView(stage, entry.id, at),
    };
    byCategory.set(entry.category, [...(byCategory.get(entry.category) ?? []), choice]);
  }
  const named =
    words.length === 0
      ? []
      : searchModules(stage, '').flatMap(({ entry }) => roleChoices(design, stage, at, entry, words));
  const [only] = selection.instances;
  const reused =
    only !== undefined && selection.instances.length === 1 && selection.stage === stage
      ? reuseChoices(design, stage, only, words)
      : [];
  const groups = [
    ...[...byCategory].map(([category, choices]) => ({ title: CATEGORY_NAMES[category], choices })),
    { title: 'For one operation', choices: named },
    { title: 'Reuse what is selected', choices: reused },
  ];
  return exactFirst(groups, typed).map((group) => ({ ...group, choices: group.choices.slice(0, MAX_CHOICES) }));
}
