/** What an HLS tool would refuse is found before it: in generated kernels of all samples and in the runtime headers. */
import { describe, expect, test } from 'vitest';
import { lintHls } from '../src/core/generate/hls-lint.ts';
import { generateProject } from '../src/core/generate/project.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { SAMPLES } from '../src/core/templates/samples.ts';
import { assets } from './harness.ts';

const shared = assets();

describe.each(SAMPLES.map((sample) => [sample.id, sample] as const))('%s', (_id, sample) => {
  const files = generateProject(analyze(sample.design()), shared);
  test.each(['src/prefill.cpp', 'src/decode.cpp'])('%s', (path) => {
    expect(lintHls(files.find((file) => file.path === path)?.content as string)).toEqual([]);
  });
});

test.each(Object.keys(shared.headers))('%s', (name) => {
  expect(lintHls(shared.headers[name] as string)).toEqual([]);
});

describe('seeded faults in a good kernel are found', () => {
  const sample = SAMPLES[0];
  if (!sample) throw new Error('no sample');
  const good = generateProject(analyze(sample.design()), shared).find((file) => file.path === 'src/decode.cpp')?.content as string;
  const firstStream = /^ {2}hls::stream<.+> (\w+);$/m.exec(good)?.[1] as string;
  const firstCall = /^ {2}(embedding_core\([^)]*\));$/m.exec(good)?.[1] as string;
  test.each([
    ['a missing depth', new RegExp(`#pragma HLS stream variable=${firstStream} depth=\\d+\\n`), '', 'FIFO depth'],
    ['a misspelt pragma', '#pragma HLS dataflow', '#pragma HLS dataflwo', 'pragma'],
    ['an unknown option', 'max_read_burst_length', 'max_read_burst', 'pragma'],
    ['an expression as argument', 'embedding_core(pass,', 'embedding_core(pass + 1,', 'canonical dataflow'],
    ['a condition in the region', `  ${firstCall};`, `  if (pass == 0) ${firstCall};`, 'canonical dataflow'],
    ['a second reader', `  ${firstCall};`, `  ${firstCall};\n  ${firstCall};`, 'one writer, one reader'],
    ['a missing interface', /#pragma HLS interface s_axilite port=top_k bundle=control\n/, '', 'interface'],
    ['a missing return interface', /#pragma HLS interface s_axilite port=return bundle=control\n/, '', 'interface'],
    ['dynamic memory', '  int token = first_token;', '  int* more = new int[4];', 'no hardware'],
    ['an exception', '  int token = first_token;', '  if (steps < 0) throw 1;', 'no hardware'],
    ['a keyword as argument', 'int copy_logits) {\n#pragma HLS interface m_axi', 'int copy_logits, int signal) {\n#pragma HLS interface m_axi', 'argument name'],
  ])('%s', (_what, from, to, rule) => {
    const broken = good.replace(from, to);
    expect(broken).not.toBe(good);
    expect(lintHls(broken).map((problem) => problem.rule)).toContain(rule);
  });
});
