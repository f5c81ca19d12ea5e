import { CLOCK_CURVES } from '../estimate/stage/clock-curves.ts';
import { targetById } from '../targets/targets.ts';

const START = '<!-- clocks -->';
const END = '<!-- end of clocks -->';

/** The page with the points of the clocks that can be expected, between its marks. */
export function withClockTable(page: string): string {
  const rows = Object.entries(CLOCK_CURVES).flatMap(([target, curves]) =>
    (['high', 'low'] as const).flatMap((end) =>
      curves[end].map(
        ({ fill, clock, source }) =>
          `| ${targetById(target)?.title ?? target} | ${end === 'high' ? 'highest' : 'lowest'} | ${Math.round(fill * 100)} % | ${clock} MHz | ${source} |`,
      ),
    ),
  );
  const table = [
    '| card | end of the range | LUT of the fullest SLR | clock | source |',
    '| --- | --- | ---: | ---: | --- |',
    ...rows,
  ];
  const [before, rest] = page.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`the page has no marks ${START} and ${END}`);
  return `${before}${START}\n\n${table.join('\n')}\n\n${END}${after}`;
}
