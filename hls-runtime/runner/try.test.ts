import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { writeFakeProject } from './fake-project.ts';
import { bundle, FakeMachine } from './fake-world.ts';
test('setup', async () => {
  rmSync('/tmp/5r', { recursive: true, force: true });
  mkdirSync('/tmp/5r');
  await bundle('hls-runtime/runner/cli.ts', '/tmp/5r/bundle', 'run.mjs');
  await FakeMachine.create('/tmp/5r');
  for (const board of ['u280', 'v80'] as const) { writeFakeProject(join('/tmp/5r', board), '/tmp/5r/bundle/run.mjs', board); }
});
