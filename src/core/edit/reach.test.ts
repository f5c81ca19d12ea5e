import { expect, it } from 'vitest';
import { sampleById } from '../templates/samples.ts';
import { analysisOf } from './analysis.ts';
import { done } from '../../../tests/edit-helpers.ts';
import { addInstance } from './instances.ts';
import { splitOperation } from './operations.ts';
import { reach, removeAndReconnect } from './reach.ts';
import { connect, disconnect } from './streams.ts';

const design = sampleById('moby-u280')?.design();
if (!design) throw new Error('no sample');

it('finds what feeds an instance and what it feeds', () => {
  const at = (id: string) => ({ stage: 'decode' as const, instances: [id], streams: [] });
  const up = reach(design, at('silu'), 'upstream').instances;
  const down = reach(design, at('silu'), 'downstream').instances;
  expect(up).toContain('silu');
  expect(down).toContain('gate_product');
  expect(up).not.toContain('gate_product');
  expect(reach(design, at('embedding'), 'upstream').instances).toEqual(['embedding']);
});

it('takes an instance out and connects its neighbours, as one step', () => {
  // A lane adapter between two instances that fit one another without it.
  const stream = design.stages.decode.streams.find(({ to }) => to.instance === 'silu');
  if (!stream) throw new Error('no stream');
  let trial = done(design, disconnect(design, 'decode', stream.id));
  trial = done(trial, addInstance(trial, 'decode', 'lane_adapter', { x: 0, y: 0 }));
  const adapter = trial.stages.decode.instances.at(-1);
  const end = (port: string) => ({ instance: adapter?.id ?? '', operation: adapter?.operations[0]?.id ?? '', port });
  trial = done(trial, connect(trial, 'decode', stream.from, end('in')));
  trial = done(trial, connect(trial, 'decode', end('out'), stream.to));
  const after = done(
    trial,
    removeAndReconnect(trial, { stage: 'decode', instances: [adapter?.id ?? ''], streams: [] }),
  );
  expect(after.stages.decode.instances.map(({ id }) => id)).toEqual(design.stages.decode.instances.map(({ id }) => id));
  expect(analysisOf(after).legal).toBe(true);
});

it('leaves open what does not fit', () => {
  const split = done(design, splitOperation(design, 'prefill', 'linear_kq', 'q_proj'));
  const after = done(split, removeAndReconnect(split, { stage: 'prefill', instances: ['linear_kq_q'], streams: [] }));
  expect(after.stages.prefill.instances.some(({ id }) => id === 'linear_kq_q')).toBe(false);
  expect(analysisOf(after).problems.some(({ message }) => message.includes('Nothing is connected'))).toBe(true);
});
