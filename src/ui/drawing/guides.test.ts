import { expect, it } from 'vitest';
import { snapTo } from './guides.ts';

const box = (x: number, y: number) => ({ x, y, width: 100, height: 50 });

it('draws what is dragged to edges and middles within reach, on both axes', () => {
  const snap = snapTo(box(203, 98), [box(200, 0), box(0, 100)], 5);
  expect(snap.by).toEqual({ x: -3, y: 2 });
  expect(snap.guides).toEqual([
    { axis: 'x', at: 200, from: 0, to: 148 },
    { axis: 'y', at: 100, from: 0, to: 303 },
  ]);
  expect(snapTo(box(203, 98), [box(0, 0)], 5)).toEqual({ by: { x: 0, y: 0 }, guides: [] });
  expect(snapTo({ x: 40, y: 300, width: 20, height: 20 }, [box(2, 0)], 5).by.x).toBe(2);
});
