/** Progress of steps that take longer than a second, on stderr: a bar on a terminal, a line now and then otherwise. */

const FIRST_AFTER_MS = 1000;
const BAR_EVERY_MS = 100;
const LINE_EVERY_MS = 10_000;
const BAR_WIDTH = 24;

export interface Progress {
  /** `done` of `total` units; `detail` names what is being worked on. */
  update(done: number, total: number, detail?: string): void;
  /** Removes the bar. */
  end(): void;
}

export function createProgress(
  label: string,
  stream: NodeJS.WriteStream = process.stderr,
  now: () => number = Date.now,
): Progress {
  const start = now();
  let last = 0;
  let drawn = false;
  const tty = stream.isTTY === true;
  return {
    update(done, total, detail = '') {
      const time = now();
      if (time - start < FIRST_AFTER_MS || time - last < (tty ? BAR_EVERY_MS : LINE_EVERY_MS)) return;
      last = time;
      const share = total > 0 ? Math.min(1, done / total) : 0;
      const percent = `${String(Math.floor(share * 100)).padStart(3)} %`;
      if (!tty) {
        stream.write(`${label}: ${percent.trim()}${detail && `, ${detail}`}\n`);
        return;
      }
      drawn = true;
      const bar = '#'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '.');
      const seconds = Math.round((time - start) / 1000);
      stream.write(
        `\r\x1b[K${label} [${bar}] ${percent}  ${seconds} s  ${detail}`.slice(0, (stream.columns || 80) + 3),
      );
    },
    end() {
      if (drawn) stream.write('\r\x1b[K');
      drawn = false;
    },
  };
}
