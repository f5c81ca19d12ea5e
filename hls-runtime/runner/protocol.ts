/** What the test bench prints on stdout, line by line. */
import { StepError } from './errors.ts';

export interface CycleCount {
  readonly stage: 'prefill' | 'decode';
  readonly process: string;
  /** Pass number; a process that runs once per token has one pass. */
  readonly pass: number;
  readonly cycles: number;
}

export interface BenchEvents {
  /** A token was generated for the current sequence. */
  onToken(id: number, sequence: number): void;
  /** The likelihood of one more position of the current sequence is known. */
  onScore(nll: number, sequence: number): void;
  /** A line that is not part of the protocol. */
  onOther(line: string): void;
}

/** Reads the protocol and keeps its counts. */
export class BenchReader {
  readonly counts: CycleCount[] = [];
  readonly cycles = { prefill: 0, decode: 0 };
  done = false;
  private sequence = 0;
  private readonly events: BenchEvents;

  constructor(events: BenchEvents) {
    this.events = events;
  }

  line(line: string): void {
    const words = line.split(' ');
    const [word, first = '', second = '', third = '', fourth = ''] = words;
    if (word === 'sequence' && words.length === 2) this.sequence = whole(line, first);
    else if (word === 'token' && words.length === 2) this.events.onToken(whole(line, first), this.sequence);
    else if (word === 'nll' && words.length === 2) this.events.onScore(real(line, first), this.sequence);
    else if (word === 'count' && words.length === 5 && isStage(first)) {
      this.counts.push({ stage: first, process: second, pass: whole(line, third), cycles: whole(line, fourth) });
    } else if (word === 'cycles' && words.length === 3 && isStage(first)) this.cycles[first] = whole(line, second);
    else if (line === 'done') this.done = true;
    else this.events.onOther(line);
  }
}

function isStage(word: string): word is 'prefill' | 'decode' {
  return word === 'prefill' || word === 'decode';
}

function whole(line: string, word: string): number {
  if (!/^\d{1,15}$/.test(word))
    throw new StepError(
      `The test bench printed "${line}", where "${word}" should be a number; export the project again.`,
    );
  return Number(word);
}

function real(line: string, word: string): number {
  const value = Number(word);
  if (word === '' || !Number.isFinite(value))
    throw new StepError(
      `The test bench printed "${line}": the model computes undefined numbers; try a recipe with more bits.`,
    );
  return value;
}
