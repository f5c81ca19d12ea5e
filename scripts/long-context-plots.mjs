/** The plots of docs/long-context.md, drawn from its tables: what a text costs as it grows, and perplexity by position. */
import { linePlot } from './line-plot.mjs';

/** Rows of the first table behind a heading, by column. */
function tableBehind(page, heading) {
  const lines = page.slice(page.indexOf(heading)).split('\n');
  const from = lines.findIndex((line) => line.startsWith('| '));
  const rows = lines.slice(from, from + lines.slice(from).findIndex((line) => !line.startsWith('|')));
  const cells = rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const [names, , ...values] = cells;
  return values.map((row) => Object.fromEntries(row.map((cell, at) => [names[at], cell.replaceAll(',', '')])));
}

const column = (rows, x, y) => rows.map((row) => [Number(x(row)), Number(row[y])]);

/** SVGs by the name of their file. */
export function plotsOf(page) {
  const windows = tableBehind(page, '# Long context');
  const segments = tableBehind(page, '## In segments with a memory');
  const byWindow = tableBehind(page, '## Perplexity by position');
  const bySegment = tableBehind(page, 'Perplexity by position on the same stretches');
  const length = (row) => row['prompt, tokens'];
  const end = (row) => Number(row.positions.split(' to ')[1]) + 1;
  const ticks = windows.map((row) => Number(length(row)));
  const grows = (title, all, window, parts) => ({
    title,
    x: 'tokens of the prompt',
    y: 'cycles, counted by the formulas',
    ticks,
    series: [
      { name: 'all tokens', points: column(windows, length, all) },
      { name: 'window', points: column(windows, length, window) },
      { name: 'segments', points: column(segments, length, parts) },
    ],
  });
  const plots = {
    'long-context-prefill': grows('Prefill', 'prefill, all tokens', 'prefill, window', 'prefill, segments'),
    'long-context-decode': grows(
      'A token of decode',
      'per token of decode, all tokens',
      'per token of decode, window',
      'per token of decode, segments',
    ),
    'long-context-perplexity': {
      title: 'Perplexity by position',
      x: 'up to position',
      y: 'perplexity, lower is better; the model was trained for 512 positions',
      ticks: byWindow.map(end),
      series: [
        { name: 'all tokens', points: column(byWindow, end, 'all tokens') },
        { name: 'window', points: column(byWindow, end, 'window') },
        { name: 'segments', points: column(bySegment, end, 'segments with memory') },
      ],
    },
  };
  return Object.fromEntries(
    Object.entries(plots).flatMap(([name, plot]) =>
      ['light', 'dark'].map((theme) => [`${name}-${theme}.svg`, linePlot(plot, theme)]),
    ),
  );
}

/** A plot in a page, in the theme of its reader. */
const plotTag = (name, what) => `<picture>
  <source media="(prefers-color-scheme: dark)" srcset="pictures/${name}-dark.svg">
  <img src="pictures/${name}-light.svg" alt="${what}">
</picture>`;

/** All plots, as the page has them. */
export const plotTags = [
  plotTag(
    'long-context-prefill',
    'Cycles of prefill over the length of the prompt: all tokens grow with its square, window and segments with its length',
  ),
  plotTag(
    'long-context-decode',
    'Cycles of a token of decode over the length of the prompt: all tokens grow with it, window and segments stay as they are',
  ),
  plotTag(
    'long-context-perplexity',
    'Perplexity by position: with all tokens it rises beyond the 512 positions of the training, with window and segments it stays',
  ),
].join('\n\n');
