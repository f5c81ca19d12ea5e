/** The rules of the layout: who may import whom, and that no file grows two subjects. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CORE, UI } from '../scripts/folders.mjs';
import { ROOT } from './harness.ts';

/** A file imports only from its own folder and earlier ones. */
const ORDER = CORE.map(([name]) => name);
const UI_ORDER = UI.map(([name]) => name);
/** Packages that the framework-free core may use. */
const PACKAGES = ['zod/mini', 'fflate', 'immer'];

function files(folder: string, extensions: readonly string[]): string[] {
  return readdirSync(folder).flatMap((entry) => {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) return files(path, extensions);
    return extensions.some((extension) => entry.endsWith(extension)) ? [path] : [];
  });
}

function imports(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^(?:import |(?:import|export|\}).* from )'([^'\n]+)';$/gm)].map(
    (match) => match[1] as string,
  );
}

const core = join(ROOT, 'src/core');
const sources = files(core, ['.ts']).filter((file) => !file.endsWith('.test.ts'));

describe('src/core', () => {
  test.each(sources.map((file) => [relative(core, file), file]))(
    '%s imports only what lies before it',
    (_name, file) => {
      const here = relative(core, file).split(sep)[0] as string;
      expect(ORDER).toContain(here);
      for (const target of imports(file)) {
        if (!target.startsWith('.')) {
          expect(PACKAGES, `${target} is not a package of the core`).toContain(target);
          continue;
        }
        const there = relative(core, resolve(dirname(file), target)).split(sep)[0] as string;
        expect(ORDER.indexOf(there), `${here} may not import ${there}`).toBeGreaterThanOrEqual(0);
        expect(ORDER.indexOf(there), `${here} may not import ${there}`).toBeLessThanOrEqual(ORDER.indexOf(here));
      }
    },
  );
});

const ui = join(ROOT, 'src/ui');
const uiSources = files(ui, ['.ts', '.tsx']).filter((file) => !/\.test\.tsx?$/.test(file));
/** Folder of the user interface that a file lies in; undefined for files at its top. */
const roomOf = (path: string): string | undefined => {
  const [room, ...rest] = relative(ui, path).split(sep);
  return rest.length > 0 ? room : undefined;
};

/** All files of the user interface that a file refers to: imported at once, imported late, or started as workers. */
function referred(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/\b(?:from |import |import\(\s*|new URL\(\s*)'(\.[^'\n]+)'/g)]
    .map((match) => resolve(dirname(file), (match[1] as string).replace(/\?.*$/, '')))
    .filter((target) => target.startsWith(ui + sep));
}

describe('src/ui', () => {
  test('the order names every folder', () => {
    const rooms = new Set(files(ui, ['.ts', '.tsx', '.css']).flatMap((file) => roomOf(file) ?? []));
    expect([...UI_ORDER].sort()).toEqual([...rooms].sort());
  });

  test.each(uiSources.filter((file) => roomOf(file) !== undefined).map((file) => [relative(ui, file), file]))(
    '%s imports only what lies before it',
    (_name, file) => {
      const here = roomOf(file) ?? '';
      for (const target of referred(file)) {
        const there = roomOf(target);
        expect(there, `${here} may not import ${relative(ui, target)}, which lies at the top`).toBeDefined();
        expect(UI_ORDER.indexOf(there ?? ''), `${here} may not import ${there}`).toBeLessThanOrEqual(
          UI_ORDER.indexOf(here),
        );
      }
    },
  );

  test('no two folders import one another', () => {
    const pairs = new Set(uiSources.flatMap((file) => referred(file).map((to) => `${roomOf(file)} ${roomOf(to)}`)));
    expect(pairs.size).toBeGreaterThan(50);
    const mutual = [...pairs].filter((pair) => {
      const [from, to] = pair.split(' ');
      return from !== to && pairs.has(`${to} ${from}`);
    });
    expect(mutual).toEqual([]);
  });
});

/** Parts of the estimate in the order in which it is told. */
const ESTIMATE = ['parts', 'pass', 'stage', 'workload', 'design'];

test.each(sources.filter((file) => relative(core, file).startsWith(`estimate${sep}`)).map((file) => [file]))(
  'the estimate is told in one direction: parts, pass, stage, workload, design (%s)',
  (file) => {
    const folder = (path: string): number =>
      ESTIMATE.indexOf(relative(join(core, 'estimate'), path).split(sep)[0] ?? '');
    expect(folder(file)).toBeGreaterThanOrEqual(0);
    for (const target of imports(file)) {
      const there = resolve(dirname(file), target);
      if (relative(core, there).startsWith(`estimate${sep}`)) expect(folder(there)).toBeLessThanOrEqual(folder(file));
    }
  },
);

test('the core and the terminal know nothing of the user interface, the core nothing of the terminal', () => {
  // Tests of the core and of the terminal included.
  for (const file of [...files(core, ['.ts']), ...files(join(ROOT, 'src/cli'), ['.ts'])]) {
    for (const target of imports(file)) expect(target).not.toMatch(/\/ui\/|^react|xyflow|zustand/);
  }
});

test('no module of the product but the catalogue knows a module by its file', () => {
  const outside = sources.filter((file) => !relative(core, file).startsWith('modules'));
  const entries = files(join(core, 'modules'), ['.ts']).filter((file) =>
    readFileSync(file, 'utf8').includes(': ModuleEntry = {'),
  );
  expect(entries.length).toBeGreaterThan(20);
  for (const file of outside)
    for (const target of imports(file)) expect(entries).not.toContain(resolve(dirname(file), target));
});

test('every file has one subject: none is longer than 500 lines', () => {
  const all = [
    ...files(join(ROOT, 'src'), ['.ts', '.tsx']),
    ...files(join(ROOT, 'hls-runtime'), ['.ts', '.hpp', '.h', '.mjs']),
  ];
  const long = all
    .filter((file) => readFileSync(file, 'utf8').split('\n').length > 500)
    .map((file) => relative(ROOT, file));
  expect(long).toEqual([]);
});

test('the runtime never includes a stand-in by path: vendor headers win wherever they are found', () => {
  const headers = files(join(ROOT, 'hls-runtime/include'), ['.hpp']);
  const allowed = new Set(['ap_int.h', 'hls_stream.h', 'hls_vector.h', 'hls_math.h', 'cstdio', 'cstdlib']);
  for (const header of headers) {
    for (const match of readFileSync(header, 'utf8').matchAll(/#include\s+([<"])([^>"]+)[>"]/g)) {
      if (match[1] === '<') expect(allowed, `${header} includes <${match[2]}>`).toContain(match[2]);
      else expect(match[2]).toMatch(/^[a-z_0-9]+\.hpp$/);
    }
  }
});
