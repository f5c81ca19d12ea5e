import { expect, it } from 'vitest';
import { foldGroup, makeGroup } from '../../core/edit/annotations.ts';
import { endName } from '../../core/edit/streams.ts';
import { sampleById } from '../../core/templates/samples.ts';
import { done } from '../../../tests/edit-helpers.ts';
import { boundaryOf } from './boundary.ts';

const sample = sampleById('moby-u280')?.design();
if (!sample) throw new Error('no sample');

it('has no port whose stream stays within the group', () => {
  const members = ['quant_kq', 'linear_kq', 'dequant_kq'];
  const grouped = done(sample, makeGroup(sample, { stage: 'prefill', instances: members, streams: [] }));
  const id = grouped.stages.prefill.groups?.[0]?.id ?? '';
  const { stages } = done(grouped, foldGroup(grouped, 'prefill', id, true));
  const [group] = stages.prefill.groups ?? [];
  if (!group) throw new Error('no group');
  const within = (instance: string): boolean => members.includes(instance);
  const inner = stages.prefill.streams.filter(({ from, to }) => within(from.instance) && within(to.instance));
  expect(inner.length).toBeGreaterThan(1);
  const { inputs, outputs } = boundaryOf(stages.prefill, group);
  expect(inputs.map(endName).filter((end) => inner.some(({ to }) => endName(to) === end))).toEqual([]);
  expect(outputs.map(endName).filter((end) => inner.some(({ from }) => endName(from) === end))).toEqual([]);
  expect(outputs.map(({ instance }) => instance)).toContain('dequant_kq');
});
