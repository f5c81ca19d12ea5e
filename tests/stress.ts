/** A design of many instances, for benchmarks: the spatial sample with chains of lane adapters on its decode streams. */
import type { Design, Instance, Stream } from '../src/core/design/types.ts';
import { analyze } from '../src/core/schedule/analyze.ts';

/** The design with adapters that change nothing on its streams of channels, until both stages have `most` instances together. */
export function stressed(design: Design, most: number): Design {
  const { decode } = analyze(design).stages;
  const have = design.stages.prefill.instances.length + design.stages.decode.instances.length;
  const open = decode.streams.filter(({ type }) => type?.extent.kind === 'channels' && type.lanes <= 128);
  const instances: Instance[] = [...design.stages.decode.instances];
  const streams: Stream[] = design.stages.decode.streams.filter(
    (stream) => !open.some((other) => other.stream.id === stream.id),
  );
  open.forEach(({ stream, type }, index) => {
    const count = Math.floor((most - have) / open.length) + (index < (most - have) % open.length ? 1 : 0);
    let { from } = stream;
    for (let step = 0; step < count; step += 1) {
      const id = `pad_${index}_${step}`;
      instances.push({
        id,
        module: 'lane_adapter',
        params: { lanes: type?.lanes ?? 1, order: type?.order === 'interleaved' ? 'interleaved' : 'blocked' },
        operations: [{ id: 'adapt', role: 'adapt' }],
        position: { x: 0, y: 0 },
      });
      streams.push({ id: `${id}_in`, from, to: { instance: id, operation: 'adapt', port: 'in' } });
      from = { instance: id, operation: 'adapt', port: 'out' };
    }
    streams.push({ ...stream, from });
  });
  return { ...design, name: 'stress', stages: { ...design.stages, decode: { instances, streams } } };
}

/** The same design with the instances of a stage in rows, so that a canvas shows a few of them at a time. */
export function laidOut(design: Design, stage: 'prefill' | 'decode', perRow = 25): Design {
  const graph = design.stages[stage];
  const instances = graph.instances.map((instance, index) => ({
    ...instance,
    position: { x: (index % perRow) * 300, y: Math.floor(index / perRow) * 320 },
  }));
  return { ...design, stages: { ...design.stages, [stage]: { ...graph, instances } } };
}
