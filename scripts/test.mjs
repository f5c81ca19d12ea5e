/** npm test: installs what is missing and runs all checks. Ends with `N passed, N failed, N skipped`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt, ensurePackages, ensurePrograms, ROOT, wishForProgram } from './ensure.mjs';

ensurePackages();
ensurePrograms({ 'g++': 'g++', 'clang++': 'clang', chromium: 'chromium' });
wishForProgram('chromium-headless-shell');

const total = { passed: 0, failed: 0, skipped: 0 };
const bin = (name) => join(ROOT, 'node_modules', name);
const reports = mkdtempSync(join(tmpdir(), 'composer-reports-'));

function check(name, program, args) {
  const started = Date.now();
  console.log(`\n== ${name}`);
  const result = spawnSync(program, args, { cwd: ROOT, stdio: 'inherit' });
  console.log(`== ${name}: ${result.status === 0 ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(0)} s)`);
  return result.status === 0;
}

function single(name, program, args) {
  total[check(name, program, args) ? 'passed' : 'failed'] += 1;
}

function report(file, ok, count) {
  let counted;
  try {
    counted = count(JSON.parse(readFileSync(join(reports, file), 'utf8')));
  } catch {
    counted = { passed: 0, failed: 1, skipped: 0 };
  }
  for (const key of Object.keys(total)) total[key] += counted[key];
  if (!ok && counted.failed === 0) total.failed += 1;
}

single('types of the core (no DOM, no Node)', process.execPath, [
  bin('typescript/bin/tsc'),
  '-p',
  'tsconfig.core.json',
]);
single('types', process.execPath, [bin('typescript/bin/tsc'), '-p', 'tsconfig.json']);
single('format', process.execPath, [bin('@biomejs/biome/bin/biome'), 'format']);
single('lint', process.execPath, [bin('@biomejs/biome/bin/biome'), 'lint', '--error-on-warnings']);
ensureBuilt('runner', 'cli', 'app');

const vitest = check('unit, contract and compiler tests', process.execPath, [
  bin('vitest/vitest.mjs'),
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${join(reports, 'vitest.json')}`,
]);
report('vitest.json', vitest, (json) => ({
  passed: json.numPassedTests,
  failed: json.numFailedTests,
  skipped: json.numPendingTests + json.numTodoTests,
}));

process.env.PLAYWRIGHT_JSON_OUTPUT_NAME = join(reports, 'playwright.json');
const playwright = check('browser tests', process.execPath, [
  bin('@playwright/test/cli.js'),
  'test',
  '--reporter=list,json',
]);
report('playwright.json', playwright, (json) => {
  if (json.stats.flaky > 0)
    console.log(`${json.stats.flaky} browser tests passed only when tried again; they are marked flaky above.`);
  return { passed: json.stats.expected + json.stats.flaky, failed: json.stats.unexpected, skipped: json.stats.skipped };
});

rmSync(reports, { recursive: true, force: true });
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);
