/** The generated sources of a sample, word for word. `npx vitest run tests/golden.test.ts -u` accepts a change; read the diff. */
import { expect, test } from 'vitest';
import { generateProject } from '../src/core/generate/project.ts';
import { zipProject } from '../src/core/generate/zip.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { sampleById } from '../src/core/templates/samples.ts';
import { assets } from './harness.ts';

const files = generateProject(analyze(sampleById('moby-u280')?.design() ?? fail()), assets());

function fail(): never {
  throw new Error('no sample');
}

test.each(['src/kernels.hpp', 'src/prefill.cpp', 'src/decode.cpp', 'tb/testbench.cpp', 'cfg/prefill.cfg', 'cfg/decode.cfg'])('%s', async (path) => {
  const file = files.find((candidate) => candidate.path === path);
  await expect(file?.content).toMatchFileSnapshot(`golden/moby-u280/${path}`);
});

test('the zip is the same for the same design, byte for byte, in every time zone', () => {
  const zone = process.env['TZ'];
  const zips = ['UTC', 'Asia/Tokyo', 'America/Los_Angeles'].map((name) => {
    process.env['TZ'] = name;
    return Buffer.from(zipProject(files, 'moby')).toString('base64');
  });
  process.env['TZ'] = zone ?? 'UTC';
  expect(new Set(zips).size).toBe(1);
});
