import { describe, expect, test } from 'vitest';
import { formatDesign, parseDesign } from '../design/schema.ts';
import type { Design } from '../design/types.ts';
import { parseProbeResult, type ProbeResult } from '../models/probe-result.ts';
import { recipeByName } from '../models/recipe.ts';
import { analyze } from '../schedule/analyze.ts';
import { runsBackward } from '../schedule/depths.ts';
import type { StageAnalysis } from '../schedule/types.ts';
import { stageResources } from '../estimate/stage/resources.ts';
import { printSource } from '../generate/kernel.ts';
import { programOf } from '../lower/program.ts';
import { ASSUMPTION_IDS, type AssumptionId } from '../targets/assumptions.ts';
import { sampleById } from '../templates/samples.ts';
import { applyEdit, isRefused } from './edit.ts';
import { setSplit } from './placement.ts';
import { fitToRecipe } from './recipe-edits.ts';
import { forgetAnswers, takeAnswers } from './tool-answers.ts';

const sample = (id = 'moby-u280'): Design => {
  const design = sampleById(id)?.design();
  if (!design) throw new Error(`no sample ${id}`);
  return design;
};

function resultOf(...failed: AssumptionId[]): ProbeResult {
  return {
    format: 'flexllm-probe',
    version: 1,
    board: 'u280',
    part: 'xcu280-fsvh2892-2L-e',
    release: '2024.2',
    clock: 300,
    created: '2026-11-27T06:00:00.000Z',
    assumptions: ASSUMPTION_IDS.map((id) => ({
      id,
      status: failed.includes(id) ? 'failed' : 'held',
      expected: '',
      seen: '',
      seconds: 1,
      log: null,
    })),
  };
}

function follow(design: Design, ...failed: AssumptionId[]): Design {
  const edit = takeAnswers(design, resultOf(...failed));
  if (isRefused(edit)) throw new Error(edit.refused);
  return applyEdit(design, edit).design;
}

const carries = ({ streams }: StageAnalysis, kind: 'carry_fifo' | 'carry_memory') =>
  streams.filter((stream) => stream.kind === kind);
const refuted = (design: Design) => analyze(design).problems.filter(({ code }) => code === 'assumption-refuted');

describe('a design follows the answers of the tools', () => {
  test('all hold: nothing changes but that it is kept', () => {
    const before = sample();
    const after = follow(before);
    expect({ ...after, probe: undefined }).toEqual({ ...before, probe: undefined });
    expect(after.probe).toEqual({ board: 'u280', release: '2024.2', held: [...ASSUMPTION_IDS], failed: [] });
    expect(analyze(after).problems).toEqual(analyze(before).problems);
    const text = formatDesign(after);
    expect(parseDesign(text)).toEqual({ ok: true, design: after });
    expect(applyEdit(after, forgetAnswers).design).toEqual(before);
  });

  test('FIFOs that run backwards are refuted: those alone go through memory', () => {
    const { decode: before } = analyze(sample()).stages;
    const backward = carries(before, 'carry_fifo').filter((stream) => runsBackward(stream, before.instances));
    expect(backward.length).toBeGreaterThan(0);
    expect(backward.length).toBeLessThan(carries(before, 'carry_fifo').length);
    const design = follow(sample(), 'backward_fifo');
    const { decode: after } = analyze(design).stages;
    expect(carries(after, 'carry_memory').map(({ stream }) => stream.id)).toEqual(
      backward.map(({ stream }) => stream.id),
    );
    expect(refuted(design)).toEqual([]);
    const order = programOf(after).processes;
    for (const channel of programOf(after).channels.filter(({ carried }) => carried)) {
      const at = (access: 'read' | 'write') =>
        order.findIndex(({ actuals }) =>
          actuals.some((actual) => actual.kind === 'channel' && actual.channel === channel && actual.access === access),
        );
      expect(at('write')).toBeLessThan(at('read'));
    }
  });

  test('FIFOs that keep data are refuted: none is left in any kernel', () => {
    const design = follow(sample(), 'carried_fifo');
    for (const stage of Object.values(analyze(design).stages)) {
      expect(carries(stage, 'carry_fifo')).toEqual([]);
      expect(programOf(stage).channels.filter(({ carried }) => carried)).toEqual([]);
    }
    expect(refuted(design)).toEqual([]);
  });

  test('a FIFO that the user wants all the same is warned of, and taken back by the next answers', () => {
    const [stream] = carries(analyze(sample()).stages.decode, 'carry_fifo');
    const wanting = (design: Design): Design =>
      applyEdit(design, {
        label: 'a FIFO',
        recipe: (draft) => {
          const found = draft.stages.decode.streams.find(({ id }) => id === stream?.stream.id);
          if (found) found.carry = 'fifo';
        },
      }).design;
    const design = wanting(follow(sample(), 'carried_fifo'));
    expect(refuted(design)).toMatchObject([
      { severity: 'warning', stage: 'decode', message: expect.stringContaining('choose memory') },
    ]);
    expect(refuted(follow(wanting(sample()), 'carried_fifo'))).toEqual([]);
  });

  test('products per DSP: four become two, two go to logic, both fall through; estimates count it', () => {
    const recipe = recipeByName('w4a4kv8');
    if (!recipe) throw new Error('no recipe');
    const fitted = fitToRecipe(sample(), recipe);
    if (isRefused(fitted)) throw new Error(fitted.refused);
    const design = applyEdit(applyEdit(sample(), fitted).design, {
      label: 'four products',
      recipe: (draft) => {
        for (const instance of draft.stages.prefill.instances)
          if (instance.module === 'linear_prefill') instance.params['multipliers'] = 'dsp4';
      },
    }).design;
    const multipliers = (after: Design): unknown[] =>
      (['prefill', 'decode'] as const).flatMap((stage) =>
        after.stages[stage].instances
          .filter(({ module }) => module.startsWith('linear_'))
          .map(({ params }) => params['multipliers']),
      );
    const prefill = multipliers(design).filter((value) => value === 'dsp4').length;
    expect(prefill).toBeGreaterThan(0);
    expect(multipliers(follow(design, 'four_products')).filter((value) => value === 'dsp')).toHaveLength(prefill);
    expect(new Set(multipliers(follow(design, 'two_products', 'four_products')))).toEqual(new Set(['lut']));
    expect(refuted(follow(design, 'four_products'))).toEqual([]);
    for (const after of [follow(design, 'four_products'), follow(design, 'two_products', 'four_products')])
      expect(analyze(after).legal).toBe(true);
  });

  test('reading and writing a place per cycle is refuted: what overlaps rows becomes serial', () => {
    const overlapping = applyEdit(sample(), {
      label: 'overlap',
      recipe: (draft) => {
        for (const stage of [draft.stages.prefill, draft.stages.decode])
          for (const instance of stage.instances)
            if (instance.module === 'softmax') instance.params['overlap'] = 'rows';
            else if (instance.module === 'quantize') instance.params['overlap'] = 'tokens';
      },
    }).design;
    expect(analyze(overlapping).legal).toBe(true);
    const after = follow(overlapping, 'overlapped_loops');
    expect(refuted(after)).toEqual([]);
    const values = (['prefill', 'decode'] as const).flatMap((stage) =>
      after.stages[stage].instances.flatMap(({ module, params }) => (module === 'softmax' ? [params['overlap']] : [])),
    );
    expect(new Set(values)).toEqual(new Set(['serial']));
    expect(after.stages.prefill.instances.some(({ params }) => params['overlap'] === 'tokens')).toBe(true);
    expect(refuted({ ...overlapping, probe: after.probe } as Design)).toMatchObject([
      { stage: 'prefill', message: expect.stringContaining('overlap to serial') },
      { stage: 'decode', message: expect.stringContaining('overlap to serial') },
    ]);
  });

  test('URAM is refuted: what was in it lies in BRAM, in code and in the estimate', () => {
    const large = sample('llama-3.2-1b-u280');
    const design = follow(large, 'ultra_ram');
    const uses = (of: Design, kind: 'uram' | 'bram18'): number =>
      (['prefill', 'decode'] as const).reduce((sum, stage) => sum + stageResources(analyze(of), stage).total[kind], 0);
    const code = (of: Design): string =>
      (['prefill', 'decode'] as const).map((stage) => printSource(programOf(analyze(of).stages[stage]))).join('');
    expect(uses(large, 'uram')).toBeGreaterThan(0);
    expect(code(large)).toMatch(/Storage::uram/);
    expect(uses(design, 'uram')).toBe(0);
    expect(uses(design, 'bram18')).toBeGreaterThan(uses(large, 'bram18'));
    expect(code(design)).not.toMatch(/uram/);
    expect(code(design).replaceAll('bram', 'uram')).toBe(code(large).replaceAll('bram', 'uram'));
    expect(uses(applyEdit(design, forgetAnswers).design, 'uram')).toBe(uses(large, 'uram'));
  });

  test('vectors between kernels are refuted: a stage stays one kernel', () => {
    const split = applyEdit(sample(), setSplit(true)).design;
    const after = follow(split, 'axis_vector');
    expect(after.split).toBeUndefined();
    expect(refuted(after)).toEqual([]);
    expect(refuted(applyEdit(after, setSplit(true)).design).map(({ stage }) => stage)).toEqual(['prefill', 'decode']);
  });

  test.each(ASSUMPTION_IDS)('%s refuted: the design stays legal, and says so where it has no other form', (id) => {
    const design = follow(sample(), id);
    expect(analyze(design).legal).toBe(true);
    for (const problem of refuted(design)) {
      expect(problem.severity).toBe('warning');
      expect(problem.message).toMatch(/: the tools of release 2024\.2 say no, and (?:prefill|decode) rests on it/);
    }
    const followed = [
      'carried_fifo',
      'backward_fifo',
      'ultra_ram',
      'axis_vector',
      'four_products',
      'overlapped_loops',
      'rotation_loops',
      'decode_slice',
    ];
    if (followed.includes(id)) expect(refuted(design)).toEqual([]);
    else expect(refuted(design).length).toBeGreaterThan(0);
  });

  test('loops that are slower concern the instances that have them', () => {
    const [problem, ...more] = refuted(follow(sample(), 'decode_engine'));
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ stage: 'decode', instance: 'linear_all' });
  });

  test('on another card the answers say nothing, back on theirs they count', () => {
    const design = follow(sample(), 'carried_fifo', 'bursts');
    const other = { ...design, target: 'v80' };
    expect(refuted(other)).toEqual([]);
    expect(carries(analyze(other).stages.decode, 'carry_memory')).toEqual([]);
    expect(refuted({ ...other, target: 'u280' })).toEqual(refuted(design));
    expect(refuted(design).length).toBeGreaterThan(0);
  });

  test('answers for another card are refused, and a result without answers', () => {
    expect(takeAnswers({ ...sample(), target: 'v80' }, resultOf())).toMatchObject({
      refused: expect.stringMatching(/^The result is of tools for the U280, this design is for the V80/),
    });
    const nothing = resultOf();
    const open = {
      ...nothing,
      assumptions: nothing.assumptions.map((one) => ({ ...one, status: 'not run' as const })),
    };
    expect(takeAnswers(sample(), open)).toMatchObject({ refused: expect.stringContaining('no answers') });
  });
});

describe('the text of a result', () => {
  const text = (change: object): string => JSON.stringify({ ...resultOf(), ...change });
  test('is read', () => expect(parseProbeResult(text({}))).toEqual(resultOf()));
  test.each([
    ['{', /no JSON/],
    ['{"format": "flexllm-report", "version": 1}', /no result of a probe/],
    [text({ version: 2 }), /version 2/],
    [text({ board: 'u50' }), /damaged at board/],
    [text({ assumptions: [{ ...resultOf().assumptions[0], status: 'yes' }] }), /damaged at assumptions\.0\.status/],
    [text({ assumptions: [resultOf().assumptions[0], resultOf().assumptions[0]] }), /twice/],
  ])('%s', (wrong, message) => expect(() => parseProbeResult(wrong)).toThrow(message));
});
