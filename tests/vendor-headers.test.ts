/** Where the vendor's headers are found, the stand-ins are never read: not even by accident of the include order. */
import { cpSync, mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleById } from '../src/core/templates/samples.ts';
import { command, exportDesign, ROOT, SOURCES, WARNINGS } from './harness.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'composer-vendor-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(['g++', 'clang++'])(
  '%s takes every vendor header from the vendor directory, wherever it stands on the command line',
  async (compiler) => {
    const design = sampleById('moby-u280')?.design();
    if (!design) throw new Error('no sample');
    const project = join(folder, compiler);
    exportDesign(design, project);
    const vendor = join(project, 'vendor');
    mkdirSync(vendor);
    cpSync(join(ROOT, 'hls-runtime/csim'), vendor, { recursive: true });
    for (const order of [
      ['-Ivendor', '-idirafter', 'csim'],
      ['-idirafter', 'csim', '-isystem', 'vendor'],
    ]) {
      for (const source of SOURCES) {
        const result = await command(
          compiler,
          ['-std=c++17', ...WARNINGS, '-M', '-Iinclude', '-Isrc', '-Ihost', ...order, source],
          project,
        );
        expect(result.code).toBe(0);
        expect(result.stdout).toContain('vendor/ap_int.h');
        expect(result.stdout).not.toMatch(/csim\//);
      }
    }
  },
);
