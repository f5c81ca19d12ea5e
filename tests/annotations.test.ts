/** Groups and notes are remarks: whatever they say, the generated project is the same but for the design file in it. */
import { expect, test } from 'vitest';
import { formatDesign, parseDesign } from '../src/core/design/schema.ts';
import { type Design, STAGE_NAMES } from '../src/core/design/types.ts';
import { generateProject } from '../src/core/generate/project.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { assets } from './harness.ts';
import { Random, randomDesign, randomModel, randomRecipe } from './random-design.ts';

const without = (design: Design): Design => {
  const stages = Object.fromEntries(
    STAGE_NAMES.map((stage) => [
      stage,
      { instances: design.stages[stage].instances, streams: design.stages[stage].streams },
    ]),
  );
  return { ...design, stages: stages as unknown as Design['stages'] };
};

test.each(Array.from({ length: 8 }, (_, index) => index + 1))('random design %i', (seed) => {
  const random = new Random(seed);
  const design = randomDesign(random, randomModel(random), randomRecipe(random), `noted-${seed}`);
  const read = parseDesign(formatDesign(design));
  if (!read.ok) throw new Error(read.problems[0]?.message);
  expect(read.design).toEqual(design);
  const again = parseDesign(formatDesign(read.design));
  expect(again.ok && formatDesign(again.design)).toBe(formatDesign(read.design));
  const [noted, plain] = [read.design, without(read.design)].map((one) => generateProject(analyze(one), assets()));
  expect(noted?.map(({ path }) => path)).toEqual(plain?.map(({ path }) => path));
  const differing = noted?.filter((file, index) => file.content !== plain?.[index]?.content).map(({ path }) => path);
  expect(['', 'design.json']).toContain(differing?.join());
});
