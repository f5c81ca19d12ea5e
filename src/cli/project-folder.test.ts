/** Exports to a folder: only an export is replaced, as a whole; what is the user's stays; nothing is left beside it. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { assets } from '../../tests/harness.ts';
import { generateProject, type ProjectFile } from '../core/generate/project.ts';
import { analyze } from '../core/schedule/analyze.ts';
import { sampleById, SAMPLES, usesSampleModel } from '../core/templates/samples.ts';
import { besideOf } from './leftovers.ts';
import { writeProject, writeWhole } from './output.ts';
import { writeProjectFolder } from './project-folder.ts';

const base = mkdtempSync(join(tmpdir(), 'composer-folder-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const exports = new Map<string, readonly ProjectFile[]>();

function exportOf(id: string): readonly ProjectFile[] {
  const design = sampleById(id)?.design();
  if (design === undefined) throw new Error(id);
  const model = usesSampleModel(design) ? [{ path: 'config.json', bytes: new Uint8Array([123, 125]) }] : [];
  const files = exports.get(id) ?? generateProject(analyze(design), { ...assets('// runner\n'), model });
  exports.set(id, files);
  return files;
}

/** Files below a folder, sorted. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

let home = '';
let target = '';
beforeEach(() => {
  home = mkdtempSync(join(base, 'home-'));
  target = join(home, 'project');
});

function expectExactly(files: readonly ProjectFile[], ...more: string[]): void {
  expect(filesIn(target)).toEqual([...files.map((file) => file.path), ...more].sort());
  // As a whole: compared byte by byte, runners and headers take seconds.
  for (const { path, content } of files)
    expect(readFileSync(join(target, path)).equals(Buffer.from(content as string)), path).toBe(true);
}

const put = (path: string, content = 'mine'): void => {
  mkdirSync(join(target, path, '..'), { recursive: true });
  writeFileSync(join(target, path), content);
};

test('an export is replaced as a whole, from every sample to the next', () => {
  const ids = SAMPLES.map((sample) => sample.id);
  for (const id of [...ids, ids[0] as string]) {
    expect(writeProjectFolder(target, exportOf(id))).toBe(target);
    expectExactly(exportOf(id));
  }
  expect(readdirSync(home)).toEqual(['project']);
});

test('nothing of the old export stays, also where a folder has the name of a file', () => {
  const files = exportOf('moby-u280');
  writeProjectFolder(target, files);
  put('src/of_before.cpp');
  rmSync(join(target, 'README.md'));
  put('README.md/deep/file');
  writeProjectFolder(target, files);
  expectExactly(files);
});

test('what the user has put at the top stays: results, notes, a repository, a model', () => {
  writeProjectFolder(target, exportOf('llama-3.2-1b-u280'));
  const own = ['.git/HEAD', 'build/images/a.bin', 'model/model.safetensors', 'notes.md'];
  for (const path of own) put(path);
  writeProjectFolder(target, exportOf('llama-3.2-1b-v80'));
  expectExactly(exportOf('llama-3.2-1b-v80'), ...own);
  // The sample brings a model of its own, which must not hide the user's.
  expect(() => writeProjectFolder(target, exportOf('moby-u280'))).toThrow(
    /model is yours and the export has a model too/,
  );
  expectExactly(exportOf('llama-3.2-1b-v80'), ...own);
  expect(readdirSync(home)).toEqual(['project']);
});

describe('refused and left alone', () => {
  test.each([
    [
      'the manifest of a browser extension',
      { 'manifest.json': '{"manifest_version":3,"name":"x"}', 'design.json': '{}' },
    ],
    ['a manifest without a design', { 'manifest.json': '{"format":"flexllm-manifest","version":1}' }],
    ['a manifest that is null', { 'manifest.json': 'null', 'design.json': 'null' }],
    ['a thesis', { 'thesis.txt': 'years of work' }],
  ])('%s', (_, content) => {
    for (const [path, text] of Object.entries(content)) put(path, text);
    expect(() => writeProjectFolder(target, exportOf('moby-u280'))).toThrow(
      /no export of the composer; choose an empty/,
    );
    expect(filesIn(target)).toEqual(Object.keys(content).sort());
    for (const [path, text] of Object.entries(content)) expect(readFileSync(join(target, path), 'utf8')).toBe(text);
    expect(readdirSync(home)).toEqual(['project']);
  });

  test('a file', () => {
    writeFileSync(target, 'x');
    expect(() => writeProjectFolder(target, exportOf('moby-u280'))).toThrow(/not a folder/);
    expect(readFileSync(target, 'utf8')).toBe('x');
  });

  test('a zip that is not of the composer; one that is gets replaced', () => {
    const zip = join(home, 'project.zip');
    const theirs = [zipSync({ 'x/manifest.json': strToU8('{"manifest_version":3}') }), strToU8('no zip'), strToU8('')];
    for (const bytes of theirs) {
      writeFileSync(zip, bytes);
      expect(() => writeProject(zip, exportOf('moby-u280'), 'a')).toThrow(/exists and is no export of the composer/);
      expect(readFileSync(zip)).toEqual(Buffer.from(bytes));
    }
    rmSync(zip);
    writeProject(zip, exportOf('moby-u280'), 'a');
    writeProject(zip, exportOf('moby-spatial'), 'b');
    expect(Object.keys(unzipSync(readFileSync(zip)))).toContain('b/manifest.json');
    expect(readdirSync(home)).toEqual(['project.zip']);
  });

  test('the folder that one is in', () => {
    const before = process.cwd();
    mkdirSync(target);
    try {
      process.chdir(target);
      expect(() => writeProjectFolder('.', exportOf('moby-u280'))).toThrow(/the folder that you are in/);
    } finally {
      process.chdir(before);
    }
  });
});

test('an export that cannot be written leaves the old one and nothing beside it', () => {
  const files = exportOf('moby-u280');
  writeProjectFolder(target, files);
  const impossible = [...files, { path: 'README.md/inside', content: 'x' }];
  expect(() => writeProjectFolder(target, impossible)).toThrow(/cannot be written \(.*\); choose another place/);
  expectExactly(files);
  expect(readdirSync(home)).toEqual(['project']);
});

test('permissions are the ordinary ones', () => {
  writeProjectFolder(target, exportOf('moby-u280'));
  const mode = (path: string): number => statSync(path).mode & 0o777;
  expect(mode(target)).toBe(0o777 & ~process.umask());
  expect(mode(join(target, 'src'))).toBe(0o777 & ~process.umask());
  expect(mode(join(target, 'run.mjs'))).toBe(0o666 & ~process.umask());
});

test('a link to an export stays a link', () => {
  writeProjectFolder(target, exportOf('moby-u280'));
  const link = join(home, 'link');
  symlinkSync('project', link);
  writeProjectFolder(link, exportOf('moby-spatial'));
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expectExactly(exportOf('moby-spatial'));
});

describe('what a killed program left', () => {
  /** A process that is gone. */
  const gone = spawnSync('true').pid;
  const left = (kind: 'part' | 'old', name = target): string =>
    besideOf(name, kind).replace(`-${process.pid}@`, `-${gone}@`);

  test('is removed at the next run, and so is a half-written file', () => {
    for (const path of [left('part'), left('part', join(home, 'other'))]) {
      mkdirSync(join(path, 'src'), { recursive: true });
      writeFileSync(join(path, 'src/x'), 'half');
    }
    writeFileSync(left('part', join(home, 'a.zip')), 'half');
    writeProjectFolder(target, exportOf('moby-u280'));
    expect(readdirSync(home)).toEqual(['project']);
    writeFileSync(left('part', join(home, 'a.zip')), 'half');
    writeWhole(join(home, 'a.zip'), 'whole');
    expect(readdirSync(home)).toEqual(['a.zip', 'project']);
  });

  test('is brought back when it is all that there is, and ended when the new export is in place', () => {
    writeProjectFolder(target, exportOf('moby-u280'));
    put('build/images/a.bin');
    renameSync(target, left('old'));
    writeWhole(join(home, 'other.json'), '{}');
    expectExactly(exportOf('moby-u280'), 'build/images/a.bin');
    renameSync(target, left('old'));
    writeProjectFolder(join(home, 'fresh'), exportOf('moby-spatial'));
    renameSync(target, left('old'));
    renameSync(join(home, 'fresh'), target);
    put('build/images/b.bin');
    writeWhole(join(home, 'other.json'), '{}');
    expectExactly(exportOf('moby-spatial'), 'build.old/images/a.bin', 'build/images/b.bin');
    expect(readdirSync(home)).toEqual(['other.json', 'project']);
  });

  test('is left alone while its program works, and where a name only looks like it', () => {
    const working = besideOf(target, 'part').replace(`-${process.pid}@`, `-${process.ppid}@`);
    for (const path of [working, join(home, '.composer-AbCdEf'), left('old', join(home, 'x'))]) mkdirSync(path);
    writeProjectFolder(target, exportOf('moby-u280'));
    expect(existsSync(working)).toBe(true);
    expect(readdirSync(home)).toHaveLength(4);
  });
});
