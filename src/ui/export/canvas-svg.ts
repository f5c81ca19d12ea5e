import { groupsOf } from '../../core/design/annotations.ts';
import type { Design, Endpoint, StageName } from '../../core/design/types.ts';
import { NODE, nodeHeight } from '../../core/templates/layout.ts';
import { around, boundaryOf, boundaryTop, type Box, foldedGroups, groupBox } from '../drawing/boundary.ts';
import { cardsOf } from '../drawing/cards.ts';
import { portTop } from '../drawing/flow.ts';
import { MEMORY_NAMES, memoryWires } from '../drawing/memory-edges.ts';
import { wirePath } from '../drawing/wire-path.ts';
import { groupCard } from '../drawing/group-card.ts';
import { sameEnd } from '../../core/edit/streams.ts';
import { designMetadata } from '../files/share.ts';
import { type Colour, escapeXml, foldedSvg, frameSvg, instanceSvg, noteSvg } from './svg-nodes.ts';

/** A canvas as a picture for a paper or a slide, with the design inside so that it can be opened again. */

const MARGIN = 32;
type Point = Pick<Box, 'x' | 'y'>;

/** Where wires end: at the port of an instance, or at the boundary of the collapsed group that hides it. */
function endFinder(
  design: Design,
  stage: StageName,
): (end: Endpoint, direction: 'input' | 'output') => Point | undefined {
  const graph = design.stages[stage];
  const cards = cardsOf(design, stage);
  const places = new Map(graph.instances.map((instance) => [instance.id, instance.position]));
  const folded = foldedGroups(graph);
  return (end, direction) => {
    const group = folded.get(end.instance);
    const aside = direction === 'input' ? 0 : NODE.width;
    if (group) {
      const index = boundaryOf(graph, group)[direction === 'input' ? 'inputs' : 'outputs'].findIndex((other) =>
        sameEnd(other, end),
      );
      const box = groupBox(graph, group);
      return index < 0 ? undefined : { x: box.x + aside, y: box.y + boundaryTop(index) };
    }
    const card = cards.instances.get(end.instance);
    const at = places.get(end.instance);
    const row = card?.rows.findIndex((one) => one.id === end.operation) ?? -1;
    const port =
      (direction === 'input' ? card?.rows[row]?.inputs : card?.rows[row]?.outputs)?.findIndex(
        (one) => one.id === end.port,
      ) ?? -1;
    if (!card || !at || port < 0) return undefined;
    const lines = Math.max(1, ...card.rows.map((one) => Math.max(one.inputs.length, one.outputs.length)));
    return { x: at.x + aside, y: at.y + portTop(lines, row, port) };
  };
}

function wires(design: Design, stage: StageName, colour: Colour): string[] {
  const graph = design.stages[stage];
  const cards = cardsOf(design, stage);
  const folded = foldedGroups(graph);
  const find = endFinder(design, stage);
  return graph.streams.map((stream) => {
    const group = folded.get(stream.from.instance);
    if (group && group === folded.get(stream.to.instance)) return '';
    const [from, to, card] = [find(stream.from, 'output'), find(stream.to, 'input'), cards.wires.get(stream.id)];
    if (!from || !to || !card) return '';
    const dashes = card.invalid ? '3 4' : card.carry ? '7 5' : undefined;
    return `<path d="${wirePath(stream.id, from, to).path}" fill="none" stroke="${card.invalid ? colour('--danger') : colour(`--wire-${card.colour}`)}" stroke-width="1.7"${dashes ? ` stroke-dasharray="${dashes}"` : ''}/>`;
  });
}

/** What goes through memory: from foot to foot. */
function memory(design: Design, stage: StageName, colour: Colour): string[] {
  const graph = design.stages[stage];
  const folded = foldedGroups(graph);
  const foot = (id: string, share: number): Point | undefined => {
    const group = folded.get(id);
    const instance = graph.instances.find((one) => one.id === id);
    const box = group ? groupBox(graph, group) : instance && { ...instance.position, height: nodeHeight(instance) };
    return box && { x: box.x + NODE.width * share, y: box.y + box.height };
  };
  return memoryWires(design, stage).map(({ tensor, writer, reader }) => {
    const [from, to] = [foot(writer, 0.65), foot(reader, 0.35)];
    if (!from || !to || (folded.get(writer) && folded.get(writer) === folded.get(reader))) return '';
    const low = Math.max(from.y, to.y) + 46;
    const paint = colour('--cat-attention');
    return `<path d="M${from.x} ${from.y}C${from.x} ${low} ${to.x} ${low} ${to.x} ${to.y}" fill="none" stroke="${paint}" stroke-width="3" stroke-dasharray="2 4" stroke-linecap="round"/><text x="${(from.x + to.x) / 2}" y="${low + 2}" font-size="11" fill="${paint}" text-anchor="middle">${MEMORY_NAMES[tensor]}</text>`;
  });
}

/** @param colour the value of a colour variable of the application, so that the picture looks as the canvas does. */
export function canvasSvg(design: Design, stage: StageName, colour: Colour): string {
  const graph = design.stages[stage];
  const cards = cardsOf(design, stage);
  const folded = foldedGroups(graph);
  const groups = groupsOf(graph);
  const instances = graph.instances.filter(({ id }) => !folded.has(id));
  const boxes: Box[] = [
    ...instances.map((instance) => ({ ...instance.position, width: NODE.width, height: nodeHeight(instance) })),
    ...groups.map((group) => groupBox(graph, group)),
    ...(graph.notes ?? []).map((note) => ({ ...note.position, ...note.size })),
  ];
  const box = boxes.length > 0 ? around(boxes) : { x: 0, y: 0, width: NODE.width, height: 100 };
  const [left, top, width, height] = [box.x - MARGIN, box.y - MARGIN, box.width + 2 * MARGIN, box.height + 2 * MARGIN];
  const nodes = [
    ...instances.flatMap((instance) => {
      const card = cards.instances.get(instance.id);
      return card ? [instanceSvg(card, instance.position, nodeHeight(instance), colour)] : [];
    }),
    ...groups
      .filter((group) => group.collapsed)
      .map((group) => foldedSvg(group, groupCard(design, stage, group), groupBox(graph, group), colour)),
    ...(graph.notes ?? []).map((note) => noteSvg(note, colour)),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${width} ${height}" width="${width}" height="${height}" font-family="Inter, 'Segoe UI', Roboto, Arial, sans-serif" role="img">
<title>${escapeXml(`${design.name}, ${stage}`)}</title>
${designMetadata(design)}
<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${colour('--canvas')}"/>
${groups
  .filter((group) => !group.collapsed)
  .map((group) => frameSvg(group, groupBox(graph, group), colour))
  .join('\n')}
${memory(design, stage, colour).join('\n')}
${wires(design, stage, colour).join('\n')}
${nodes.join('\n')}
</svg>
`;
}
