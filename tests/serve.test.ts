/** `npm start` tells the address that it really serves on. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from './harness.ts';

const SERVE = join(ROOT, 'scripts/serve.mjs');
let folder = '';
let taken: Server;
let port = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'composer-serve-'));
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'dist/index.html'), '<title>ours</title>');
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  port = (taken.address() as { port: number }).port;
});
afterAll(() => {
  taken.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a port that is taken: the next one is served, and told', async () => {
  const program = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      'const { serve } = await import(process.argv[1]); console.log((await serve(process.argv[2], Number(process.argv[3]))).address);',
      SERVE,
      folder,
      String(port),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    const address = await new Promise<string>((resolve, reject) => {
      program.stdout.once('data', (line: Buffer) => resolve(line.toString().trim()));
      program.once('exit', () => reject(new Error('it ended')));
    });
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(address).not.toContain(`:${port}/`);
    expect(await (await fetch(address)).text()).toContain('<title>ours</title>');
  } finally {
    program.kill();
  }
});

test.each(['abc', '0', '70000', '80; rm'])('PORT=%s is refused with a sentence', (wanted) => {
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', '(await import(process.argv[1])).firstPort();', SERVE],
    { env: { ...process.env, PORT: wanted }, encoding: 'utf8' },
  );
  expect(status).toBe(1);
  expect(stderr).toContain(`PORT is "${wanted}"; set it to a number from 1 to 65535`);
});
