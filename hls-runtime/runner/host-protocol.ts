/** What the host program prints beyond the test bench's protocol: times, power, the name of the device. */
import { StepError } from './errors.ts';

export const PHASES = ['load', 'prefill', 'decode', 'handover'] as const;
export type Phase = (typeof PHASES)[number];
export const POWER_STATES = ['idle', 'prefill', 'decode'] as const;
export type PowerState = (typeof POWER_STATES)[number];

export interface HostFigures {
  /** Seconds, summed over sequences; 0 where the program said nothing. */
  readonly seconds: Readonly<Record<Phase, number>>;
  /** Watts of the card; null where they were not measured. */
  readonly watts: Readonly<Record<PowerState, number | null>>;
  readonly device: string | null;
}

function figure(line: string, word: string): number {
  const value = Number(word);
  if (word === '' || !Number.isFinite(value) || value < 0) {
    throw new StepError(
      `The host program printed "${line.slice(0, 200)}", where "${word.slice(0, 50)}" should be a number of at least 0; it does not belong to this project, build it again.`,
    );
  }
  return value;
}

/** Collects the figures; lines that are none are left to the caller. */
export class FigureReader {
  private readonly seconds = { load: 0, prefill: 0, decode: 0, handover: 0 };
  private readonly watts: Record<PowerState, number | null> = { idle: null, prefill: null, decode: null };
  private device: string | null = null;

  /** True when the line was a figure. */
  line(line: string): boolean {
    const [word, name = '', value = ''] = line.split(' ');
    if (word === 'device' && line.length > 7) {
      this.device = line.slice(7, 207);
      return true;
    }
    const phase = PHASES.find((known) => known === name);
    if (word === 'time' && phase !== undefined) {
      this.seconds[phase] += figure(line, value);
      return true;
    }
    const state = POWER_STATES.find((known) => known === name);
    if (word === 'power' && state !== undefined) {
      this.watts[state] = figure(line, value);
      return true;
    }
    return false;
  }

  figures(): HostFigures {
    return { seconds: { ...this.seconds }, watts: { ...this.watts }, device: this.device };
  }
}
