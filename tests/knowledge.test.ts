/** What is known of a module stands in its entry, and C++ is printed in one place: nothing else names or reads either. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAst } from 'vite';
import { describe, expect, test } from 'vitest';
import { CATALOGUE, paramsOf } from '../src/core/modules/catalogue.ts';
import { ROOT } from './harness.ts';

interface Literal {
  readonly text: string;
  /** `file:line`. */
  readonly at: string;
}

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((entry) => {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) return files(path);
    return /\.tsx?$/.test(entry) && !/\.test(-helpers)?\./.test(entry) ? [path] : [];
  });
}

/** All string literals and text parts of templates of a file. */
function literalsOf(file: string): Literal[] {
  const source = readFileSync(file, 'utf8');
  const found: Literal[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      node.forEach(visit);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    const { type, value, start } = node as { type?: string; value?: unknown; start?: number };
    const text =
      type === 'Literal' && typeof value === 'string'
        ? value
        : type === 'TemplateElement'
          ? (value as { cooked: string }).cooked
          : undefined;
    if (text !== undefined)
      found.push({ text, at: `${relative(ROOT, file)}:${source.slice(0, start).split('\n').length}` });
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseAst(source, { lang: file.endsWith('x') ? 'tsx' : 'ts' }));
  return found;
}

const inFolder = (file: string, ...folders: string[]): boolean =>
  folders.some((folder) => relative(ROOT, file).startsWith(`src/core/${folder}/`));
const sources = files(join(ROOT, 'src'));
/** Explanations show sentences with names as they occur. */
const isTable = (file: string): boolean => file.endsWith('/explanations.ts');
const outside = (...folders: string[]): Literal[] =>
  sources.filter((file) => !inFolder(file, ...folders) && !isTable(file)).flatMap(literalsOf);

describe('no module and no port is known by name', () => {
  const modules = new Set(CATALOGUE.map((entry) => entry.id));
  const ports = new Set(
    CATALOGUE.flatMap((entry) => [...entry.inputs, ...entry.outputs(paramsOf(entry, {}))].map((port) => port.id)),
  );
  /** Words that also name something else, with where they do: a literal there is not of the module or port. */
  const OTHERS: Readonly<Record<string, RegExp>> = {
    add: /^src\/core\/estimate\/|^src\/ui\/(actions|canvas)\//,
    multiply: /^src\/core\/estimate\//,
    silu: /^src\/core\/models\//,
    probs: /^src\/core\/models\//,
    q: /^src\/core\/models\//,
    a: /^src\/ui\/files\//,
    in: /^src\/ui\/side\//,
    out: /^src\/(cli|ui\/side)\//,
    scales: /./,
  };
  const named = (names: ReadonlySet<string>): string[] =>
    outside('modules', 'templates')
      .filter(({ text, at }) => names.has(text) && !OTHERS[text]?.test(at))
      .map(({ text, at }) => `'${text}' ${at}`);

  test('modules', () => expect(named(modules)).toEqual([]));
  test('ports', () => expect(named(ports)).toEqual([]));
});

describe('C++ is printed in generate/ alone', () => {
  test('no other part of the core has C++ in its text', () => {
    const cpp = /flexllm::|hls::|ap_u?int<|#pragma|#include|\bstatic_cast</;
    const found = sources.filter((file) => relative(ROOT, file).startsWith('src/core/') && !inFolder(file, 'generate'));
    expect(
      found
        .flatMap(literalsOf)
        .filter(({ text }) => cpp.test(text))
        .map(({ at }) => at),
    ).toEqual([]);
  });

  test('modules, lowering and the time of passes read fields: they have no regular expressions', () => {
    const found = sources
      .filter((file) => inFolder(file, 'ir', 'modules', 'schedule', 'lower', 'estimate/parts', 'estimate/pass'))
      .filter((file) =>
        /[=(,:]\s*\/(?![/*]).+\/[a-z]*\.(test|exec)\(|\.match\(|new RegExp/.test(readFileSync(file, 'utf8')),
      );
    expect(found.map((file) => relative(ROOT, file))).toEqual([]);
  });
});

test('no text of a message is used as logic: problems are told apart by their codes', () => {
  const read =
    /\bmessage\)?\??\.(startsWith|endsWith|includes|match|indexOf|search|split)\b|\.(test|exec|has|add)\([\w.]*\bmessage\)|\bmessage [!=]==|[!=]== [\w.]*\bmessage\b/;
  expect(
    sources.flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line, index) => (read.test(line) ? [`${relative(ROOT, file)}:${index + 1}`] : [])),
    ),
  ).toEqual([]);
});
