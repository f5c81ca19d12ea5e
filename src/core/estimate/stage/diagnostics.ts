import { type CodeOf, error, findingsOf, warning } from '../../diagnostics/diagnostic.ts';

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
    target: string;
    instance: string;
    most: number;
    setting: string;
  }>({
    sentence: ({ stage, pass, ports, bank, rate, factor, streaming, channels, target, instance, most, setting }) =>
      `${ports.length} ports of ${stage} share ${bank} in pass ${pass} (${ports.slice(0, 3).join(', ')}${ports.length > 3 ? ', …' : ''}): each gets ${ports.length === 2 ? 'half' : `1/${ports.length}`} of its ${(rate / 1e9).toPrecision(3)} GB/s, and what they bring takes ${factor.toPrecision(2)} times as long as with a channel each. ${
        streaming > channels
          ? `${target} has ${channels} channels, and ${streaming} ports stream at once: ${most > channels ? `at most ${channels} of them get one of their own; set '${setting}' of ${instance} to ${channels} or less` : `use ${streaming - channels} fewer, for example by a smaller '${setting}' of ${instance}`}.`
          : `${target} has ${channels} channels for the ${streaming} ports that stream at once: move one of them to a channel of its own in the memory view.`
      }`,
  }),
  'bank-overfull': error<{ bank: string; capacity: number; bytes: number; ports: readonly string[] }>({
    sentence: ({ bank, capacity, bytes, ports }) =>
      `${bank} holds ${mib(capacity)}, but ${mib(bytes)} are mapped to it; move one of ${ports.join(', ')}.`,
  }),
};

export type EstimateCode = CodeOf<typeof ESTIMATE_DIAGNOSTICS>;
export const found = findingsOf(ESTIMATE_DIAGNOSTICS);
