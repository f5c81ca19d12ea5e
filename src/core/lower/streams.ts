import { cacheBeside } from '../design/cache.ts';
import type { Operation, Stream } from '../design/types.ts';
import type { Channel } from '../ir/process.ts';
import { vectorOf } from '../modules/common.ts';
import type { DesignContext, StreamType } from '../modules/types.ts';
import type { ResolvedStream } from '../schedule/types.ts';

/** A stream between two instances as FIFOs: one, or one at either end of a carry in memory. */
export interface StreamEnds {
  /** Among the streams of the stage. */
  readonly index: number;
  readonly type: StreamType;
  readonly producer: Channel;
  readonly consumer: Channel;
}

interface Known {
  readonly ends: StreamEnds;
  readonly kind: ResolvedStream['kind'];
  readonly depth: number;
  readonly reader: Operation;
}

/** The FIFOs of streams as last lowered: the same objects as long as the stream stays as it is. */
const last = cacheBeside<Stream, Known>();

/** The FIFOs of a stream of a legal stage in its context. */
export function endsOf(stream: ResolvedStream, { ultra }: DesignContext): StreamEnds {
  const { index, kind, depth, type } = stream;
  if (!type) throw new Error(`stream ${stream.stream.id} has no type`);
  const reader = stream.to.operation;
  const place = last(stream.stream);
  const before = place.value;
  if (
    before &&
    before.ends.index === index &&
    before.ends.type === type &&
    before.kind === kind &&
    before.depth === depth &&
    before.ends.producer.ultra === ultra &&
    before.reader === reader
  )
    return before.ends;
  const channel = (name: string, holds: number, carried: boolean): Channel => ({
    name,
    type: vectorOf(type),
    depth: holds,
    carried,
    array: null,
    ultra,
  });
  const ends = (producer: Channel, consumer: Channel): StreamEnds => ({ index, type, producer, consumer });
  const whole = channel(`stream_${index}_${reader.id}`, depth, kind === 'carry_fifo');
  const result =
    kind === 'carry_memory'
      ? ends(channel(`carry_${index}_in`, 2, false), channel(`carry_${index}_out`, 2, false))
      : ends(whole, whole);
  place.value = { ends: result, kind, depth, reader };
  return result;
}
