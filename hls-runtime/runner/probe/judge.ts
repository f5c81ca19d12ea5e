/** What the reports of a micro-kernel say about its assumption. */
import type { AssumptionId } from '../../../src/core/targets/assumptions.ts';
import type { HlsReport } from '../report/hls.ts';
import { tableRows } from '../report/tables.ts';

export interface Evidence {
  /** csynth.xml. */
  readonly hls: HlsReport;
  /** csynth.rpt: the summary, which alone lists bursts and bound storage. */
  readonly summary: string;
  /** Status of the co-simulation: Pass or Fail. */
  readonly cosim: string;
  /** Clock that was asked for, in MHz. */
  readonly clock: number;
}

export interface Verdict {
  readonly held: boolean;
  readonly seen: string;
}

type Judge = (evidence: Evidence) => Verdict;

/** Status in the table of KERNEL_cosim.rpt. @throws Error when it has none. */
export function cosimStatus(text: string): string {
  const status = /^\|\s*(?:Verilog|VHDL)\s*\|\s*(Pass|Fail)\s*\|/im.exec(text.slice(0, 1 << 20))?.[1];
  if (status === undefined) throw new Error('the report of co-simulation has no status');
  return status;
}

/** All loops start an iteration per cycle, at the clock of the design. */
const everyCycle: Judge = ({ hls, clock }) => {
  const intervals = hls.modules.flatMap(({ ii }) => (ii === null ? [] : [ii]));
  if (intervals.length === 0) return { held: false, seen: 'no initiation interval in the report of synthesis' };
  const worst = Math.max(...intervals);
  const named = worst > 1 ? ` in ${hls.modules.find(({ ii }) => ii === worst)?.name}` : '';
  const expected = hls.clock === null ? 'no clock expected' : `${Math.floor(hls.clock)} MHz expected`;
  return {
    held: worst === 1 && hls.clock !== null && hls.clock >= clock,
    seen: `initiation interval ${worst}${named}, ${expected} for ${clock} MHz`,
  };
};

const dsps =
  (count: number): Judge =>
  ({ hls }) => {
    const dsp = hls.top?.dsp ?? null;
    return { held: dsp === count, seen: dsp === null ? 'no DSPs in the report of synthesis' : `${dsp} DSPs` };
  };

const both =
  (first: Judge, second: Judge): Judge =>
  (evidence) => {
    const verdicts = [first(evidence), second(evidence)];
    return { held: verdicts.every(({ held }) => held), seen: verdicts.map(({ seen }) => seen).join(', ') };
  };

/** The table of inferred bursts; its columns are in another order in each release. */
const bursts =
  (...wanted: readonly (readonly [port: string, direction: string])[]): Judge =>
  ({ summary }) => {
    const rows = tableRows(
      summary,
      (cells) => cells.includes('HW Interface') && cells.includes('Length') && !cells.includes('Variable'),
    );
    const found = ([port, direction]: readonly [string, string]) =>
      rows.find(
        ({ cells }) =>
          cells['HW Interface'] === `m_axi_${port}` &&
          cells['Direction'] === direction &&
          (cells['Length'] === 'variable' || Number(cells['Length']) > 1),
      );
    const missing = wanted.filter((one) => !found(one)).map(([port, direction]) => `${direction} of ${port}`);
    const lengths = wanted.map((one) => found(one)?.cells['Width']).join(', ');
    return missing.length > 0
      ? { held: false, seen: `no burst for ${missing.join(', ')}` }
      : { held: true, seen: `bursts of ${lengths} bits` };
  };

/** The table of bound storage: which memory an array or FIFO lies in. */
const storage =
  (wanted: Readonly<Record<string, string>>): Judge =>
  ({ summary }) => {
    const rows = tableRows(
      summary,
      (cells) => cells.includes('Variable') && cells.includes('Impl') && !cells.includes('Op'),
    );
    const places = Object.entries(wanted).map(([variable, impl]) => {
      const row = rows.find(
        ({ name, cells }) => cells['Variable'] === variable || name.trim().replace(/_U$/, '') === variable,
      );
      return { variable, impl, is: row?.cells['Impl']?.toLowerCase() ?? 'not in the report' };
    });
    return {
      held: places.every(({ impl, is }) => is === impl),
      seen: places.map(({ variable, is }) => `${variable}: ${is}`).join(', '),
    };
  };

/** Only the results count. */
const results: Judge = () => ({ held: true, seen: 'results of C-simulation and co-simulation are right' });

const JUDGES: Readonly<Record<AssumptionId, Judge>> = {
  carried_fifo: results,
  backward_fifo: results,
  stream_array: results,
  shared_bundle: results,
  axis_vector: results,
  cpp17: results,
  storage: storage({
    in_bram: 'bram',
    in_lutram: 'lutram',
    bram_fifo: 'bram',
    lutram_fifo: 'lutram',
  }),
  ultra_ram: storage({ in_uram: 'uram', uram_fifo: 'uram' }),
  bursts: bursts(['source', 'read'], ['table', 'read'], ['sink', 'write']),
  constants_port: results,
  two_products: dsps(8),
  four_products: dsps(4),
  prefill_engine: everyCycle,
  decode_engine: everyCycle,
  decode_slice: both(everyCycle, dsps(16)),
  attention_loops: everyCycle,
  token_loops: everyCycle,
  overlapped_loops: everyCycle,
  rotation_loops: everyCycle,
  float_bits: results,
};

/** Whether an assumption holds by the reports of its micro-kernel. */
export function judge(id: AssumptionId, evidence: Evidence): Verdict {
  if (evidence.cosim !== 'Pass') return { held: false, seen: 'RTL gives other results than C (co-simulation: Fail)' };
  return JUDGES[id](evidence);
}
