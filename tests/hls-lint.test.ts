/** What an HLS tool would refuse is found before it: in generated kernels of all samples and in the runtime headers. */
import { describe, expect, test } from 'vitest';
import type { Design } from '../src/core/design/types.ts';
import { lintHls } from '../src/core/generate/hls-lint.ts';
import { generateProject } from '../src/core/generate/project.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { SAMPLES } from '../src/core/templates/samples.ts';
import { assets } from './harness.ts';

const shared = assets();

/** The samples as they are, split over SLRs, and for the other board. */
const VARIANTS = SAMPLES.flatMap((sample) => {
  const design = sample.design();
  const spread = (graph: Design['stages']['prefill']): Design['stages']['prefill'] => ({
    ...graph,
    instances: graph.instances.map((instance, index) => ({
      ...instance,
      slr: Math.floor((3 * index) / graph.instances.length),
    })),
  });
  return [
    [sample.id, design],
    [
      `${sample.id} split`,
      {
        ...design,
        split: 'slr',
        stages: { prefill: spread(design.stages.prefill), decode: spread(design.stages.decode) },
      },
    ],
    [`${sample.id} on the other board`, { ...design, target: design.target === 'v80' ? 'u280' : 'v80' }],
  ] as [string, Design][];
});

describe.each(VARIANTS)('%s', (_id, design) => {
  const files = generateProject(analyze(design), shared);
  const kernels = files.filter((file) => /^(?:src|hls)\/.+\.cpp$/.test(file.path));
  test.each(kernels.map((file) => file.path))('%s', (path) => {
    expect(lintHls(kernels.find((file) => file.path === path)?.content as string)).toEqual([]);
  });
});

test.each(Object.keys(shared.headers))('%s', (name) => {
  expect(lintHls(shared.headers[name] as string)).toEqual([]);
});

describe('seeded faults in a good kernel are found', () => {
  const sample = SAMPLES[0];
  if (!sample) throw new Error('no sample');
  const good = generateProject(analyze(sample.design()), shared).find((file) => file.path === 'src/decode.cpp')
    ?.content as string;
  const firstStream = /^ {2}hls::stream<.+> (\w+);$/m.exec(good)?.[1] as string;
  const firstCall = /^ {2}(embedding_core\([^)]*\));$/m.exec(good)?.[1] as string;
  test.each([
    ['a missing depth', new RegExp(`#pragma HLS stream variable=${firstStream} depth=\\d+\\n`), '', 'FIFO depth'],
    [
      'processes that wait for the start of others around a FIFO that is kept',
      ' disable_start_propagation',
      '',
      'start propagation',
    ],
    ['storage of no FIFO', /type=fifo impl=\w+/, 'type=ram_2p impl=bram', 'storage'],
    ['an array that counts on zeros', /^ {2}\S+ token = first_token;$/m, '  ap_int<8> sums[4] = {};', 'reset'],
    ['a misspelt pragma', '#pragma HLS dataflow', '#pragma HLS dataflwo', 'pragma'],
    ['an unknown option', 'max_read_burst_length', 'max_read_burst', 'pragma'],
    ['an expression as argument', 'embedding_core(pass,', 'embedding_core(pass + 1,', 'canonical dataflow'],
    ['a condition in the region', `  ${firstCall};`, `  if (pass == 0) ${firstCall};`, 'canonical dataflow'],
    ['a second reader', `  ${firstCall};`, `  ${firstCall};\n  ${firstCall};`, 'one writer, one reader'],
    ['a missing interface', /#pragma HLS interface s_axilite port=top_k bundle=control\n/, '', 'interface'],
    ['a missing return interface', /#pragma HLS interface s_axilite port=return bundle=control\n/, '', 'interface'],
    ['dynamic memory', /^ {2}\S+ token = first_token;$/m, '  int* more = new int[4];', 'no hardware'],
    ['an exception', /^ {2}\S+ token = first_token;$/m, '  if (steps < 0) throw 1;', 'no hardware'],
    [
      'a keyword as argument',
      'int copy_logits) {\n#pragma HLS interface m_axi',
      'int copy_logits, int signal) {\n#pragma HLS interface m_axi',
      'argument name',
    ],
  ])('%s', (_what, from, to, rule) => {
    const broken = good.replace(from, to);
    expect(broken).not.toBe(good);
    expect(lintHls(broken).map((problem) => problem.rule)).toContain(rule);
  });
});

test('a stream between kernels without its interface is found', () => {
  const [, design] = VARIANTS.find(([id]) => id === 'moby-u280 split') as [string, Design];
  const good = generateProject(analyze(design), shared).find((file) => file.path === 'src/decode_slr1.cpp')
    ?.content as string;
  expect(lintHls(good)).toEqual([]);
  expect(lintHls(good.replace('#pragma HLS interface axis port=go\n', '')).map((problem) => problem.rule)).toEqual([
    'interface',
  ]);
});
