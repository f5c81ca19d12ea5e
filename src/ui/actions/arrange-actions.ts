import { tidyCanvas } from './tidy.ts';
import type { Alignment } from '../../core/edit/arrange.ts';
import type { Design } from '../../core/design/types.ts';
import type { Edit, Refused } from '../../core/edit/edit.ts';
import type { Action } from './action.ts';
import { selected, state, things } from './what-is-selected.ts';

type Arrange = typeof import('../../core/edit/arrange.ts');

/** Carries out an edit of places, by a module that is loaded when it is first asked for. */
async function arranged(plan: (arrange: Arrange, design: Design) => Edit | Refused): Promise<void> {
  const arrange = await import('../../core/edit/arrange.ts');
  state().edit((design) => plan(arrange, design));
}

const alignment = (how: Alignment, label: string): Action => ({
  id: `align-${how}`,
  label,
  group: 'Arrange',
  keys: [],
  enabled: selected(2),
  run: () => void arranged(({ align }, design) => align(design, state().selection, how)),
});

const WAYS = {
  Left: { x: -1, y: 0 },
  Right: { x: 1, y: 0 },
  Up: { x: 0, y: -1 },
  Down: { x: 0, y: 1 },
} as const;

function step(way: keyof typeof WAYS, size: number): Action {
  const { x, y } = WAYS[way];
  const far = size > 8;
  return {
    id: `nudge-${way}-${size}`,
    label: `Move selection ${way.toLowerCase()}${far ? ', far' : ''}`,
    group: 'Arrange',
    keys: [`${far ? 'Shift+' : ''}Arrow${way}`],
    onCanvas: true,
    hidden: true,
    enabled: things,
    run: () => void arranged(({ nudge }, design) => nudge(design, state().selection, { x: x * size, y: y * size })),
  };
}

export const ARRANGE_ACTIONS: readonly Action[] = [
  alignment('left', 'Align left edges'),
  alignment('centre', 'Align centres'),
  alignment('right', 'Align right edges'),
  alignment('top', 'Align top edges'),
  alignment('middle', 'Align middles'),
  alignment('bottom', 'Align bottom edges'),
  {
    id: 'distribute-across',
    label: 'Distribute across',
    group: 'Arrange',
    keys: [],
    enabled: selected(3),
    run: () => void arranged(({ distribute }, design) => distribute(design, state().selection, 'across')),
  },
  {
    id: 'distribute-down',
    label: 'Distribute down',
    group: 'Arrange',
    keys: [],
    enabled: selected(3),
    run: () => void arranged(({ distribute }, design) => distribute(design, state().selection, 'down')),
  },
  ...(['Left', 'Right', 'Up', 'Down'] as const).flatMap((way) => [step(way, 8), step(way, 40)]),
  {
    id: 'tidy',
    label: 'Tidy up the canvas',
    group: 'Arrange',
    keys: ['T'],
    aliases: ['layout', 'arrange'],
    run: () => void tidyCanvas(state().stage),
  },
];
