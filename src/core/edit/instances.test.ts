import { describe, expect, it } from 'vitest';
import { formatDesign, parseDesign } from '../design/schema.ts';
import type { Design, StageName } from '../design/types.ts';
import { sampleById } from '../templates/samples.ts';
import { analysisOf } from './analysis.ts';
import { isRefused } from './edit.ts';
import { done, empty } from '../../../tests/edit-helpers.ts';
import { duplicate } from './copies.ts';
import { addInstance, findInstance, moveInstances, nextRole, removeSelection, renameInstance } from './instances.ts';
import { setParam } from './parameters.ts';
import { addOperation, moveOperation, removeOperation, setRole, splitOperation } from './operations.ts';
import { setNumber, setRecipe } from './settings.ts';
import { nameProblem, safeFileName, uniqueName } from './naming.ts';
import { moduleById } from '../modules/catalogue.ts';

const sample = (id = 'moby-u280'): Design => {
  const found = sampleById(id);
  if (!found) throw new Error(`no sample ${id}`);
  return found.design();
};

const ids = (design: Design, stage: StageName): string[] =>
  design.stages[stage].instances.map((instance) => instance.id);
const errors = (design: Design): string[] =>
  analysisOf(design)
    .problems.filter((problem) => problem.severity === 'error')
    .map((problem) => problem.message);
const valid = (design: Design): boolean => parseDesign(formatDesign(design)).ok;

describe('addInstance', () => {
  it('gives unique legal names, defaults and the first role that is missing', () => {
    let design = empty();
    for (let index = 0; index < 3; index += 1)
      design = done(design, addInstance(design, 'prefill', 'linear_prefill', { x: 3, y: 5 }));
    expect(ids(design, 'prefill')).toEqual(['linear_prefill', 'linear_prefill_2', 'linear_prefill_3']);
    expect(design.stages.prefill.instances.map((instance) => instance.operations[0]?.role)).toEqual([
      'q_proj',
      'k_proj',
      'v_proj',
    ]);
    expect(design.stages.prefill.instances[0]?.params).toMatchObject({ wp: 16, ports: 1 });
    expect(valid(design)).toBe(true);
  });

  it('leaves the given design as it was', () => {
    const design = empty();
    const text = formatDesign(design);
    done(design, addInstance(design, 'decode', 'fork', { x: 0, y: 0 }));
    expect(formatDesign(design)).toBe(text);
  });

  it('refuses modules of the other stage and unknown ones', () => {
    expect(addInstance(empty(), 'decode', 'linear_prefill', { x: 0, y: 0 })).toEqual({
      refused: 'Linear engine (prefill) belongs on the prefill canvas, not on decode.',
    });
    expect(isRefused(addInstance(empty(), 'decode', 'nonsense', { x: 0, y: 0 }))).toBe(true);
  });

  it('avoids words that C++ and hardware languages reserve', () => {
    const design = done(empty(), addInstance(empty(), 'prefill', 'fork', { x: 0, y: 0 }));
    expect(ids(design, 'prefill')).toEqual(['fork_1']);
  });
});

describe('reuse', () => {
  it('adds a pass: a second operation on an engine works in a pass of its own', () => {
    const design = sample('moby-spatial');
    const before = analysisOf(design).stages.prefill.passes.length;
    const k = design.stages.prefill.instances.find((instance) =>
      instance.operations.some((operation) => operation.role === 'k_proj' && instance.module === 'linear_prefill'),
    );
    const v = design.stages.prefill.instances.find((instance) =>
      instance.operations.some((operation) => operation.role === 'v_proj' && instance.module === 'linear_prefill'),
    );
    if (!k || !v) throw new Error('no engines');
    const shared = done(design, moveOperation(design, 'prefill', v.id, v.operations[0]?.id ?? '', k.id));
    expect(findInstance(shared, 'prefill', v.id)).toBeUndefined();
    expect(findInstance(shared, 'prefill', k.id)?.operations).toHaveLength(2);
    expect(errors(shared)).toEqual([]);
    expect(analysisOf(shared).stages.prefill.passes.length).toBeGreaterThan(before);
  });

  it('splits an operation off and back without losing a stream', () => {
    const design = sample();
    const engine = design.stages.prefill.instances.find(
      (instance) => instance.module === 'linear_prefill' && instance.operations.length > 1,
    );
    const operation = engine?.operations[1]?.id;
    if (!engine || !operation) throw new Error('no shared engine');
    const split = done(design, splitOperation(design, 'prefill', engine.id, operation));
    expect(split.stages.prefill.instances).toHaveLength(design.stages.prefill.instances.length + 1);
    expect(split.stages.prefill.streams).toHaveLength(design.stages.prefill.streams.length);
    expect(errors(split)).toEqual([]);
    const own = ids(split, 'prefill').find((id) => !ids(design, 'prefill').includes(id)) ?? '';
    const back = done(split, moveOperation(split, 'prefill', own, operation, engine.id));
    expect(errors(back)).toEqual([]);
    expect(ids(back, 'prefill')).toEqual(ids(design, 'prefill'));
  });

  it('refuses to split the only operation', () => {
    const design = done(empty(), addInstance(empty(), 'prefill', 'silu', { x: 0, y: 0 }));
    expect(
      isRefused(splitOperation(design, 'prefill', 'silu', design.stages.prefill.instances[0]?.operations[0]?.id ?? '')),
    ).toBe(true);
  });

  it('proposes roles that the stage lacks first', () => {
    let design = done(empty(), addInstance(empty(), 'prefill', 'linear_prefill', { x: 0, y: 0 }, 'k_proj'));
    design = done(design, addOperation(design, 'prefill', 'linear_prefill'));
    expect(findInstance(design, 'prefill', 'linear_prefill')?.operations).toEqual([
      { id: 'k_proj', role: 'k_proj' },
      { id: 'q_proj', role: 'q_proj' },
    ]);
    const entry = moduleById('hidden_read');
    const complete = sample();
    expect(entry && nextRole(complete, 'prefill', entry)).toBe('layer_in');
  });
});

describe('other edits', () => {
  it('removes instances with their streams', () => {
    const design = sample();
    const id = design.stages.prefill.instances[3]?.id ?? '';
    const next = done(design, removeSelection(design, { stage: 'prefill', instances: [id], streams: [] }));
    expect(ids(next, 'prefill')).not.toContain(id);
    expect(next.stages.prefill.streams.some((stream) => stream.from.instance === id || stream.to.instance === id)).toBe(
      false,
    );
    expect(isRefused(removeSelection(design, { stage: 'prefill', instances: [], streams: [] }))).toBe(true);
  });

  it('removes an operation with its streams', () => {
    const design = sample();
    const engine = design.stages.prefill.instances.find((instance) => instance.operations.length > 1);
    const operation = engine?.operations[0]?.id;
    if (!engine || !operation) throw new Error('no shared instance');
    const next = done(design, removeOperation(design, 'prefill', engine.id, operation));
    expect(findInstance(next, 'prefill', engine.id)?.operations).toHaveLength(engine.operations.length - 1);
    expect(
      next.stages.prefill.streams.some((stream) =>
        [stream.from, stream.to].some((end) => end.instance === engine.id && end.operation === operation),
      ),
    ).toBe(false);
  });

  it('renames with streams and refuses what is no name', () => {
    const design = sample();
    const [instance] = design.stages.decode.instances;
    if (!instance) throw new Error('no instance');
    const next = done(design, renameInstance(design, 'decode', instance.id, 'another_name'));
    expect(errors(next)).toEqual([]);
    for (const bad of [
      '',
      'Upper',
      '1st',
      'a__b',
      'for',
      'a b',
      '"; rm -rf /',
      ids(design, 'decode')[1] ?? '',
      'x'.repeat(50),
    ]) {
      expect(isRefused(renameInstance(design, 'decode', instance.id, bad)), bad).toBe(true);
    }
  });

  it('drops the streams of outputs that a fork loses', () => {
    const design = sample();
    const fork = design.stages.prefill.instances.find((instance) => instance.module === 'fork');
    if (!fork) throw new Error('no fork');
    const wide = done(design, setParam(design, 'prefill', fork.id, 'outputs', 4));
    expect(wide.stages.prefill.streams).toHaveLength(design.stages.prefill.streams.length);
    expect(errors(wide).length).toBeGreaterThan(0);
    const back = done(wide, setParam(wide, 'prefill', fork.id, 'outputs', 2));
    expect(errors(back)).toEqual([]);
  });

  it('lets the name of an operation follow its role', () => {
    let design = done(empty(), addInstance(empty(), 'prefill', 'linear_prefill', { x: 0, y: 0 }));
    design = done(design, setRole(design, 'prefill', 'linear_prefill', 'q_proj', 'up_proj'));
    expect(findInstance(design, 'prefill', 'linear_prefill')?.operations).toEqual([{ id: 'up_proj', role: 'up_proj' }]);
  });

  it('duplicates with the streams between the copies', () => {
    const design = sample();
    const all = ids(design, 'prefill');
    const twice = done(design, duplicate(design, { stage: 'prefill', instances: all, streams: [] }));
    expect(twice.stages.prefill.instances).toHaveLength(2 * all.length);
    expect(twice.stages.prefill.streams).toHaveLength(2 * design.stages.prefill.streams.length);
    expect(new Set(ids(twice, 'prefill')).size).toBe(2 * all.length);
    expect(new Set(twice.stages.prefill.streams.map((stream) => stream.id)).size).toBe(
      twice.stages.prefill.streams.length,
    );
    expect(valid(twice)).toBe(true);
  });

  it('moves in whole steps', () => {
    const design = sample();
    const id = ids(design, 'prefill')[0] ?? '';
    const next = done(design, moveInstances('prefill', new Map([[id, { x: 10.4, y: -3.6 }]])));
    expect(findInstance(next, 'prefill', id)?.position).toEqual({ x: 10, y: -4 });
    expect(next.stages.prefill.instances[1]).toBe(design.stages.prefill.instances[1]);
  });

  it('sets numbers and recipes of the design', () => {
    const design = sample();
    expect(done(design, setNumber('tokenParallelism', 8)).tokenParallelism).toBe(8);
    expect(done(design, setNumber('workload.prompt', 32)).workload).toEqual({ ...design.workload, prompt: 32 });
    expect(done(design, setRecipe('fp32')).recipe.name).toBe('fp32');
    expect(isRefused(setRecipe('w1a1'))).toBe(true);
  });
});

describe('names', () => {
  it('makes a legal name of anything', () => {
    for (const wish of [
      'x',
      'For',
      '"; rm -rf /',
      '../../x',
      '*/ #include',
      '😀',
      'é'.repeat(9999),
      'a'.repeat(10_000),
      '9lives',
      '___',
    ]) {
      expect(nameProblem(uniqueName(wish, new Set()), new Set()), wish).toBeUndefined();
    }
    expect(uniqueName('a', new Set(['a', 'a_2']))).toBe('a_3');
  });

  it('makes a harmless file name of anything', () => {
    expect(safeFileName('../../etc/passwd')).toBe('etc-passwd');
    expect(safeFileName('"; rm -rf /')).toBe('rm--rf');
    expect(safeFileName('😀')).toBe('design');
  });
});
