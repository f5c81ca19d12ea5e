import type { Group, Note } from '../../core/design/types.ts';
import { NODE } from '../../core/templates/layout.ts';
import { boundaryTop, type Box } from '../drawing/boundary.ts';
import type { InstanceCard, PortCard } from '../drawing/cards.ts';
import { portTop } from '../drawing/flow.ts';
import { plural } from '../words/format.ts';
import type { GroupCard } from '../drawing/group-card.ts';
import { plainLines } from '../words/markdown.ts';

/** Cards, frames and notes as SVG text. Whatever a user typed is escaped. */

/** The value of a colour variable of the application. */
export type Colour = (variable: string) => string;

export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const text = (x: number, y: number, size: number, fill: string, content: string, more = ''): string =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" ${more}>${escapeXml(content)}</text>`;

/** Names of colours are the document's, variables the theme's. */
const GROUP_VARIABLES: Readonly<Record<Group['colour'], string>> = {
  blue: '--cat-linear',
  teal: '--cat-norm',
  green: '--cat-elementwise',
  amber: '--cat-quantization',
  rose: '--cat-output',
  violet: '--cat-attention',
  grey: '--cat-routing',
};
const groupColour = (group: Group, colour: Colour): string => colour(GROUP_VARIABLES[group.colour]);

const MONO = 'font-family="monospace"';
/** Most letters that fit between two margins at a size; letters are taken as 0.56 em wide. */
const fitting = (content: string, width: number, size: number): string => {
  const most = Math.floor(width / (size * 0.56));
  return content.length <= most ? content : `${content.slice(0, Math.max(1, most - 1))}…`;
};

function port(x: number, y: number, card: PortCard, colour: Colour): string {
  const wire = colour(`--wire-${card.colour}`);
  const fill = card.connected ? wire : colour('--surface');
  if (card.colour === 'scales')
    return `<rect x="${x - 4}" y="${y - 4}" width="8" height="8" transform="rotate(45 ${x} ${y})" fill="${fill}" stroke="${wire}" stroke-width="2"/>`;
  return `<circle cx="${x}" cy="${y}" r="5" fill="${fill}" stroke="${wire}" stroke-width="2"/>`;
}

const plate = (width: number, height: number, accent: string, colour: Colour): string =>
  `<rect width="${width}" height="${height}" rx="8" fill="${colour('--surface')}" stroke="${colour('--border-strong')}"/><rect x="1" y="1" width="${width - 2}" height="3" rx="1.5" fill="${accent}"/>`;

/** An instance with its glyph, parameters, operations and ports. */
export function instanceSvg(card: InstanceCard, at: { x: number; y: number }, height: number, colour: Colour): string {
  const lines = Math.max(1, ...card.rows.map((row) => Math.max(row.inputs.length, row.outputs.length)));
  const accent = colour(`--cat-${card.category}`);
  const rows = card.rows.map((row, index) => {
    const top = NODE.header + index * (lines * NODE.row + NODE.gap);
    const middle = top + (lines * NODE.row) / 2 + 4;
    return [
      `<line x1="0" x2="${NODE.width}" y1="${top}" y2="${top}" stroke="${colour('--border')}"/>`,
      text(16, middle, 11, colour('--text'), fitting(row.id, NODE.width - 60, 11), MONO),
      row.pass === undefined
        ? ''
        : text(NODE.width - 16, middle, 10.5, colour('--muted'), `P${row.pass}`, 'text-anchor="end"'),
      ...row.inputs.map((one, place) => port(0, portTop(lines, index, place), one, colour)),
      ...row.outputs.map((one, place) => port(NODE.width, portTop(lines, index, place), one, colour)),
    ].join('');
  });
  const params = card.params.map((param) => `${param.label} ${param.value}`.trim()).join('   ');
  const glyph = `<path transform="translate(10 11)" d="${card.glyph}" fill="none" stroke="${accent}" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/>`;
  return `<g transform="translate(${at.x} ${at.y})">${plate(NODE.width, height, accent, colour)}${glyph}${text(38, 21, 12.5, colour('--text'), card.title, 'font-weight="650"')}${text(38, 34, 10.5, colour('--muted'), card.id, MONO)}${text(12, 54, 10.5, colour('--muted'), fitting(params, NODE.width - 24, 10.5))}${rows.join('')}</g>`;
}

/** The frame of an open group. */
export function frameSvg(group: Group, { x, y, width, height }: Box, colour: Colour): string {
  const accent = groupColour(group, colour);
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10" fill="${accent}" fill-opacity="0.07" stroke="${accent}" stroke-opacity="0.6"/>${text(x + 14, y + 21, 13, accent, group.title, 'font-weight="650"')}`;
}

/** The card of a collapsed group. */
export function foldedSvg(group: Group, card: GroupCard, { x, y, width, height }: Box, colour: Colour): string {
  const ports = (['inputs', 'outputs'] as const).flatMap((direction) =>
    card[direction].map(({ label, port: one }, index) => {
      const [at, middle] = [direction === 'inputs' ? 0 : width, boundaryTop(index)];
      const [side, anchor] = direction === 'inputs' ? [14, 'start'] : [width - 14, 'end'];
      return `${text(side, middle + 4, 10.5, colour('--text'), fitting(label, width / 2 - 20, 10.5), `${MONO} text-anchor="${anchor}"`)}${port(at, middle, one, colour)}`;
    }),
  );
  return `<g transform="translate(${x} ${y})">${plate(width, height, groupColour(group, colour), colour)}${text(14, 22, 12.5, colour('--text'), fitting(group.title, width - 28, 12.5), 'font-weight="650"')}${text(14, 36, 10.5, colour('--muted'), plural(group.members.length, 'instance'))}${text(14, 54, 10.5, colour('--muted'), plural(card.operations, 'operation'))}${ports.join('')}</g>`;
}

/** The words of a line, broken where it would be too wide. */
function wrapped(line: string, most: number): string[] {
  const lines: string[] = [];
  let present = '';
  for (const word of line.split(' ')) {
    if (present !== '' && present.length + word.length + 1 > most) {
      lines.push(present);
      present = word;
    } else present = present === '' ? word : `${present} ${word}`;
  }
  return [...lines, present];
}

/** A note; what does not fit its size is left out, as on the canvas. */
export function noteSvg({ text: content, position: { x, y }, size: { width, height } }: Note, colour: Colour): string {
  const size = 12;
  const lines = plainLines(content).flatMap((line) =>
    wrapped(line.text, Math.floor((width - 20) / (size * 0.54))).map((part) => ({ text: part, strong: line.strong })),
  );
  const shown = lines.slice(0, Math.max(1, Math.floor((height - 12) / 17)));
  const body = shown.map((line, index) =>
    text(10, 20 + index * 17, size, colour('--text'), line.text, line.strong ? 'font-weight="650"' : ''),
  );
  return `<g transform="translate(${x} ${y})"><rect width="${width}" height="${height}" rx="4" fill="${colour('--note')}" stroke="${colour('--note-edge')}"/>${body.join('')}</g>`;
}
