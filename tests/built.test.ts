/** Figures of a build in place of estimates. */
import { expect, test } from 'vitest';
import type { Design } from '../src/core/design/types.ts';
import { formatDesign, parseDesign } from '../src/core/design/schema.ts';
import { stageResources } from '../src/core/estimate/stage/resources.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { sampleById } from '../src/core/templates/samples.ts';

function sample(): Design {
  const design = sampleById('moby-u280')?.design();
  if (!design) throw new Error('no sample');
  return design;
}

const design = sample();
const engine = design.stages.decode.instances.find((instance) => instance.params['wp'] !== undefined);
if (!engine) throw new Error('no engine');
const figures = { lut: 12_345, ff: 23_456, dsp: 77, bram18: 9, uram: 3 };
const built: Design = {
  ...design,
  built: [{ stage: 'decode', instance: engine.id, params: engine.params, from: 'implemented', ...figures }],
};

test('an instance has the figures of the build, totals follow, all others stay', () => {
  const before = stageResources(analyze(design), 'decode');
  const after = stageResources(analyze(built), 'decode');
  expect(after.perInstance.get(engine.id)).toMatchObject(figures);
  expect(after.perInstance.get(engine.id)?.breakdown.map((line) => line.what)).toEqual(['as implemented']);
  expect(after.total.lut - before.total.lut).toBeCloseTo(
    figures.lut - (before.perInstance.get(engine.id)?.lut ?? 0),
    3,
  );
  expect(after.perSlr.reduce((sum, slr) => sum + slr.dsp, 0)).toBeCloseTo(after.total.dsp, 6);
  for (const [id, amounts] of before.perInstance)
    if (id !== engine.id) expect(after.perInstance.get(id)?.lut).toBe(amounts.lut);
  expect(stageResources(analyze(built), 'prefill').total.lut).toBe(
    stageResources(analyze(design), 'prefill').total.lut,
  );
});

test('the figures hold only for the parameters that were built', () => {
  const wp = Number(engine.params['wp']) / 2;
  const halved = {
    ...built,
    stages: {
      ...built.stages,
      decode: {
        ...built.stages.decode,
        instances: built.stages.decode.instances.map((instance) =>
          instance.id === engine.id ? { ...instance, params: { ...instance.params, wp } } : instance,
        ),
      },
    },
  };
  const { built: _none, ...without } = halved;
  expect(stageResources(analyze(halved), 'decode').perInstance.get(engine.id)?.lut).toBe(
    stageResources(analyze(without), 'decode').perInstance.get(engine.id)?.lut,
  );
});

test('the document keeps them', () => {
  const read = parseDesign(formatDesign(built));
  expect(read.ok && read.design).toEqual(built);
  const wrong = parseDesign(
    formatDesign({ ...built, built: [{ ...(built.built as NonNullable<Design['built']>)[0], lut: -1 }] } as Design),
  );
  expect(wrong.ok).toBe(false);
});
