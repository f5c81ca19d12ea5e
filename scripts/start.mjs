/** npm start: installs what is missing, builds, serves the composer and prints its address. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, ensurePackages, ROOT } from './ensure.mjs';

ensurePackages();
ensureBuilt('runner', 'cli', 'app');
const port = process.env.PORT ?? '4173';
const server = spawn(
  process.execPath,
  [
    join(ROOT, 'node_modules/vite/bin/vite.js'),
    'preview',
    '--port',
    port,
    '--host',
    '127.0.0.1',
    '--logLevel',
    'error',
  ],
  { cwd: ROOT, stdio: 'inherit' },
);
server.on('exit', (code) => process.exit(code ?? 1));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal));

const address = `http://127.0.0.1:${port}/`;
for (let attempt = 0; attempt < 100; attempt += 1) {
  try {
    await fetch(address);
    console.log(`FlexLLM Composer is at ${address}  (Ctrl-C stops it)`);
    break;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
