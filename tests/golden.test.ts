/** The generated files of a sample on both boards, word for word. `npx vitest run tests/golden.test.ts -u` accepts a change; read the diff. */
import { describe, expect, test } from 'vitest';
import type { Design } from '../src/core/design/types.ts';
import { generateProject } from '../src/core/generate/project.ts';
import { zipProject } from '../src/core/generate/zip.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { sampleById } from '../src/core/templates/samples.ts';
import { assets } from './harness.ts';

function sample(): Design {
  const design = sampleById('moby-u280')?.design();
  if (!design) throw new Error('no sample');
  return design;
}

const base = sample();
const halves = (graph: Design['stages']['prefill']): Design['stages']['prefill'] => ({
  ...graph,
  instances: graph.instances.map((instance, index) => ({
    ...instance,
    slr: 2 * index < graph.instances.length ? 0 : 1,
  })),
});
const DESIGNS: Readonly<Record<string, Design>> = {
  'moby-u280': base,
  'moby-v80': { ...base, target: 'v80', bitstreams: 1 },
  'moby-u280-split': {
    ...base,
    bitstreams: 1,
    split: 'slr',
    stages: { prefill: halves(base.stages.prefill), decode: halves(base.stages.decode) },
  },
};
const PATHS: Readonly<Record<string, readonly string[]>> = {
  'moby-u280': [
    'README.md',
    'src/kernels.hpp',
    'src/prefill.cpp',
    'src/decode.cpp',
    'tb/testbench.cpp',
    'cfg/prefill.cfg',
    'cfg/decode.cfg',
    'cfg/link_prefill.cfg',
    'cfg/link_decode.cfg',
    'scripts/prefill.tcl',
    'scripts/decode.tcl',
    'host/plan.hpp',
  ],
  'moby-v80': [
    'README.md',
    'hls/prefill.cfg',
    'hls/decode.cfg',
    'config_accelerator.cfg',
    'CMakeLists.txt',
    'host/plan.hpp',
  ],
  'moby-u280-split': ['cfg/decode_slr1.cfg', 'cfg/link_accelerator.cfg', 'src/kernels.hpp', 'src/decode_slr1.cpp'],
};

describe.each(Object.keys(DESIGNS))('%s', (name) => {
  const files = generateProject(analyze(DESIGNS[name] as Design), assets());
  test.each(PATHS[name] as readonly string[])('%s', async (path) => {
    const file = files.find((candidate) => candidate.path === path);
    await expect(file?.content).toMatchFileSnapshot(`golden/${name}/${path}`);
  });
});

test('the zip is the same for the same design, byte for byte, in every time zone', () => {
  const files = generateProject(analyze(base), assets());
  const zone = process.env['TZ'];
  const zips = ['UTC', 'Asia/Tokyo', 'America/Los_Angeles'].map((name) => {
    process.env['TZ'] = name;
    return Buffer.from(zipProject(files, 'moby')).toString('base64');
  });
  process.env['TZ'] = zone ?? 'UTC';
  expect(new Set(zips).size).toBe(1);
});
