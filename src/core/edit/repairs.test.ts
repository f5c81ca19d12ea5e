import { describe, expect, it } from 'vitest';
import type { Design, Problem } from '../design/types.ts';
import { sampleById } from '../templates/samples.ts';
import type { Edit } from './edit.ts';
import { analysisOf } from './analysis.ts';
import { setNumber } from './settings.ts';
import { done } from '../../../tests/edit-helpers.ts';
import { freePlace } from './places.ts';
import { nodeHeight, NODE } from '../templates/layout.ts';
import { addInstance, removeSelection } from './instances.ts';
import { setParam } from './parameters.ts';
import { setRole } from './operations.ts';
import { openWires } from './open-streams.ts';
import { repairsFor } from './repairs.ts';
import { disconnect, setDepth } from './streams.ts';

const sample = (): Design => sampleById('moby-u280')?.design() as Design;
const errors = (design: Design): Problem[] =>
  analysisOf(design).problems.filter((problem) => problem.severity === 'error');

/** Takes the first repair of the first problem that has one, until nothing is left; the labels. */
function repair(broken: Design): string[] {
  let design = broken;
  const labels: string[] = [];
  for (let steps = 0; errors(design).length > 0 && steps < 20; steps += 1) {
    const found = errors(design).flatMap((problem) => repairsFor(design, problem))[0];
    if (!found) break;
    labels.push(found.label);
    design = done(design, found.edit);
  }
  expect(errors(design).map((problem) => problem.message)).toEqual([]);
  return labels;
}

describe('repairs', () => {
  it('connect what was disconnected', () => {
    const design = sample();
    for (const stream of [design.stages.prefill.streams[10], design.stages.decode.streams[3]]) {
      const stage = design.stages.prefill.streams.includes(stream as never) ? 'prefill' : 'decode';
      expect(repair(done(design, disconnect(design, stage, stream?.id ?? '')))).toHaveLength(1);
    }
  });

  it('derive a depth with which paths that part and meet would block each other', () => {
    const design = sample();
    const deep = analysisOf(design).stages.prefill.streams.find(({ least }) => least > 1);
    const shallow = done(design, setDepth('prefill', deep?.stream.id ?? '', (deep?.least ?? 0) - 1));
    expect(errors(shallow).map(({ code }) => code)).toEqual(['fifo-too-shallow']);
    expect(repair(shallow)).toEqual(['Derive the FIFO depth']);
    expect(errors(done(design, setDepth('prefill', deep?.stream.id ?? '', deep?.least)))).toEqual([]);
  });

  it('add what was deleted, and connect it', () => {
    const design = sample();
    const broken = done(design, removeSelection(design, { stage: 'prefill', instances: ['silu'], streams: [] }));
    expect(errors(broken)).toHaveLength(2);
    for (const problem of errors(broken)) {
      const [first] = repairsFor(broken, problem);
      expect(first?.label).toBe('Add SiLU for Gate and connect it');
      expect(errors(done(broken, first?.edit as Edit))).toEqual([]);
    }
  });

  it('give an operation its role again', () => {
    const design = sample();
    expect(repair(done(design, setRole(design, 'prefill', 'norm_attn', 'attn_norm_kv', 'ffn_norm')))).toEqual([
      'Let norm_attn do attn_norm',
    ]);
  });

  it('set numbers that the others allow', () => {
    const design = sample();
    expect(repair(done(design, setNumber('limits.context', 4096)))).toEqual(['Set context limit to 512']);
    expect(repair(done(design, setNumber('cachePorts', 3)))).toEqual(['Set KV cache memories to 2']);
    expect(repair(done(design, setNumber('workload.prompt', 5000)))).toContain('Set prompt of the workload to 256');
  });

  it('never propose what leaves the problem or makes more of them', () => {
    const designs = [
      removeSelection(sample(), { stage: 'decode', instances: ['norm', 'sampler'], streams: [] }),
      setParam(sample(), 'decode', 'linear_all', 'bp', 8),
      setNumber('cachePorts', 3),
    ].map((plan) => done(sample(), plan));
    for (const { design, problem, before } of designs.flatMap((broken) =>
      errors(broken).map((found, _, all) => ({ design: broken, problem: found, before: all })),
    )) {
      for (const { edit } of repairsFor(design, problem)) {
        const after = errors(done(design, edit));
        expect(after.length).toBeLessThanOrEqual(before.length);
        expect(after.map(({ message }) => message)).not.toContain(problem.message);
      }
    }
  });
});

describe('open wires', () => {
  it('are none in a complete design, and what was cut in one that is not', () => {
    const design = sample();
    expect(openWires(design, 'prefill')).toEqual([]);
    const [first] = design.stages.prefill.streams;
    const open = openWires(done(design, disconnect(design, 'prefill', first?.id ?? '')), 'prefill');
    expect(open.map(({ from, to }) => [from.end, to.end])).toEqual([[first?.from, first?.to]]);
  });
});

describe('a free place', () => {
  it('covers no other instance, however many are added', () => {
    let design = sample();
    for (let count = 0; count < 30; count += 1)
      design = done(
        design,
        addInstance(design, 'prefill', 'quantize', freePlace(design.stages.prefill.instances, { x: 500, y: 300 })),
      );
    const { instances } = design.stages.prefill;
    for (const added of instances.slice(-30)) {
      for (const other of instances) {
        if (other === added) continue;
        const apart =
          Math.abs(other.position.x - added.position.x) >= NODE.width ||
          other.position.y + nodeHeight(other) <= added.position.y ||
          added.position.y + nodeHeight(added) <= other.position.y;
        expect(apart, `${added.id} covers ${other.id}`).toBe(true);
      }
    }
  });
});
