import { expect, it } from 'vitest';
import { sampleById } from '../../core/templates/samples.ts';
import { NOTHING } from '../state/edit.ts';
import { done } from '../state/edits.test-helpers.ts';
import { setParam } from '../state/edits.ts';
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
  expect(edges).toHaveLength(design.stages.prefill.streams.length);
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
  expect(portOfHandle('a', handleId('in', 'op', 'scales'))).toEqual({ direction: 'in', end: { instance: 'a', operation: 'op', port: 'scales' } });
  expect(portOfHandle('a', 'nonsense')).toBeUndefined();
  expect(portOfHandle(null, 'in:a:b')).toBeUndefined();
});
