/** Changes of single parameters and numbers: legal at once, made legal by what else is changed, or refused with the reason. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NUMBERS } from '../src/core/design/numbers.ts';
import { type Design, type ParamValue, STAGE_NAMES, type StageName } from '../src/core/design/types.ts';
import { adapt } from '../src/core/edit/adapt.ts';
import { assign } from '../src/core/edit/assignments.ts';
import { applyEdit, type Edit, isRefused } from '../src/core/edit/edit.ts';
import { figuresOf } from '../src/core/edit/effect.ts';
import { sequence } from '../src/core/edit/sequence.ts';
import { repairsFor } from '../src/core/edit/repairs.ts';
import { moduleById, paramsOf } from '../src/core/modules/catalogue.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { SAMPLES, sampleById } from '../src/core/templates/samples.ts';
import { undoneToTheByte } from './edit-helpers.ts';

/** Changes over all samples in a normal run; ADAPT=3000 asks for more. */
const CHANGES = Number(process.env['ADAPT'] ?? 120);

const sample = (id: string): Design => {
  const found = sampleById(id);
  if (!found) throw new Error(`no sample ${id}`);
  return found.design();
};

/** The edit that an assignment asks for, which must be possible. */
function assigned(design: Design, assignment: string): Edit {
  const edit = assign(design, assignment);
  if (isRefused(edit)) throw new Error(edit.refused);
  return edit;
}

const errorsOf = (design: Design): string[] =>
  analyze(design).problems.flatMap(({ severity, message }) => (severity === 'error' ? [message] : []));

/** A change with what it needs, as the terminal and the app carry it out. */
function adapted(design: Design, ...assignments: string[]) {
  const edits = assignments.map((assignment) => assigned(design, assignment));
  const changed = edits.reduce((present, edit) => applyEdit(present, edit).design, design);
  const pinned = new Set(edits.flatMap(({ sets }) => (sets === undefined ? [] : [sets])));
  const found = adapt(changed, design, pinned);
  if (isRefused(found)) throw new Error(found.refused);
  return { steps: found.steps, design: applyEdit(changed, found.edit).design };
}

const lutShare = (design: Design): number => Math.round(100 * (figuresOf(design)?.fill.lut ?? Number.NaN));

describe('the published design', () => {
  const published = sample('llama-3.2-1b-u280');

  test('BP 32: what starts the residual stream, and what leads back into it, become 32 lanes wide', () => {
    const { steps, design } = adapted(published, 'decode.linear_all.bp=32');
    expect([...steps].sort()).toEqual([
      'Lanes of embedding 16 → 32',
      'Lanes of hidden_in 16 → 32',
      'Output lanes of lanes_attn 16 → 32',
    ]);
    expect(errorsOf(design)).toEqual([]);
  });

  test('BP 32 with WP 128: the memory ports as well', () => {
    const { steps } = adapted(published, 'decode.linear_all.bp=32', 'decode.linear_all.wp=128');
    expect(steps).toContain('Weight memory ports of linear_all 16 → 32');
    expect(steps).toHaveLength(4);
  });

  test('KV cache memories 8: the lane adapters in front of attention, not one more; 51 % of the LUTs', () => {
    const { steps, design } = adapted(published, 'cachePorts=8');
    expect([...steps].sort()).toEqual(['k', 'q', 'v'].map((which) => `Output lanes of lanes_${which} 4 → 8`));
    expect(lutShare(design)).toBe(51);
  });

  test('an adapter that has become needless goes', () => {
    const wide = adapted(published, 'decode.embedding.lanes=8');
    expect(wide.steps).toEqual(['lane adapter lanes_hidden_out to 16 lanes inserted before hidden_out.in']);
    const back = adapted(wide.design, 'decode.embedding.lanes=16');
    expect(back.steps).toEqual(['lanes_hidden_out taken out: it has become needless']);
  });

  test('every error of a broken design comes with a repair that says what it costs', () => {
    for (const change of [
      'decode.linear_all.bp=32',
      'decode.linear_all.bp=8',
      'cachePorts=8',
      'decode.lanes_q.lanes=3',
    ]) {
      const broken = applyEdit(published, assigned(published, change)).design;
      const problems = analyze(broken).problems.filter(({ severity }) => severity === 'error');
      expect(problems.length).toBeGreaterThan(0);
      for (const problem of problems) {
        const [first] = repairsFor(broken, problem);
        expect(first, `${change}: ${problem.message}`).toBeDefined();
        if (!first) continue;
        expect(errorsOf(applyEdit(broken, first.edit).design).length).toBeLessThan(problems.length);
        if (errorsOf(applyEdit(broken, first.edit).design).length === 0) expect(first.effect).toMatch(/ms a token/);
      }
    }
  });
});

interface Change {
  readonly sample: string;
  readonly assignment: string;
}

/** Every single change that the inspector offers for a sample. */
function changesOf(id: string): Change[] {
  const design = sample(id);
  const analysis = analyze(design);
  const found: Change[] = [];
  const add = (path: string, value: ParamValue): void =>
    void found.push({ sample: id, assignment: `${path}=${value}` });
  const choices = (stage: StageName): void => {
    for (const instance of design.stages[stage].instances) {
      const entry = moduleById(instance.module);
      const params = entry ? paramsOf(entry, instance.params) : {};
      const roles = instance.operations.map(({ role }) => role);
      for (const spec of entry?.params ?? []) {
        if (!(spec.stages?.includes(stage) ?? true)) continue;
        for (const value of spec.choices(analysis.stages[stage].context, params, roles))
          if (value !== params[spec.id]) add(`${stage}.${instance.id}.${spec.id}`, value);
      }
    }
  };
  for (const stage of STAGE_NAMES) choices(stage);
  for (const value of [1, 2, 4, 8, 16]) {
    if (value !== design.tokenParallelism) add('tokenParallelism', value);
    if (value !== design.cachePorts && design.model.kvHeads % value === 0) add('cachePorts', value);
  }
  return found;
}

describe(`${CHANGES} single changes over all samples`, () => {
  const all = SAMPLES.map(({ id }) => changesOf(id));
  const change = fc.constantFrom(...all.keys()).chain((index) => fc.constantFrom(...(all[index] as Change[])));
  const drawn = fc.sample(change, { numRuns: CHANGES, seed: 13 });

  test('each is legal at once, or made legal, or refused with the reason; undone to the byte', {
    timeout: 600_000,
  }, () => {
    const counts = { legal: 0, adapted: 0, refused: 0 };
    for (const { sample: id, assignment } of drawn) {
      const design = sample(id);
      const edit = assigned(design, assignment);
      const changed = applyEdit(design, edit).design;
      const found = adapt(changed, design, new Set(edit.sets === undefined ? [] : [edit.sets]));
      if (isRefused(found)) {
        counts.refused += 1;
        const [first] = errorsOf(changed);
        expect(found.refused, assignment).toContain(first);
        // No matter of parameters are a port that the user has to connect first, and blocks of sparsity in lanes of an odd number.
        expect(first, assignment).toMatch(/^(Output|Nothing is connected).*connect|insert a lane adapter/);
        continue;
      }
      counts[found.steps.length === 0 ? 'legal' : 'adapted'] += 1;
      expect(errorsOf(applyEdit(changed, found.edit).design), assignment).toEqual([]);
      undoneToTheByte(design, () => sequence(design, 'Change and adapt', [() => edit, () => found.edit]));
    }
    console.log(`${counts.legal} legal at once, ${counts.adapted} adapted, ${counts.refused} refused`);
    expect(counts.adapted).toBeGreaterThan(CHANGES / 20);
    expect(counts.refused).toBeLessThan(CHANGES / 5);
  });
});

describe('assignments', () => {
  const design = sample('moby-u280');
  test.each([
    ['decode.linear_all', 'Nothing is called'],
    ['nonsense', 'is no assignment'],
    ['decode.nobody.wp=4', "There is no instance 'nobody' in decode"],
    ['decode.linear_all.width=4', "'linear_all' has no parameter 'width'; it has bp, wp"],
    ['decode.linear_all.bp=3', "cannot be '3'; legal near it: 1, 2, 4, 8"],
    ['decode.linear_all.order=sideways', 'legal near it: blocked, interleaved'],
    ['cachePorts=', 'cachePorts needs a number'],
    ['cachePorts=2.5', `is a whole number from 1 to ${NUMBERS.cachePorts.most}`],
    ['clocks.decode=5', 'is a number from 10 to 1000'],
    ['target=u250', 'is not a target'],
    ['recipe=w1', 'is not a recipe'],
    ['normalise=both', "divides 'probabilities' or the 'result'"],
    ['split=yes', "split is 'slr'"],
    ['bitstreams=3', 'has 1 or 2 bitstreams'],
    ['__proto__=1', "Nothing is called '__proto__'"],
    ['constructor=1', "Nothing is called 'constructor'"],
  ])('%s is refused in a sentence', (assignment, words) => {
    const edit = assign(design, assignment.includes('=') || assignment === 'nonsense' ? assignment : `${assignment}=1`);
    expect(isRefused(edit) ? edit.refused : '').toContain(words);
  });

  test.each([
    'name=Another',
    'target=v80',
    'recipe=fp32',
    'normalise=result',
    'bitstreams=1',
    'split=slr',
    'clocks.decode=250.5',
  ])('%s is set', (assignment) => {
    const edit = assigned(design, assignment);
    expect(applyEdit(design, edit).design).not.toEqual(design);
  });
});
