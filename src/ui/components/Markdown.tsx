import { createElement, Fragment, type ReactNode } from 'react';
import { readMarkdown, type Span } from '../words/markdown.ts';

const TAGS = { bold: 'strong', italic: 'em', code: 'code' } as const;

const span = ({ style, text }: Span): ReactNode => (style === 'plain' ? text : createElement(TAGS[style], null, text));
const line = (tag: string, className: string | undefined, spans: readonly Span[]): ReactNode =>
  createElement(tag, className ? { className } : null, ...spans.map(span));

/** The text of a note as elements: what a user typed is text in all of them, and what it says decides none of their names. */
export function Markdown({ text }: { readonly text: string }): ReactNode {
  const blocks = readMarkdown(text).map((block): ReactNode => {
    if (block.kind === 'heading') return line('p', `note__heading note__heading--${block.level}`, block.spans);
    if (block.kind === 'list')
      return createElement(
        block.ordered ? 'ol' : 'ul',
        null,
        ...block.items.map((spans) => line('li', undefined, spans)),
      );
    return createElement('p', null, ...block.lines.map((spans) => line('span', 'note__line', spans)));
  });
  return createElement(Fragment, null, ...blocks);
}
