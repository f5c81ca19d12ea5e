/** Brings a fresh machine to the point where the product builds: packages, compilers, browser. Node built-ins only. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a program and ends this one with a sentence when it fails. */
export function run(program, args, { env = {}, quiet = false } = {}) {
  const result = spawnSync(program, args, {
    cwd: ROOT,
    stdio: quiet ? ['ignore', 'pipe', 'inherit'] : ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  if (result.error) fail(`${program} cannot be started (${result.error.message}).`);
  if (result.status !== 0) fail(`${program} ${args.join(' ')} failed with code ${result.status}.`);
  return result.stdout?.toString() ?? '';
}

export function fail(message) {
  console.error(message);
  process.exit(1);
}

/** True when a program is on the path. */
export function has(program) {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program)));
}

/** Installs the npm packages of the lock file unless they are there. */
export function ensurePackages() {
  const modules = join(ROOT, 'node_modules');
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    fail(
      `node_modules is a symbolic link, and npm ci would empty the folder that it points to. Remove the link (rm ${modules}) and run this again.`,
    );
  }
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) fail(`Node ${process.versions.node} is too old; install Node 20 or later.`);
  const lock = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  const stamp = join(modules, '.composer-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('Installing packages (npm ci) ...');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { quiet: true });
  writeFileSync(stamp, lock);
}

function newest(paths) {
  let time = 0;
  const visit = (path) => {
    const info = statSync(path);
    if (info.isDirectory()) for (const entry of readdirSync(path)) visit(join(path, entry));
    else time = Math.max(time, info.mtimeMs);
  };
  for (const path of paths) visit(join(ROOT, path));
  return time;
}

const SHARED = ['package-lock.json', 'src/core'];
const TARGETS = {
  runner: {
    output: 'build/runner/run.mjs',
    sources: [...SHARED, 'hls-runtime/runner', 'hls-runtime/probe', 'hls-runtime/include'],
    config: 'hls-runtime/runner/vite.config.ts',
  },
  cli: { output: 'build/cli/composer.mjs', sources: [...SHARED, 'src/cli'], config: 'src/cli/vite.config.ts' },
  app: {
    output: 'dist/index.html',
    sources: [...SHARED, 'src/ui', 'index.html', 'vite.config.ts', 'public', 'hls-runtime', 'docs', 'README.md'],
    config: 'vite.config.ts',
  },
};

/** Builds what is older than its sources. */
export function ensureBuilt(...names) {
  for (const name of names) {
    const target = TARGETS[name];
    const output = join(ROOT, target.output);
    if (existsSync(output) && statSync(output).mtimeMs > newest(target.sources)) continue;
    console.error(`Building ${name} ...`);
    mkdirSync(dirname(output), { recursive: true });
    run(
      process.execPath,
      [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--config', target.config, '--logLevel', 'warn'],
      { quiet: true },
    );
  }
}

/** Installs the Debian package of a program that only saves time. Where that cannot be done, it is done without. */
export function wishForProgram(program, name = program) {
  if (has(program) || !has('apt-get') || process.getuid?.() !== 0) return;
  console.error(`Installing ${name} if it can be had ...`);
  // It may replace nothing: what is installed stays as it is.
  const careful = ['-y', '--no-install-recommends', '--no-upgrade', '--no-remove'];
  spawnSync(
    'apt-get',
    ['install', '-qq', ...careful, '-o', 'Acquire::Retries=0', '-o', 'Acquire::http::Timeout=20', name],
    {
      stdio: 'ignore',
      timeout: 120_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    },
  );
}

/** Debian packages for programs that are missing, where the package manager can be used. */
export function ensurePrograms(programs) {
  const missing = Object.entries(programs).filter(([program]) => !has(program));
  if (missing.length === 0) return;
  const packages = missing.map(([, name]) => name);
  const root = process.getuid?.() === 0;
  if (!has('apt-get') || !(root || has('sudo')))
    fail(
      `Missing: ${missing.map(([program]) => program).join(', ')}. Install the packages ${packages.join(' ')} and run this again.`,
    );
  console.error(`Installing ${packages.join(' ')} ...`);
  const apt = (args) =>
    run(root ? 'apt-get' : 'sudo', root ? args : ['apt-get', ...args], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
      quiet: true,
    });
  apt(['update', '-qq']);
  apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
}
