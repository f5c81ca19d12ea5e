/** Lines longer than this are cut: tools write megabytes on a line, and no message needs them. */
export const LONGEST_LINE = 1 << 14;

/**
 * Cuts text that arrives in pieces into lines of at most LONGEST_LINE characters, without line ends and control
 * characters. Memory stays bounded whatever arrives.
 */
export class LineSplitter {
  private rest = '';
  private readonly onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.onLine = onLine;
  }

  push(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.keep(text, start, end);
      this.flush();
      start = end + 1;
    }
    this.keep(text, start, text.length);
  }

  /** Hands out what is left without a line end. */
  end(): void {
    if (this.rest !== '') this.flush();
  }

  private keep(text: string, start: number, end: number): void {
    const room = LONGEST_LINE - this.rest.length;
    if (room > 0) this.rest += text.slice(start, Math.min(end, start + room));
  }

  private flush(): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: binary junk in logs must not reach a terminal
    const line = this.rest.replace(/\r$/, '').replace(/[\u0000-\u0008\u000b-\u001f\u007f\u009b]/g, '');
    this.rest = '';
    this.onLine(line);
  }
}
