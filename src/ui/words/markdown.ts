/** The small part of Markdown that notes know: headings, lists, bold, italic, code. Read into data, never into markup. */

export interface Span {
  readonly style: 'plain' | 'bold' | 'italic' | 'code';
  readonly text: string;
}

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly spans: readonly Span[] }
  | { readonly kind: 'paragraph'; readonly lines: readonly (readonly Span[])[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Span[])[] };

const MARKS = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s](?:[^*]*[^*\s])?)\*|\b_([^_\s](?:[^_]*[^_\s])?)_\b/g;

/** The parts of a line. What is not one of the marks stands as it was written. */
export function spansOf(line: string): Span[] {
  const spans: Span[] = [];
  let at = 0;
  const plain = (until: number): void => {
    if (until > at) spans.push({ style: 'plain', text: line.slice(at, until) });
  };
  for (const match of line.matchAll(MARKS)) {
    const [whole, code, bold, italic, under] = match;
    plain(match.index);
    if (code !== undefined) spans.push({ style: 'code', text: code });
    else if (bold !== undefined) spans.push({ style: 'bold', text: bold });
    else spans.push({ style: 'italic', text: italic ?? under ?? '' });
    at = match.index + whole.length;
  }
  plain(line.length);
  return spans;
}

const HEADING = /^(#{1,3})\s+(.+)$/;
const ITEM = /^\s*(?:([-*])|\d{1,3}[.)])\s+(.+)$/;

/** The blocks of a note. */
export function readMarkdown(text: string): Block[] {
  const blocks: Block[] = [];
  let open: { kind: 'paragraph'; lines: Span[][] } | { kind: 'list'; ordered: boolean; items: Span[][] } | undefined;
  const close = (): void => {
    if (open) blocks.push(open);
    open = undefined;
  };
  for (const line of text.split('\n')) {
    const heading = HEADING.exec(line);
    const item = ITEM.exec(line);
    if (line.trim() === '') close();
    else if (heading) {
      close();
      blocks.push({
        kind: 'heading',
        level: (heading[1] ?? '#').length as 1 | 2 | 3,
        spans: spansOf(heading[2] ?? ''),
      });
    } else if (item) {
      const ordered = item[1] === undefined;
      if (open?.kind !== 'list' || open.ordered !== ordered) {
        close();
        open = { kind: 'list', ordered, items: [] };
      }
      open.items.push(spansOf(item[2] ?? ''));
    } else {
      if (open?.kind !== 'paragraph') {
        close();
        open = { kind: 'paragraph', lines: [] };
      }
      open.lines.push(spansOf(line));
    }
  }
  close();
  return blocks;
}

export interface PlainLine {
  readonly text: string;
  readonly strong: boolean;
}

/** The note without marks, a line each: for pictures and for names. */
export function plainLines(text: string): PlainLine[] {
  const join = (spans: readonly Span[]): string => spans.map((span) => span.text).join('');
  return readMarkdown(text).flatMap((block): PlainLine[] => {
    if (block.kind === 'heading') return [{ text: join(block.spans), strong: true }];
    if (block.kind === 'list')
      return block.items.map((item, index) => ({
        text: `${block.ordered ? `${index + 1}.` : '•'} ${join(item)}`,
        strong: false,
      }));
    return block.lines.map((line) => ({ text: join(line), strong: false }));
  });
}
