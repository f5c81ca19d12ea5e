/** Where a box stands so that it does not cover what it talks about. Plain geometry, in pixels of the window. */

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const MARGIN = 16;
/** Below the header and the strip of the system. */
const TOP = 96;

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top));

/**
 * The first of some places in a window in which a box covers nothing of what it is about, else the one in which it covers
 * least: beside the pointer, where the pointer did it; then at the foot, at the head and in the corners.
 */
export function placeOf(
  size: Pick<Box, 'width' | 'height'>,
  window: Pick<Box, 'width' | 'height'>,
  about: readonly Box[],
  pointer?: { readonly x: number; readonly y: number },
): { readonly left: number; readonly top: number } {
  const right = window.width - MARGIN - size.width;
  const bottom = window.height - MARGIN - size.height;
  const middle = (window.width - size.width) / 2;
  const beside = pointer
    ? [
        { left: pointer.x + 14, top: pointer.y + 14 },
        { left: pointer.x - 14 - size.width, top: pointer.y + 14 },
        { left: pointer.x + 14, top: pointer.y - 14 - size.height },
        { left: pointer.x - 14 - size.width, top: pointer.y - 14 - size.height },
      ].filter(({ left, top }) => left >= MARGIN && left <= right && top >= MARGIN && top <= bottom)
    : [];
  const places = [
    ...beside,
    { left: middle, top: bottom },
    { left: middle, top: TOP },
    { left: MARGIN, top: bottom },
    { left: right, top: bottom },
    { left: MARGIN, top: TOP },
    { left: right, top: TOP },
  ].map(({ left, top }) => ({
    left: Math.max(MARGIN, Math.min(left, right)),
    top: Math.max(MARGIN, Math.min(top, bottom)),
  }));
  const spot = pointer ? [{ left: pointer.x - 8, top: pointer.y - 8, width: 16, height: 16 }] : [];
  const covered = (place: { left: number; top: number }): number =>
    [...about, ...spot].reduce((sum, one) => sum + overlap({ ...place, ...size }, one), 0);
  return places.reduce((best, place) => (covered(place) < covered(best) ? place : best));
}
