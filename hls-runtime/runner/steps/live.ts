/** What a running tool is doing, read from its output: phase and worst slack. */
import { formatDuration } from '../duration.ts';

const PHASES: readonly [RegExp, (match: RegExpExecArray) => string][] = [
  [/Run vpl: Step (\w+): Started/, (match) => `vpl ${match[1]}`],
  [/Finished (\w+) of (\d+) tasks \(([^)]{1,80})\)/, (match) => `${match[3]} finished (${match[1]} of ${match[2]})`],
  [
    /Block-level synthesis in progress, (\d+) of (\d+) jobs complete/,
    (match) => `block synthesis ${match[1]} of ${match[2]}`,
  ],
  [/Top-level synthesis in progress/, () => 'top-level synthesis'],
  [/Starting logic (optimization|placement|routing)/, (match) => `logic ${match[1]}`],
  [/Starting bitstream generation/, () => 'bitstream generation'],
  [/^(?:\[[\d:]+\] )?(Phase \d+(?:\.\d+)* [A-Z][\w /-]{2,60}?)(?: \||$)/, (match) => match[1] as string],
  [/^Starting (\w[\w ]{2,40} Task)/, (match) => match[1] as string],
  [
    /INFO: \[HLS 200-10\] Analyzing design file '([^']{1,200})'/,
    (match) => `reading ${(match[1] as string).split('/').pop()}`,
  ],
  [/INFO: \[HLS 200-10\] -- (Generating RTL for module '[^']{1,100}')/, (match) => match[1] as string],
  [/INFO: \[HLS 200-42\] -- Implementing module '([^']{1,100})'/, (match) => `scheduling ${match[1]}`],
  [/INFO: \[COSIM 212-\d+\] ([^.*]{1,80})/, (match) => match[1] as string],
  [/^\[(\d+)\/(\d+)\] (.{1,80})/, (match) => `${match[1]} of ${match[2]}: ${match[3]}`],
  [/^\[\s*(\d+)%\] (.{1,80})/, (match) => `${match[1]} %: ${match[2]}`],
];
const SLACK = /(?:Timing Summary|Timing Summary \|)\s*\|?\s*WNS=\s*(-?\d+(?:\.\d+)?)/;
const LINE_EVERY_MS = 10_000;
const DRAW_EVERY_MS = 250;

export class LiveStatus {
  phase = '';
  /** Worst negative slack in ns, once the tool has said it. */
  slack: number | undefined;
  private readonly label: string;
  private readonly stream: NodeJS.WriteStream;
  private readonly now: () => number;
  private readonly start: number;
  private said: string;
  private saidAt: number;
  private drawn = false;
  private readonly timer: ReturnType<typeof setInterval> | undefined;

  constructor(label: string, stream: NodeJS.WriteStream = process.stderr, now: () => number = Date.now) {
    this.label = label;
    this.stream = stream;
    this.now = now;
    this.start = now();
    this.saidAt = this.start;
    this.said = '';
    if (stream.isTTY === true) {
      this.timer = setInterval(() => this.draw(), DRAW_EVERY_MS);
      this.timer.unref();
    }
  }

  /** Takes a line of the tool's output. */
  line(line: string): void {
    const slack = SLACK.exec(line);
    if (slack) this.slack = Number(slack[1]);
    for (const [pattern, print] of PHASES) {
      const match = pattern.exec(line);
      if (!match) continue;
      this.phase = print(match).slice(0, 80);
      break;
    }
    if (this.stream.isTTY !== true) this.speak();
  }

  /** Removes the line on a terminal. */
  end(): void {
    clearInterval(this.timer);
    if (this.drawn) this.stream.write('\r\x1b[K');
    this.drawn = false;
  }

  /** "00:12:33, Phase 3 Global Placement, WNS -0.120 ns". */
  status(): string {
    const parts = [formatDuration((this.now() - this.start) / 1000)];
    if (this.phase !== '') parts.push(this.phase);
    if (this.slack !== undefined) parts.push(`WNS ${this.slack.toFixed(3)} ns`);
    return parts.join(', ');
  }

  private speak(): void {
    if (this.phase === this.said || this.now() - this.saidAt < LINE_EVERY_MS) return;
    this.said = this.phase;
    this.saidAt = this.now();
    this.stream.write(`${this.label}: ${this.status()}\n`);
  }

  private draw(): void {
    this.drawn = true;
    this.stream.write(`\r\x1b[K${`${this.label}: ${this.status()}`.slice(0, (this.stream.columns || 80) - 1)}`);
  }
}
