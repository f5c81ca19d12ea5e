/**
 * The heavy part of npm run bench (-- --whole): the tools on the whole Llama 3.2 1B, with made-up weights of true size. It
 * takes some ten minutes and 10 GB of disk in the folder of temporary files.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, ROOT } from './ensure.mjs';

const DESIGNS = ['llama-3.2-1b-u280-fast', 'llama-3.2-1b-u280'];
const THREADS = 2;
const MB = 1e6;

/** Runs the runner of a project: what it prints with --json, seconds, and the most memory it had, in bytes (Linux; else 0). */
function run(project, ...args) {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const child = spawn(process.execPath, ['run.mjs', ...args, '--json'], {
      cwd: project,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let memory = 0;
    const watch = setInterval(() => {
      try {
        const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
        memory = Math.max(memory, 1024 * Number(peak?.[1] ?? 0));
      } catch {
        // Not Linux, or it has ended.
      }
    }, 200);
    const out = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      const text = Buffer.concat(out).toString();
      if (code !== 0) reject(new Error(`run.mjs ${args[0]} ended with ${code}: ${text}`));
      else resolve({ answer: JSON.parse(text), seconds: (performance.now() - from) / 1e3, memory });
    });
  });
}

/** Packs, calibrates and simulates in `folder`, which is to be removed by the caller. */
export async function benchWhole(load, report, folder) {
  ensureBuilt('runner');
  const { exportDesign, MOBY } = await load('/tests/harness.ts');
  const { writeModelFolder } = await load('/tests/model-folder.ts');
  const { syntheticWeights } = await load('/src/core/models/synthetic.ts');
  const { sampleById } = await load('/src/core/templates/samples.ts');
  const design = (id) => sampleById(id).design();
  const modelDir = join(folder, 'whole-model');
  await writeModelFolder(modelDir, syntheticWeights(design(DESIGNS[0]).model, 1));
  writeFileSync(join(folder, 'short.txt'), 'Call me Ishmael.');
  copyFileSync(join(MOBY, 'heldout.txt'), join(folder, 'long.txt'));
  for (const [index, id] of DESIGNS.entries()) {
    const project = join(folder, id);
    mkdirSync(project, { recursive: true });
    exportDesign(design(id), project);
    copyFileSync(join(ROOT, 'build/runner/run.mjs'), join(project, 'run.mjs'));
    const pack = (text) =>
      run(project, 'pack', '--model', modelDir, '--calibrate', join(folder, text), '--threads', String(THREADS));
    const short = await pack('short.txt');
    report(
      `pack of ${id}, ${(short.answer.bytes / 1e9).toFixed(1)} GB of images, ${THREADS} threads (at most 60 s)`,
      short.seconds,
      's',
      (seconds) => seconds <= 60,
    );
    report('its most memory (at most 1000 MB)', short.memory / MB, 'MB', (megabytes) => megabytes <= 1000);
    if (index === 0) {
      const long = await pack('long.txt');
      report(
        `pack of ${id} with calibration over 512 tokens, ${THREADS} threads (at most 300 s)`,
        long.seconds,
        's',
        (seconds) => seconds <= 300,
      );
      report('its most memory (at most 1000 MB)', long.memory / MB, 'MB', (megabytes) => megabytes <= 1000);
    }
    const { answer } = await run(project, 'csim', '--prompt', 'Call me', '--tokens', '16');
    report(
      `C-simulation of ${id}, decode of the whole model (at least 1 token/s)`,
      answer.tokensPerSecond,
      'tokens/s',
      (rate) => rate >= 1,
    );
    rmSync(project, { recursive: true, force: true });
  }
}
