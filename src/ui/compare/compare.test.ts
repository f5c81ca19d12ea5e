import { expect, it } from 'vitest';
import { sampleById } from '../../core/templates/samples.ts';
import { done } from '../../../tests/edit-helpers.ts';
import { setParam } from '../../core/edit/parameters.ts';
import { compareDesigns, difference } from './compare.ts';

it('shows what differs between a spatial and a temporal design, and nothing else', () => {
  const [a, b] = [sampleById('moby-spatial')?.design(), sampleById('moby-temporal')?.design()];
  if (!a || !b) throw new Error('no sample');
  const found = compareDesigns(a, b);
  expect(found.settings.map((row) => row.label)).not.toContain('Target');
  expect(found.instances.prefill.length).toBeGreaterThan(10);
  const first = found.figures.find((row) => row.label === 'Time to first token');
  expect(first?.b ?? 0).toBeGreaterThan(first?.a ?? 0);
  expect(found.passes.prefill.length).toBeGreaterThan(2);
  const engine = found.instances.prefill.find((row) => row.a === '' || row.b === '');
  expect(engine?.a === '' ? engine.b : engine?.a).toMatch(/, does /);
  expect(found.passes.prefill[1]?.operationsA).toContain('k_proj');
  for (const label of ['LUT', 'DSP', 'Power of decode', 'Memory on the card', 'Prefill, counted'])
    expect(found.figures.find((row) => row.label === label)?.a, label).toBeGreaterThan(0);
  const good = (label: string) => found.figures.find((row) => row.label === label)?.lessIsBetter;
  expect([good('LUT'), good('Tokens per joule'), good('Instances')]).toEqual([true, false, undefined]);
  const wider = compareDesigns(a, done(a, setParam(a, 'prefill', 'linear_gate', 'wp', 32)));
  expect(wider.instances.prefill).toEqual([{ label: 'linear_gate · wp', a: '16', b: '32' }]);
  expect(wider.settings).toEqual([]);
  const same = compareDesigns(a, a);
  expect([...same.settings, ...same.instances.prefill, ...same.instances.decode]).toEqual([]);
  expect(difference(100, 150)).toBe('+50.0 %');
  expect(difference(3, 3)).toBe('equal');
  expect(difference(undefined, 3)).toBe('');
});
