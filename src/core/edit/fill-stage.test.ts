import { describe, expect, test } from 'vitest';
import { STAGE_NAMES } from '../design/types.ts';
import { analyze } from '../schedule/analyze.ts';
import { SAMPLES } from '../templates/samples.ts';
import { applyEdit, isRefused } from './edit.ts';
import { fillStage } from './fill-stage.ts';
import { addInstance } from './instances.ts';
import { repairsFor } from './repairs.ts';
import { clearStage } from './settings.ts';

describe.each(SAMPLES.map((sample) => [sample.id, sample.design()] as const))('%s', (_id, design) => {
  test.each(STAGE_NAMES)('an empty %s is one problem, which filling from the template takes away', (stage) => {
    const empty = applyEdit(design, clearStage(stage)).design;
    const { problems, legal } = analyze(empty);
    const own = problems.filter(({ severity }) => severity === 'error');
    expect(own.map(({ code, stage: where }) => [code, where])).toEqual([['stage-empty', stage]]);
    expect(legal).toBe(false);
    const edit = fillStage(empty, stage);
    if (isRefused(edit)) throw new Error(edit.refused);
    const filled = applyEdit(empty, edit).design;
    expect(analyze(filled).problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(filled.stages[stage === 'prefill' ? 'decode' : 'prefill']).toBe(
      empty.stages[stage === 'prefill' ? 'decode' : 'prefill'],
    );
  });
});

test('an empty stage says what to place first, and filling it is a repair; once something stands there, what is missing is said', () => {
  const [sample] = SAMPLES;
  if (!sample) throw new Error('no sample');
  const empty = STAGE_NAMES.reduce((design, stage) => applyEdit(design, clearStage(stage)).design, sample.design());
  const { problems } = analyze(empty);
  expect(problems.map(({ message }) => message)).toEqual([
    "Prefill is empty; place 'Token embedding' first, or fill it from a template.",
    "Decode is empty; place 'Token embedding' first, or fill it from a template.",
  ]);
  const [problem] = problems;
  if (!problem) throw new Error('no problem');
  expect(repairsFor(empty, problem).map(({ label }) => label)).toContain('Fill prefill from the template');
  const edit = addInstance(empty, 'prefill', 'embedding', { x: 0, y: 0 });
  if (isRefused(edit)) throw new Error(edit.refused);
  const codes = analyze(applyEdit(empty, edit).design).problems.filter(({ stage }) => stage === 'prefill');
  expect(codes.some(({ code }) => code === 'role-missing')).toBe(true);
  expect(codes.some(({ code }) => code === 'stage-empty')).toBe(false);
});
