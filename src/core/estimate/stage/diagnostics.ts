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
      `${ports} ports are mapped to HBM, but ${target} has ${limit}; map some to DDR.`,
  }),
  'bank-overfull': error<{ bank: string; capacity: number; bytes: number; ports: readonly string[] }>({
    sentence: ({ bank, capacity, bytes, ports }) =>
      `${bank} holds ${mib(capacity)}, but ${mib(bytes)} are mapped to it; move one of ${ports.join(', ')}.`,
  }),
};

export type EstimateCode = CodeOf<typeof ESTIMATE_DIAGNOSTICS>;
export const found = findingsOf(ESTIMATE_DIAGNOSTICS);
