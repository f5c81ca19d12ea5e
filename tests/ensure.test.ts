import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

it('packages are never installed through a symbolic link, for that would empty its target', () => {
  const folder = mkdtempSync(join(tmpdir(), 'composer-ensure-'));
  try {
    cpSync(join(ROOT, 'scripts/ensure.mjs'), join(folder, 'work/scripts/ensure.mjs'));
    cpSync(join(ROOT, 'package-lock.json'), join(folder, 'work/package-lock.json'));
    mkdirSync(join(folder, 'theirs'));
    writeFileSync(join(folder, 'theirs/precious'), '');
    symlinkSync(join(folder, 'theirs'), join(folder, 'work/node_modules'));
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', "import('./scripts/ensure.mjs').then((ensure) => ensure.ensurePackages())"],
      { cwd: join(folder, 'work'), encoding: 'utf8' },
    );
    expect(status).toBe(1);
    expect(stderr).toContain('node_modules is a symbolic link');
    expect(existsSync(join(folder, 'theirs/precious'))).toBe(true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
