import { Fragment, type ReactNode } from 'react';
import { readMarkdown, type Span } from './markdown.ts';

const TAGS = { bold: 'strong', italic: 'em', code: 'code' } as const;

function Spans({ spans }: { readonly spans: readonly Span[] }): ReactNode {
  return spans.map((span, index) => {
    const key = `${index}${span.text}`;
    if (span.style === 'plain') return <Fragment key={key}>{span.text}</Fragment>;
    const Tag = TAGS[span.style];
    return <Tag key={key}>{span.text}</Tag>;
  });
}

/** The text of a note as elements: what a user typed is text in all of them. */
export function Markdown({ text }: { readonly text: string }): ReactNode {
  return readMarkdown(text).map((block, at) => {
    const key = `${at}${block.kind}`;
    if (block.kind === 'heading') {
      return (
        <p key={key} className={`note__heading note__heading--${block.level}`}>
          <Spans spans={block.spans} />
        </p>
      );
    }
    if (block.kind === 'paragraph') {
      return (
        <p key={key}>
          {block.lines.map((line, index) => (
            <Fragment key={`${index}${line[0]?.text}`}>
              {index > 0 ? <br /> : null}
              <Spans spans={line} />
            </Fragment>
          ))}
        </p>
      );
    }
    const List = block.ordered ? 'ol' : 'ul';
    return (
      <List key={key}>
        {block.items.map((item, index) => (
          <li key={`${index}${item[0]?.text}`}>
            <Spans spans={item} />
          </li>
        ))}
      </List>
    );
  });
}
