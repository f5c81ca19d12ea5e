import { describe, expect, it } from 'vitest';
import { sampleById } from '../../core/templates/samples.ts';
import { NOTHING } from '../../core/edit/edit.ts';
import { foldGroup, makeGroup } from '../../core/edit/annotations.ts';
import { done } from '../../../tests/edit-helpers.ts';
import { setParam } from '../../core/edit/parameters.ts';
import { cardsOf } from './cards.ts';
import { FlowArrays, handleId, portOfHandle } from './flow.ts';

const design = sampleById('moby-u280')?.design();
if (!design) throw new Error('no sample');

it('keeps the identity of nodes and edges that did not change', () => {
  const arrays = new FlowArrays('prefill');
  const before = arrays.nodes(design, NOTHING, new Map());
  expect(arrays.nodes(design, NOTHING, new Map())).toEqual(before);
  const id = before[4]?.id ?? '';
  const moved = arrays.nodes(design, NOTHING, new Map([[id, { x: 1, y: 2 }]]));
  expect(moved.filter((node, index) => node !== before[index]).map((node) => node.id)).toEqual([id]);
  const edges = arrays.edges(design, NOTHING);
  const again = arrays.edges(design, NOTHING);
  expect(again.every((edge, index) => edge === edges[index])).toBe(true);
  expect(edges.filter((edge) => edge.type === 'stream')).toHaveLength(design.stages.prefill.streams.length);
  expect(edges.filter((edge) => edge.type === 'memory').map((edge) => edge.ariaLabel)).toEqual([
    'K cache in memory, from k_cache to scores',
    'V cache in memory, from v_cache to values',
  ]);
});

it('keeps the cards of instances that an edit does not touch', () => {
  const before = cardsOf(design, 'prefill');
  const engine = design.stages.prefill.instances.find((instance) => instance.module === 'linear_prefill');
  const next = done(design, setParam(design, 'prefill', engine?.id ?? '', 'wp', 24));
  const after = cardsOf(next, 'prefill');
  const changed = [...after.instances].filter(([id, card]) => before.instances.get(id) !== card).map(([id]) => id);
  expect(changed).toEqual([engine?.id]);
});

it('reads ports back from handles', () => {
  expect(portOfHandle('a', handleId('input', 'op', 'scales'))).toEqual({
    direction: 'input',
    end: { instance: 'a', operation: 'op', port: 'scales' },
  });
  expect(portOfHandle('a', 'nonsense')).toBeUndefined();
  expect(portOfHandle(null, 'input:a:b')).toBeUndefined();
});

describe('groups', () => {
  const ids = design.stages.prefill.instances.map(({ id }) => id);
  const members = ids.slice(3, 7);
  const grouped = done(design, makeGroup(design, { stage: 'prefill', instances: members, streams: [] }));
  const folded = done(grouped, foldGroup(grouped, 'prefill', 'group', true));

  it('an open one is a frame behind its instances', () => {
    const [frame, ...rest] = new FlowArrays('prefill').nodes(grouped, NOTHING, new Map());
    expect(frame).toMatchObject({ id: 'group:group', type: 'frame', selectable: false });
    expect(rest.map(({ id }) => id)).toEqual(ids);
  });

  it('a collapsed one has the ports that lead out of it, and the streams end there', () => {
    const arrays = new FlowArrays('prefill');
    const [card, ...rest] = arrays.nodes(folded, NOTHING, new Map());
    expect(card?.type).toBe('folded');
    expect(rest.map(({ id }) => id)).toEqual(ids.filter((id) => !members.includes(id)));
    const inside = (end: { instance: string }): boolean => members.includes(end.instance);
    const { streams } = design.stages.prefill;
    const crossing = streams.filter(({ from, to }) => inside(from) !== inside(to));
    const edges = arrays.edges(folded, NOTHING).filter((edge) => edge.type === 'stream');
    expect(edges).toHaveLength(streams.filter(({ from, to }) => !(inside(from) && inside(to))).length);
    const handles = new Set(card?.handles?.map(({ id }) => id));
    for (const stream of crossing) {
      const edge = edges.find(({ id }) => id === stream.id);
      const [node, handle] = inside(stream.from)
        ? [edge?.source, edge?.sourceHandle]
        : [edge?.target, edge?.targetHandle];
      expect(node).toBe('group:group');
      expect(handles).toContain(handle);
      expect(portOfHandle(node, handle)?.end).toEqual(inside(stream.from) ? stream.from : stream.to);
    }
  });

  it('a drag of one member makes only that node and the frame anew', () => {
    const arrays = new FlowArrays('prefill');
    const before = arrays.nodes(grouped, NOTHING, new Map());
    const moved = arrays.nodes(grouped, NOTHING, new Map([[members[0] ?? '', { x: -500, y: -500 }]]));
    expect(moved.filter((node, index) => node !== before[index]).map(({ id }) => id)).toEqual([
      'group:group',
      members[0],
    ]);
  });
});

it('keeps a wire to a port that does not exist in sight', () => {
  const lost = {
    id: 'lost',
    from: { instance: 'silu', operation: 'gone', port: 'out' },
    to: { instance: 'gate_product', operation: 'product', port: 'z' },
  };
  const broken = {
    ...design,
    stages: {
      ...design.stages,
      prefill: { ...design.stages.prefill, streams: [...design.stages.prefill.streams, lost] },
    },
  };
  const arrays = new FlowArrays('prefill');
  const node = arrays.nodes(broken, NOTHING, new Map()).find(({ id }) => id === 'silu');
  expect(node?.handles?.map(({ id }) => id)).toContain('output:gone:out');
  expect(arrays.edges(broken, NOTHING).map(({ id }) => id)).toContain('lost');
  expect(cardsOf(broken, 'prefill').wires.get('lost')).toMatchObject({
    invalid: true,
    problem: expect.stringContaining('does not exist'),
  });
  // Also where a collapsed group hides the instance: from the foot of its card.
  const grouped = done(
    broken,
    makeGroup(broken, { stage: 'prefill', instances: ['silu', 'linear_gate'], streams: [] }),
  );
  const folded = done(grouped, foldGroup(grouped, 'prefill', 'group', true));
  const [card] = new FlowArrays('prefill').nodes(folded, NOTHING, new Map());
  const edge = new FlowArrays('prefill').edges(folded, NOTHING).find(({ id }) => id === 'lost');
  expect(edge?.source).toBe('group:group');
  expect(card?.handles?.map(({ id }) => id)).toContain(edge?.sourceHandle);
  expect(card?.data).toMatchObject({ lost: [edge?.sourceHandle] });
});
