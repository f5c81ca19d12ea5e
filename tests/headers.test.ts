/** The C++ of the runtime as a reader finds it: every template parameter is explained, messages say what to do, lines are not long. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './harness.ts';

function files(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).flatMap((entry) => {
    const path = join(folder, entry);
    if (statSync(join(ROOT, path)).isDirectory()) return files(path);
    return /\.(hpp|h|cpp)$/.test(entry) ? [path] : [];
  });
}

const HEADERS = files('hls-runtime/include');
const SOURCES = files('hls-runtime');

/** Text between brackets that may be nested, from the opening one. */
function bracketed(text: string, start: number): string {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '<') depth += 1;
    if (text[at] === '>' && text[at - 1] !== '-') depth -= 1;
    if (depth === 0) return text.slice(start + 1, at);
  }
  throw new Error(`no end: ${text.slice(start, start + 80)}`);
}

/** Parts between commas that no brackets enclose. */
function parts(list: string): string[] {
  const found = [''];
  let depth = 0;
  for (const character of list) {
    if ('<('.includes(character)) depth += 1;
    if ('>)'.includes(character)) depth -= 1;
    if (character === ',' && depth === 0) found.push('');
    else found[found.length - 1] += character;
  }
  return found.map((part) => part.trim()).filter((part) => part !== '');
}

interface Template {
  readonly at: string;
  readonly parameters: readonly string[];
  readonly comment: string;
}

/** The templates of a header that others are meant to use, with the comment above each: all but specializations. */
function templatesOf(file: string): Template[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const lines = text.split('\n');
  return lines.flatMap((line, index): Template[] => {
    if (!line.startsWith('template <') || line.startsWith('template <>')) return [];
    const start = lines.slice(0, index).join('\n').length + (index > 0 ? 1 : 0);
    const list = bracketed(text, start + 'template '.length);
    const rest = text.slice(start + 'template <'.length + list.length + 1);
    if (/^\s*(struct|class) \w+</.test(rest)) return [];
    const comment: string[] = [];
    for (let above = index - 1; lines[above]?.startsWith('///'); above -= 1) comment.unshift(lines[above] as string);
    const parameters = parts(list).map((part) => /(\w+)(?: = .*)?$/.exec(part)?.[1] ?? part);
    return [{ at: `${relative('hls-runtime/include', file)}:${index + 1}`, parameters, comment: comment.join('\n') }];
  });
}

describe.each(HEADERS)('%s', (file) => {
  test('the comment above a template names each of its parameters', () => {
    const missing = templatesOf(file).flatMap(({ at, parameters, comment }) =>
      parameters.filter((name) => !new RegExp(`\\b${name}\\b`).test(comment)).map((name) => `${at} ${name}`),
    );
    expect(missing).toEqual([]);
  });

  test('a static assertion says what is wrong and what to do', () => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const messages = [...text.matchAll(/static_assert\([^;]*?"([^"]*)"\s*\)/g)].map((match) => match[1] as string);
    expect(messages).toHaveLength(text.split('static_assert(').length - 1);
    for (const message of messages) expect(message).toMatch(/^\w+: [^;]+; [^;]+$/);
  });
});

test.each(HEADERS)('%s: every array is bound to a kind of memory, or is registers', (file) => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const arrays = [...text.matchAll(/FLEXLLM_BUFFER [^;]*?\b(\w+)\[/g)].map((match) => match[1] as string);
  for (const name of arrays) {
    const bound = text.split(new RegExp(`keep_in<\\w+(?:, true)?>\\(${name}\\);`)).length - 1;
    const registers = text.includes(`#pragma HLS array_partition variable=${name} dim=0 complete`) ? 1 : 0;
    expect(bound + registers, name).toBe(arrays.filter((other) => other === name).length);
  }
});

test('templates are found', () => {
  expect(HEADERS.flatMap(templatesOf).length).toBeGreaterThan(60);
});

test.each(SOURCES)('%s has no line longer than 120 characters', (file) => {
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
  expect(lines.flatMap((line, index) => (line.length > 120 ? [`${index + 1}: ${line.length}`] : []))).toEqual([]);
});
