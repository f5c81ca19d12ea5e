/** A plot of lines as an SVG, for pages: series over a logarithmic axis, named at their ends. */
import { scaleLog } from 'd3-scale';
import { line } from 'd3-shape';

const THEMES = {
  light: {
    ground: '#ffffff',
    text: '#1c2430',
    muted: '#5b6675',
    line: '#d5dbe3',
    series: ['#b42318', '#1d4ed8', '#047857'],
  },
  dark: {
    ground: '#12161c',
    text: '#e6ebf2',
    muted: '#9aa6b5',
    line: '#313b48',
    series: ['#ff8a80', '#7aa2ff', '#5ad1a5'],
  },
};
const [WIDTH, HEIGHT] = [720, 320];
const BOX = { left: 76, right: 560, top: 44, bottom: 268 };
/** Names of lines that end close to each other are moved apart by so much. */
const NAME_HEIGHT = 16;

const written = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** Heights of the names of the lines: near their ends, without touching each other. */
function namesAt(ends) {
  const order = ends.map((y, index) => ({ y, index })).sort((one, other) => one.y - other.y);
  let last = Number.NEGATIVE_INFINITY;
  const at = [];
  for (const { y, index } of order) {
    last = Math.max(y, last + NAME_HEIGHT);
    at[index] = last;
  }
  return at;
}

/** 1, 2 and 5 of each power of ten in a range; of many powers only these. */
function roundValues([least, most]) {
  const powers = [];
  for (let power = Math.floor(Math.log10(least)); 10 ** power <= most; power += 1) powers.push(10 ** power);
  const steps = powers.length > 3 ? [1] : [1, 2, 5];
  return powers
    .flatMap((power) => steps.map((step) => step * power))
    .filter((value) => value >= least && value <= most);
}

/**
 * @param plot title, names of both axes, `series` of a name and points [x, y], and `ticks` of the x axis.
 * @param theme light or dark.
 */
export function linePlot({ title, x: xName, y: yName, ticks, series }, theme) {
  const colours = THEMES[theme];
  const points = series.flatMap(({ points: own }) => own);
  const x = scaleLog()
    .domain([Math.min(...ticks), Math.max(...ticks)])
    .range([BOX.left, BOX.right]);
  const heights = points.map(([, value]) => value);
  const y = scaleLog()
    .domain([Math.min(...heights) / 1.15, Math.max(...heights) * 1.15])
    .range([BOX.bottom, BOX.top]);
  const label = (at, down, text, colour, more = '') =>
    `<text x="${at.toFixed(1)}" y="${down.toFixed(1)}" fill="${colour}"${more}>${text}</text>`;
  const names = namesAt(series.map(({ points: own }) => y(own.at(-1)[1])));
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="${colours.ground}"/>`,
    label(BOX.left, 22, title, colours.text, ' font-weight="700" font-size="14"'),
    ...roundValues(y.domain()).flatMap((tick) => [
      `<path d="M${BOX.left} ${y(tick).toFixed(1)}H${BOX.right}" stroke="${colours.line}"/>`,
      label(BOX.left - 8, y(tick) + 4, written.format(tick), colours.muted, ' text-anchor="end"'),
    ]),
    ...ticks.flatMap((tick) => [
      `<path d="M${x(tick).toFixed(1)} ${BOX.bottom}v5" stroke="${colours.muted}"/>`,
      label(x(tick), BOX.bottom + 20, tick.toLocaleString('en'), colours.muted, ' text-anchor="middle"'),
    ]),
    label((BOX.left + BOX.right) / 2, BOX.bottom + 42, xName, colours.muted, ' text-anchor="middle"'),
    label(BOX.left, 38, yName, colours.muted),
    ...series.flatMap(({ name, points: own }, index) => {
      const colour = colours.series[index % colours.series.length];
      const [lastX] = own.at(-1);
      const path = line(
        (point) => x(point[0]),
        (point) => y(point[1]),
      ).digits(1)(own);
      return [
        `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        ...own.map(
          ([from, value]) => `<circle cx="${x(from).toFixed(1)}" cy="${y(value).toFixed(1)}" r="3" fill="${colour}"/>`,
        ),
        label(x(lastX) + 10, names[index] + 4, name, colour, ' font-weight="600"'),
      ];
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="${title}">\n${parts.join('\n')}\n</svg>\n`;
}
