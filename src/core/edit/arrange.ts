import type { Design, Instance } from '../design/types.ts';
import { NODE, nodeHeight } from '../templates/layout.ts';
import type { Edit, Refused, Selection } from './edit.ts';
import { moveInstances } from './instances.ts';

/** Edits of places: alignment, even distances, steps by key. */

export type Alignment = 'left' | 'centre' | 'right' | 'top' | 'middle' | 'bottom';
type Point = Instance['position'];

const NAMES: Readonly<Record<Alignment, string>> = {
  left: 'left edges',
  centre: 'centres',
  right: 'right edges',
  top: 'top edges',
  middle: 'middles',
  bottom: 'bottom edges',
};

const chosen = (design: Design, selection: Selection): Instance[] =>
  design.stages[selection.stage].instances.filter((instance) => selection.instances.includes(instance.id));

/** Brings edges or middles of the selected instances into one line. */
export function align(design: Design, selection: Selection, how: Alignment): Edit | Refused {
  const instances = chosen(design, selection);
  if (instances.length < 2) return { refused: 'Select two or more instances to align them.' };
  const tops = instances.map(({ position }) => position.y);
  const bottoms = instances.map((instance) => instance.position.y + nodeHeight(instance));
  const lefts = instances.map(({ position }) => position.x);
  const [left, right, top, bottom] = [Math.min(...lefts), Math.max(...lefts), Math.min(...tops), Math.max(...bottoms)];
  const place = (instance: Instance): Point => {
    const { x, y } = instance.position;
    const height = nodeHeight(instance);
    switch (how) {
      case 'left':
        return { x: left, y };
      case 'centre':
        return { x: Math.round((left + right) / 2), y };
      case 'right':
        return { x: right, y };
      case 'top':
        return { x, y: top };
      case 'middle':
        return { x, y: Math.round((top + bottom - height) / 2) };
      case 'bottom':
        return { x, y: bottom - height };
    }
  };
  return {
    ...moveInstances(selection.stage, new Map(instances.map((instance) => [instance.id, place(instance)]))),
    label: `Align ${NAMES[how]}`,
  };
}

/** Makes the gaps between the selected instances equal; the outer two stay. */
export function distribute(design: Design, selection: Selection, direction: 'across' | 'down'): Edit | Refused {
  const size = (instance: Instance): number => (direction === 'across' ? NODE.width : nodeHeight(instance));
  const start = (instance: Instance): number => (direction === 'across' ? instance.position.x : instance.position.y);
  const instances = chosen(design, selection).sort((a, b) => start(a) - start(b));
  const [first, last] = [instances[0], instances.at(-1)];
  if (!first || !last || instances.length < 3) return { refused: 'Select three or more instances to distribute them.' };
  const room = start(last) - start(first) - instances.slice(0, -1).reduce((sum, instance) => sum + size(instance), 0);
  const gap = room / (instances.length - 1);
  const places = new Map<string, Point>();
  let at = start(first);
  for (const instance of instances) {
    places.set(
      instance.id,
      direction === 'across'
        ? { x: Math.round(at), y: instance.position.y }
        : { x: instance.position.x, y: Math.round(at) },
    );
    at += size(instance) + gap;
  }
  return { ...moveInstances(selection.stage, places), label: `Distribute ${direction}` };
}

/** Moves the selected instances by a step; steps in quick succession are one. */
export function nudge(design: Design, selection: Selection, by: Point): Edit | Refused {
  const instances = chosen(design, selection);
  const notes = design.stages[selection.stage].notes?.filter(({ id }) => selection.notes?.includes(id)) ?? [];
  if (instances.length + notes.length === 0) return { refused: 'Select instances or notes to move them.' };
  const moved = (items: readonly Pick<Instance, 'id' | 'position'>[]) =>
    new Map(items.map(({ id, position }) => [id, { x: position.x + by.x, y: position.y + by.y }]));
  return {
    ...moveInstances(selection.stage, moved(instances), moved(notes)),
    merge: `nudge/${selection.stage}/${[...instances, ...notes].map(({ id }) => id).join()}`,
  };
}
