import { describe, expect, test } from 'vitest';
import type { Design } from '../design/types.ts';
import { sampleDesign } from '../templates/samples.ts';
import { analyze } from './analyze.ts';
import { passesOfLastLayer, passRuns } from './pass-runs.ts';

function skipping(design: Design): Design {
  const { prefill } = design.stages;
  const instances = prefill.instances.map((instance) =>
    instance.module === 'hidden_write' ? { ...instance, params: { ...instance.params, last: 'skip' } } : instance,
  );
  return { ...design, stages: { ...design.stages, prefill: { ...prefill, instances } } };
}

const runsOf = (design: Design) => {
  const { prefill, decode } = analyze(design).stages;
  return {
    prefill: prefill.passes.map((pass) => passRuns(prefill, pass)),
    decode: decode.passes.map((pass) => passRuns(decode, pass)),
  };
};

describe('how often passes run', () => {
  const design = sampleDesign('moby-u280');
  const { layers } = design.model;

  test('every pass of a layer as often as there are layers', () => {
    expect(runsOf(design).prefill).toEqual([1, layers, layers]);
  });

  test('the last layer stops behind its keys and values where its output is skipped', () => {
    expect(runsOf(skipping(design)).prefill).toEqual([1, layers, layers - 1]);
    expect(runsOf(skipping(design)).decode).toEqual(runsOf(design).decode);
    expect(passesOfLastLayer(analyze(skipping(design)).stages.prefill)).toBe(1);
  });

  test('a FIFO that a pass fills for a later one keeps that one working', () => {
    const { prefill } = design.stages;
    // The norm works once and what it sends to q waits for the next pass.
    const shared = prefill.streams.some(({ carry }) => carry === 'fifo');
    expect(shared).toBe(false);
    const temporal = skipping(sampleDesign('moby-temporal'));
    const { prefill: stage } = analyze(temporal).stages;
    const layer = stage.passes.filter(({ section }) => section === 'layer');
    const kept = layer.slice(0, passesOfLastLayer(stage)).at(-1)?.index ?? -1;
    for (const stream of stage.streams)
      if (stream.kind === 'carry_fifo' && stream.from.pass <= kept) expect(stream.to.pass).toBeLessThanOrEqual(kept);
  });
});
