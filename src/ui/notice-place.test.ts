import { describe, expect, test } from 'vitest';
import { type Box, placeOf } from './notice-place.ts';

const WINDOW = { width: 1280, height: 720 };
const SIZE = { width: 460, height: 120 };
const covers = (place: { left: number; top: number }, { left, top, width, height }: Box): boolean =>
  place.left < left + width &&
  left < place.left + SIZE.width &&
  place.top < top + height &&
  top < place.top + SIZE.height;
const inside = ({ left, top }: { left: number; top: number }): boolean =>
  left >= 0 && top >= 0 && left + SIZE.width <= WINDOW.width && top + SIZE.height <= WINDOW.height;

describe('the place of a refusal', () => {
  test('is at the foot, where nothing is in the way', () => {
    expect(placeOf(SIZE, WINDOW, [])).toEqual({ left: 410, top: 584 });
  });

  test('is inside the window and covers no field, wherever in the window it is', () => {
    for (let x = 0; x < 1280; x += 40)
      for (let y = 0; y < 720; y += 20) {
        const field = { left: x, top: y, width: 180, height: 28 };
        const place = placeOf(SIZE, WINDOW, [field]);
        expect(inside(place) && !covers(place, field), `${x} ${y}`).toBe(true);
        const beside = placeOf(SIZE, WINDOW, [], { x, y });
        expect(inside(beside) && !covers(beside, { left: x - 4, top: y - 4, width: 8, height: 8 }), `${x} ${y}`).toBe(
          true,
        );
      }
  });
});
