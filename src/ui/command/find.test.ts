import { expect, it } from 'vitest';
import type { Design } from '../../core/design/types.ts';
import { sampleById } from '../../core/templates/samples.ts';
import { findables } from './find.ts';

it('lists instances, operations and streams of both canvases', () => {
  const found = findables(sampleById('moby-u280')?.design() as Design);
  expect(found.find((item) => item.kind === 'instance' && item.label === 'linear_kq')?.stage).toBe('prefill');
  expect(found.some((item) => item.kind === 'operation' && item.label === 'q_proj')).toBe(true);
  expect(found.filter((item) => item.kind === 'stream').length).toBeGreaterThan(40);
  expect(new Set(found.map((item) => item.key)).size).toBe(found.length);
});
