import { expect, it } from 'vitest';
import { sampleById } from '../../core/templates/samples.ts';
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
  const same = compareDesigns(a, a);
  expect([...same.settings, ...same.instances.prefill, ...same.instances.decode]).toEqual([]);
  expect(difference(100, 150)).toBe('+50.0 %');
  expect(difference(3, 3)).toBe('equal');
  expect(difference(undefined, 3)).toBe('');
});
