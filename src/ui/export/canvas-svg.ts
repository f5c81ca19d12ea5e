import type { Design, StageName } from '../../core/design/types.ts';
import { NODE, nodeHeight } from '../../core/templates/layout.ts';
import { cardsOf, type InstanceCard, type PortCard } from '../canvas/cards.ts';
import { portTop } from '../canvas/flow.ts';
import { wirePath } from '../canvas/wire-path.ts';
import { designMetadata } from './share.ts';

/** A canvas as a picture for a paper or a slide, with the design inside so that it can be opened again. */

const MARGIN = 32;
const escapeXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

type Colour = (variable: string) => string;

const text = (x: number, y: number, size: number, fill: string, content: string, more = ''): string => `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" ${more}>${escapeXml(content)}</text>`;

function port(x: number, y: number, card: PortCard, colour: Colour): string {
  const wire = colour(`--wire-${card.colour}`);
  const fill = card.connected ? wire : colour('--surface');
  if (card.colour === 'scales') return `<rect x="${x - 4}" y="${y - 4}" width="8" height="8" transform="rotate(45 ${x} ${y})" fill="${fill}" stroke="${wire}" stroke-width="2"/>`;
  return `<circle cx="${x}" cy="${y}" r="5" fill="${fill}" stroke="${wire}" stroke-width="2"/>`;
}

function node(card: InstanceCard, at: { x: number; y: number }, height: number, colour: Colour): string {
  const lines = Math.max(1, ...card.rows.map((row) => Math.max(row.inputs.length, row.outputs.length)));
  const accent = colour(`--cat-${card.category}`);
  const rows = card.rows.map((row, index) => {
    const top = NODE.header + index * (lines * NODE.row + NODE.gap);
    const middle = top + (lines * NODE.row) / 2 + 4;
    return [
      `<line x1="0" x2="${NODE.width}" y1="${top}" y2="${top}" stroke="${colour('--border')}"/>`,
      text(16, middle, 11, colour('--text'), row.id, 'font-family="monospace"'),
      row.pass === undefined ? '' : text(NODE.width - 16, middle, 10.5, colour('--muted'), `P${row.pass}`, 'text-anchor="end"'),
      ...row.inputs.map((card_, place) => port(0, portTop(lines, index, place), card_, colour)),
      ...row.outputs.map((card_, place) => port(NODE.width, portTop(lines, index, place), card_, colour)),
    ].join('');
  });
  const params = card.params.map((param) => `${param.label} ${param.value}`.trim()).join('   ');
  return `<g transform="translate(${at.x} ${at.y})"><rect width="${NODE.width}" height="${height}" rx="8" fill="${colour('--surface')}" stroke="${colour('--border-strong')}"/><rect x="1" y="1" width="${NODE.width - 2}" height="3" rx="1.5" fill="${accent}"/>${text(12, 21, 12.5, colour('--text'), card.title, 'font-weight="650"')}${text(12, 34, 10.5, colour('--muted'), card.id, 'font-family="monospace"')}${text(12, 52, 10.5, colour('--muted'), params)}${rows.join('')}</g>`;
}

/** @param colour the value of a colour variable of the application, so that the picture looks as the canvas does. */
export function canvasSvg(design: Design, stage: StageName, colour: Colour): string {
  const { instances, streams } = design.stages[stage];
  const cards = cardsOf(design, stage);
  const left = Math.min(0, ...instances.map(({ position }) => position.x)) - MARGIN;
  const top = Math.min(0, ...instances.map(({ position }) => position.y)) - MARGIN;
  const width = Math.max(NODE.width, ...instances.map(({ position }) => position.x + NODE.width)) + MARGIN - left;
  const height = Math.max(100, ...instances.map((instance) => instance.position.y + nodeHeight(instance))) + MARGIN - top;
  const place = new Map(instances.map((instance) => [instance.id, instance.position]));
  const end = (instance: string, operation: string, name: string, direction: 'in' | 'out') => {
    const card = cards.instances.get(instance);
    const at = place.get(instance);
    const index = card?.rows.findIndex((row) => row.id === operation) ?? -1;
    const row = card?.rows[index];
    const which = (direction === 'in' ? row?.inputs : row?.outputs)?.findIndex((candidate) => candidate.id === name) ?? -1;
    if (!card || !at || which < 0) return undefined;
    const lines = Math.max(1, ...card.rows.map((other) => Math.max(other.inputs.length, other.outputs.length)));
    return { x: at.x + (direction === 'in' ? 0 : NODE.width), y: at.y + portTop(lines, index, which) };
  };
  const wires = streams.map((stream) => {
    const from = end(stream.from.instance, stream.from.operation, stream.from.port, 'out');
    const to = end(stream.to.instance, stream.to.operation, stream.to.port, 'in');
    const card = cards.wires.get(stream.id);
    if (!from || !to || !card) return '';
    return `<path d="${wirePath(stream.id, from, to).path}" fill="none" stroke="${card.invalid ? colour('--danger') : colour(`--wire-${card.colour}`)}" stroke-width="1.7"${card.carry ? ' stroke-dasharray="7 5"' : ''}/>`;
  });
  const nodes = instances.map((instance) => {
    const card = cards.instances.get(instance.id);
    return card ? node(card, instance.position, nodeHeight(instance), colour) : '';
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${width} ${height}" width="${width}" height="${height}" font-family="Inter, 'Segoe UI', Roboto, Arial, sans-serif" role="img">
<title>${escapeXml(`${design.name}, ${stage}`)}</title>
${designMetadata(design)}
<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${colour('--canvas')}"/>
${wires.join('\n')}
${nodes.join('\n')}
</svg>
`;
}
