import type { Explanations } from '../../diagnostics/diagnostic.ts';
import type { ESTIMATE_DIAGNOSTICS } from './diagnostics.ts';

/** Why each diagnostic of the estimate is one, and what to do: for the page of all diagnostics, which no program carries. */
export const ESTIMATE_EXPLANATIONS: Explanations<typeof ESTIMATE_DIAGNOSTICS> = {
  'bank-port-unknown': {
    sample: { port: 'decode.linear_all_w4' },
    why: 'The port was there when the bank was chosen, and has gone with its instance or with a parameter.',
    remedy: 'Nothing has to be done. To tidy up, remove the entry from the banks of the design file.',
  },
  'bank-unknown': {
    sample: { place: 'HBM[99]', target: 'Alveo U280', places: ['HBM[0] to HBM[31]', 'DDR[0] to DDR[1]'] },
    why: 'The link step of the tools knows the banks of the card by these names.',
    remedy: 'Choose another bank for the port in the memory view, or let it be chosen automatically.',
  },
  'bank-too-small': {
    sample: { port: 'decode.linear_all_w0', bytes: 620 * 2 ** 20, place: 'HBM[3]', capacity: 256 * 2 ** 20 },
    why: 'A pseudo-channel of HBM is a memory of its own, and a buffer that exceeds it needs its neighbours too.',
    remedy: 'Map the port to a range, such as HBM[3:5], to DDR, or let it be chosen automatically.',
  },
  'memory-full': {
    sample: { target: 'Alveo U280', port: 'linear_all_w0', bytes: 9000 * 2 ** 20, capacity: 256 * 2 ** 20 },
    why: 'Weights and caches stay on the card; a buffer needs banks that lie side by side.',
    remedy:
      'Lower the context limit, which makes the KV cache smaller, quantize to fewer bits, or take a card with more memory.',
  },
  'hbm-ports-exceeded': {
    sample: { ports: 36, target: 'Alveo U280', limit: 32 },
    why: 'The switch in front of the HBM has so many ports for kernels, and the link step refuses more.',
    remedy:
      'Map ports with little traffic to DDR, use engines with fewer memory ports, or give each stage a bitstream of its own.',
  },
  'channels-shared': {
    sample: {
      stage: 'decode',
      pass: 5,
      ports: ['linear_all_w0', 'linear_all_w64'],
      bank: 'HBM0',
      rate: 11.6e9,
      factor: 1.6,
      streaming: 128,
      channels: 64,
      memory: 'HBM',
      target: 'Alveo V80',
      instance: 'linear_all',
      setting: 'Weight memory ports',
    },
    why: 'A channel of HBM (a pseudo-channel of U280, a port of V80) delivers what it delivers, however many ports of kernels ask it: they take turns. The estimate counts that.',
    remedy:
      'Use no more ports than there are channels: fewer and wider ones bring as much. Where channels are free, map the ports to channels of their own.',
  },
  'bank-overfull': {
    sample: {
      bank: 'HBM[0]',
      capacity: 256 * 2 ** 20,
      bytes: 300 * 2 ** 20,
      ports: ['decode.linear_all_w0', 'decode.kv_cache_k0'],
    },
    why: 'Buffers of all ports that are mapped to a bank lie in it one behind the other.',
    remedy: 'Choose another bank for one of the ports in the memory view, or let it be chosen automatically.',
  },
};
