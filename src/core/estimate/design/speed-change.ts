import { STAGE_NAMES, type StageName } from '../../design/types.ts';
import type { DesignAnalysis } from '../../schedule/types.ts';
import { banksOf, portKey } from '../stage/banks.ts';
import { atLeadingClocks, stageClocks } from '../stage/clocks.ts';
import { workloadTime, type WorkloadTime } from '../workload/timing.ts';

/** How a switch of the whole design moved the speed of a stage, and why. */
export interface SpeedChange {
  readonly stage: StageName;
  /** Time after by time before: 2 is twice as slow. */
  readonly factor: number;
  /** 'Decode 146 → 73.1 tokens/s: ... .' */
  readonly text: string;
}

/** Changes below this are not worth a sentence. */
const LEAST = 0.005;
/** Port names that a sentence can carry. */
const NAMES = 3;

const figure = (value: number): string => (value >= 1000 ? String(Math.round(value)) : value.toPrecision(3));
const duration = (seconds: number): string => (seconds < 1 ? `${figure(seconds * 1e3)} ms` : `${figure(seconds)} s`);

function speedText(stage: StageName, before: WorkloadTime, after: WorkloadTime): string {
  if (stage === 'decode') return `Decode ${figure(before.tokensPerSecond)} → ${figure(after.tokensPerSecond)} tokens/s`;
  return `Prefill ${duration(before.prefill.seconds)} → ${duration(after.prefill.seconds)}`;
}

/** Ports of a stage that lie in another kind of memory than before. */
function movedText(before: DesignAnalysis, after: DesignAnalysis, stage: StageName): string | undefined {
  const kinds = new Map(banksOf(before).ports.map(({ port, place }) => [portKey(port), place?.memory.kind]));
  const moved = banksOf(after).ports.filter(
    ({ port, place }) =>
      port.stage === stage && kinds.has(portKey(port)) && kinds.get(portKey(port)) !== place?.memory.kind,
  );
  const [first] = moved;
  if (!first) return undefined;
  const names = moved.slice(0, NAMES).map(({ port }) => port.name);
  const more = moved.length > NAMES ? ` and ${moved.length - NAMES} more` : '';
  const to = first.place?.memory.kind.toUpperCase() ?? 'no memory';
  const from = kinds.get(portKey(first.port))?.toUpperCase() ?? 'no memory';
  const { hbmPorts, hbmLimit } = banksOf(after);
  return `${names.join(', ')}${more} ${moved.length === 1 ? 'moves' : 'move'} from ${from} to ${to} (${hbmPorts} of ${hbmLimit} ports to HBM are taken)`;
}

function reasonsOf(
  before: DesignAnalysis,
  after: DesignAnalysis,
  stage: StageName,
  cycles: [number, number],
): string[] {
  const [old, now] = [stageClocks(before)[stage], stageClocks(after)[stage]];
  const moved = movedText(before, after, stage);
  const reasons = moved === undefined ? [] : [moved];
  if (old.leading !== now.leading)
    reasons.push(`${now.leading} instead of ${old.leading} MHz can be expected. ${now.evidence.replace(/\.$/, '')}`);
  if (reasons.length === 0) reasons.push(`ports share banks otherwise: ${cycles[1]} instead of ${cycles[0]} cycles`);
  return reasons;
}

/** What a switch between two forms of one design does to its speed, with the reasons; nothing where it does nothing. */
export function speedChanges(before: DesignAnalysis, after: DesignAnalysis): SpeedChange[] {
  const [old, now] = [workloadTime(atLeadingClocks(before)), workloadTime(atLeadingClocks(after))];
  if (!old || !now) return [];
  return STAGE_NAMES.flatMap((stage) => {
    const factor = old[stage].seconds > 0 ? now[stage].seconds / old[stage].seconds : 1;
    if (Math.abs(factor - 1) < LEAST) return [];
    const reasons = reasonsOf(before, after, stage, [old[stage].cycles, now[stage].cycles]);
    return [{ stage, factor, text: `${speedText(stage, old, now)}: ${reasons.join('; ')}.` }];
  });
}
