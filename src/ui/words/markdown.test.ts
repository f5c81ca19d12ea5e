import { describe, expect, it } from 'vitest';
import { plainLines, readMarkdown, spansOf } from './markdown.ts';

describe('notes', () => {
  it('know headings, lists, bold, italic and code', () => {
    expect(readMarkdown('# Why\nuses **one** engine\nfor `k_proj`\n\n- a\n- *b*\n1. c')).toEqual([
      { kind: 'heading', level: 1, spans: [{ style: 'plain', text: 'Why' }] },
      {
        kind: 'paragraph',
        lines: [
          [
            { style: 'plain', text: 'uses ' },
            { style: 'bold', text: 'one' },
            { style: 'plain', text: ' engine' },
          ],
          [
            { style: 'plain', text: 'for ' },
            { style: 'code', text: 'k_proj' },
          ],
        ],
      },
      { kind: 'list', ordered: false, items: [[{ style: 'plain', text: 'a' }], [{ style: 'italic', text: 'b' }]] },
      { kind: 'list', ordered: true, items: [[{ style: 'plain', text: 'c' }]] },
    ]);
    expect(plainLines('## Why\n1. a **b**\n- c')).toEqual([
      { text: 'Why', strong: true },
      { text: '1. a b', strong: false },
      { text: '• c', strong: false },
    ]);
  });

  it('leave everything else as it was written: names, markup, half a mark', () => {
    for (const line of [
      'k_proj_2 and v_proj',
      '<b onclick=x>&amp;</b>',
      '2 * 3 * 4',
      'a ** b',
      '[link](javascript:alert(1))',
      '`open',
    ])
      expect(spansOf(line)).toEqual([{ style: 'plain', text: line }]);
    expect(readMarkdown('')).toEqual([]);
  });
});
