import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupsOf } from '../design/annotations.ts';
import { formatDesign, parseDesign } from '../design/schema.ts';
import type { Design } from '../design/types.ts';
import { workloadTime } from '../estimate/workload/timing.ts';
import { analysisOf } from './analysis.ts';
import { sampleById, SAMPLES } from '../templates/samples.ts';
import {
  addNote,
  colourGroup,
  foldGroup,
  leaveGroup,
  makeGroup,
  renameGroup,
  resizeNote,
  ungroup,
  writeNote,
} from './annotations.ts';
import { nudge } from './arrange.ts';
import { paste, readFragment } from './paste.ts';
import { duplicate } from './copies.ts';
import type { Edit, Refused, Selection } from './edit.ts';
import { isRefused } from './edit.ts';
import { done, undoneToTheByte } from '../../../tests/edit-helpers.ts';
import { moveInstances, removeSelection, renameInstance } from './instances.ts';
import { moveOperation } from './operations.ts';
import { copyText } from './fragment.ts';

const sample = (): Design => sampleById('moby-u280')?.design() as Design;
/** No control characters; notes may have ends of lines. */
const printable = (text: string): boolean => [...text].every((letter) => letter >= ' ' && letter !== '\u007f');
const ids = (design: Design): string[] => design.stages.prefill.instances.map(({ id }) => id);
const some = (design: Design, from: number, to: number, notes?: string[]): Selection => ({
  stage: 'prefill',
  instances: ids(design).slice(from, to),
  streams: [],
  ...(notes ? { notes } : {}),
});

/** A design with a group, a collapsed group and a note. */
function annotated(): Design {
  let design = sample();
  design = done(design, makeGroup(design, some(design, 2, 5), 'Norm'));
  design = done(design, makeGroup(design, some(design, 6, 9), 'Attention <b>'));
  design = done(design, foldGroup(design, 'prefill', 'group_2', true));
  return done(design, addNote(design, 'prefill', { x: 3, y: 5 }, '# Why\nBecause.'));
}

const PLANS: Readonly<Record<string, (design: Design) => Edit | Refused>> = {
  group: (design) => makeGroup(design, some(design, 10, 12)),
  'group what is grouped': (design) => makeGroup(design, some(design, 3, 8)),
  ungroup: (design) => ungroup(design, 'prefill', 'group'),
  rename: () => renameGroup('prefill', 'group', ' KV \u0007 '),
  colour: () => colourGroup('prefill', 'group', 'rose'),
  collapse: (design) => foldGroup(design, 'prefill', 'group', true),
  expand: (design) => foldGroup(design, 'prefill', 'group_2', false),
  'leave a group': (design) => leaveGroup('prefill', 'group', ids(design)[3] ?? ''),
  note: (design) => addNote(design, 'prefill', { x: 0, y: 0 }),
  write: () => writeNote('prefill', 'note', 'a\r\nb\u0007'),
  resize: () => resizeNote('prefill', 'note', { width: 5, height: 5000 }),
  'delete a group': (design) => removeSelection(design, some(design, 2, 5)),
  'delete part of a group': (design) => removeSelection(design, some(design, 4, 7)),
  'delete a note': () =>
    removeSelection({} as Design, { stage: 'prefill', instances: [], streams: [], notes: ['note'] }),
  duplicate: (design) => duplicate(design, some(design, 2, 6, ['note'])),
  nudge: (design) => nudge(design, some(design, 2, 3, ['note']), { x: 8, y: 0 }),
  move: (design) =>
    moveInstances('prefill', new Map([[ids(design)[2] ?? '', { x: 1, y: 2 }]]), new Map([['note', { x: 9, y: 9 }]])),
  'rename an instance': (design) => renameInstance(design, 'prefill', ids(design)[3] ?? '', 'renamed'),
};

describe('groups and notes', () => {
  for (const [name, plan] of Object.entries(PLANS)) {
    it(`undoes '${name}' to the byte, and does it again`, () => {
      const after = undoneToTheByte(annotated(), plan);
      const again = parseDesign(after);
      expect(again.ok && formatDesign(again.design)).toBe(after);
    });
  }

  it('change no problem, no schedule and no estimate', () => {
    const [plain, noted] = [analysisOf(sample()), analysisOf(annotated())];
    expect(noted.problems).toEqual(plain.problems);
    expect(workloadTime(noted)?.timeToFirstToken).toBe(workloadTime(plain)?.timeToFirstToken);
    expect(workloadTime(noted)?.tokensPerSecond).toBe(workloadTime(plain)?.tokensPerSecond);
  });

  it('follow their instances: renamed, removed, merged, copied', () => {
    const design = annotated();
    const third = ids(design)[3] ?? '';
    expect(
      groupsOf(done(design, renameInstance(design, 'prefill', third, 'renamed')).stages.prefill)[0]?.members,
    ).toContain('renamed');
    const less = done(design, removeSelection(design, some(design, 3, 4)));
    expect(less.stages.prefill.groups?.[0]?.members).toEqual(
      ids(design)
        .slice(2, 5)
        .filter((id) => id !== third),
    );
    const gone = done(design, removeSelection(design, some(design, 2, 9, ['note'])));
    expect('groups' in gone.stages.prefill || 'notes' in gone.stages.prefill).toBe(false);
    const twice = done(design, duplicate(design, some(design, 2, 5, ['note'])));
    const [, , copy] = twice.stages.prefill.groups ?? [];
    expect(copy).toMatchObject({ id: 'group_3', title: 'Norm' });
    expect(copy?.members.every((id) => !ids(design).includes(id) && ids(twice).includes(id))).toBe(true);
    expect(twice.stages.prefill.notes).toHaveLength(2);
    const temporal = sampleById('moby-spatial')?.design() as Design;
    const [a, b] = temporal.stages.prefill.instances.filter(({ module }) => module === 'linear_prefill');
    const grouped = done(temporal, makeGroup(temporal, { stage: 'prefill', instances: [a?.id ?? ''], streams: [] }));
    expect(
      done(grouped, moveOperation(grouped, 'prefill', a?.id ?? '', a?.operations[0]?.id ?? '', b?.id ?? '')).stages
        .prefill.groups,
    ).toBeUndefined();
  });

  it('travel with the clipboard; a note alone as well', () => {
    const design = annotated();
    const fragment = readFragment(design, copyText(design, some(design, 2, 5, ['note'])) ?? '');
    if (isRefused(fragment)) throw new Error(fragment.refused);
    expect(fragment.groups?.map(({ title }) => title)).toEqual(['Norm']);
    const pasted = done(sample(), paste(sample(), 'prefill', fragment, { x: 800, y: 800 }));
    expect(pasted.stages.prefill.groups).toHaveLength(1);
    expect(pasted.stages.prefill.notes?.[0]?.text).toBe('# Why\nBecause.');
    expect(copyText(design, { stage: 'prefill', instances: [], streams: [], notes: ['note'] })).toContain('Because');
    expect(copyText(design, { stage: 'prefill', instances: [], streams: [] })).toBeUndefined();
  });

  it('refuse what cannot be', () => {
    const design = annotated();
    const words = (plan: Edit | Refused): string => (isRefused(plan) ? plan.refused : '');
    expect(words(makeGroup(design, { stage: 'prefill', instances: [], streams: [] }))).toContain(
      'Select the instances',
    );
    expect(words(makeGroup(design, some(design, 2, 5)))).toContain("group 'Norm' already");
    expect(words(renameGroup('prefill', 'group', ' \n '))).toContain('needs a title');
    expect(words(ungroup(design, 'prefill', 'nonsense'))).toContain('no such group');
  });
});

describe('files with groups and notes', () => {
  it('leave every sample as it was written before there were any', () => {
    for (const { design } of SAMPLES) {
      const text = formatDesign(design());
      expect(text).toBe(`${JSON.stringify(design(), null, 2)}\n`);
      expect(text).not.toMatch(/"(groups|notes)"/);
    }
  });

  it('are read back as written, whatever the groups name; what does not exist is not shown', () => {
    const design = sample();
    const id = fc.constantFrom(...ids(design), 'nobody', 'nothing');
    const group = fc.record({
      title: fc.string({ minLength: 1, maxLength: 20 }).filter(printable),
      colour: fc.constantFrom('blue', 'grey'),
      members: fc.array(id, { maxLength: 6 }),
      collapsed: fc.option(fc.boolean(), { nil: undefined }),
    });
    const note = fc.record({
      text: fc.string({ maxLength: 60 }).filter((text) => printable(text.replaceAll('\n', ''))),
      x: fc.integer({ min: -999, max: 999 }),
    });
    fc.assert(
      fc.property(fc.array(group, { maxLength: 5 }), fc.array(note, { maxLength: 4 }), (groups, notes) => {
        const stage = {
          ...design.stages.prefill,
          groups: groups.map((one, index) => ({ id: `group_${index}`, ...one })),
          notes: notes.map(({ text, x }, index) => ({
            id: `note_${index}`,
            text,
            position: { x, y: x },
            size: { width: 200, height: 100 },
          })),
        } as Design['stages']['prefill'];
        const text = formatDesign({ ...design, stages: { ...design.stages, prefill: stage } });
        const read = parseDesign(text);
        if (!read.ok) throw new Error(read.problems[0]?.message);
        expect(formatDesign(read.design)).toBe(text);
        const shown = groupsOf(read.design.stages.prefill);
        const members = shown.flatMap((one) => one.members);
        expect(new Set(members).size).toBe(members.length);
        expect(members.every((member) => ids(design).includes(member))).toBe(true);
        expect(shown.every((one) => one.members.length > 0)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('say what is wrong with them', () => {
    const text = (change: (stage: Record<string, unknown>) => void): string => {
      const copy = JSON.parse(formatDesign(annotated()));
      change(copy.stages.prefill);
      const read = parseDesign(JSON.stringify(copy));
      return read.ok ? '' : (read.problems[0]?.message ?? '');
    };
    const set = (list: 'groups' | 'notes', index: number, key: string, value: string) =>
      text((stage) => Object.assign((stage[list] as Record<string, unknown>[])[index] ?? {}, { [key]: value }));
    expect(set('groups', 1, 'id', 'group')).toContain('two groups have the same id');
    expect(set('notes', 0, 'text', 'a\u0000b')).toContain('stages.prefill.notes.0.text');
    expect(set('groups', 0, 'colour', 'url(x)')).toContain('stages.prefill.groups.0.colour');
  });
});
