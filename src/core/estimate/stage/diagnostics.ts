import { type CodeOf, error, findingsOf, warning } from '../../diagnostics/diagnostic.ts';
import { gigabytes } from '../parts/numbers.ts';

const mib = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`;

/** What keeps the buffers of a design from lying in the memories of the card. Sizes are in bytes. */
export const ESTIMATE_DIAGNOSTICS = {
  'bank-port-unknown': warning<{ port: string }>({
    sentence: ({ port }) => `The bank map names the port '${port}', which the design does not have; it is ignored.`,
  }),
  'bank-unknown': error<{ place: string; target: string; places: readonly string[] }>({
    sentence: ({ place, target, places }) => `'${place}' is not a memory of ${target}; use ${places.join(' or ')}.`,
  }),
  'bank-too-small': error<{ port: string; bytes: number; place: string; capacity: number }>({
    sentence: ({ port, bytes, place, capacity }) =>
      `'${port}' needs ${mib(bytes)}, but ${place} holds ${mib(capacity)}; give it a range of banks.`,
  }),
  'memory-full': error<{ target: string; port: string; bytes: number; capacity: number }>({
    sentence: ({ target, port, bytes, capacity }) =>
      `No memory of ${target} has room for '${port}' (${mib(bytes)}): a bank holds ${mib(capacity)} and no contiguous run of banks is free; lower the limits of the design or use fewer, larger buffers.`,
  }),
  'hbm-ports-exceeded': error<{ ports: number; target: string; limit: number }>({
    sentence: ({ ports, target, limit }) =>
      `${ports} ports are mapped to HBM, but the shell of ${target} has ${limit} for kernels and the linker refuses more: map at least ${ports - limit} of them to DDR, use engines with fewer memory ports, or give each stage a bitstream of its own.`,
  }),
  'channels-shared': warning<{
    stage: string;
    pass: number;
    ports: readonly string[];
    bank: string;
    rate: number;
    factor: number;
    streaming: number;
    channels: number;
    memory: string;
    target: string;
    instance: string;
    setting: string;
  }>({
    sentence: ({ stage, pass, ports, bank, rate, factor, streaming, channels, memory, target, instance, setting }) => {
      const names = `${ports.slice(0, 3).join(', ')}${ports.length > 3 ? ', …' : ''}`;
      const part = ports.length === 2 ? 'half' : `1/${ports.length}`;
      const means = `${ports.length} ports of ${stage} share ${bank} in pass ${pass} (${names}): each gets ${part} of its ${gigabytes(rate)}, and what they bring takes ${factor.toPrecision(2)} times as long as with a channel each.`;
      if (memory !== 'HBM')
        return `${means} HBM has no ports left for them: use fewer memory ports, for example by a smaller '${setting}' of ${instance}, or give each stage a bitstream of its own.`;
      return streaming > channels
        ? `${means} ${target} has ${channels} channels, so at most ${channels} of the ${streaming} ports that stream at once get one of their own: use ${streaming - channels} fewer, by a smaller '${setting}' of ${instance}.`
        : `${means} ${target} has ${channels} channels for the ${streaming} ports that stream at once: give each its own in the memory view, or let it be chosen automatically.`;
    },
  }),
  'bank-overfull': error<{ bank: string; capacity: number; bytes: number; ports: readonly string[] }>({
    sentence: ({ bank, capacity, bytes, ports }) =>
      `${bank} holds ${mib(capacity)}, but ${mib(bytes)} are mapped to it; move one of ${ports.join(', ')}.`,
  }),
};

export type EstimateCode = CodeOf<typeof ESTIMATE_DIAGNOSTICS>;
export const found = findingsOf(ESTIMATE_DIAGNOSTICS);
