/** npm run --silent composer -- ...: the terminal program, built when needed. */
import { join } from 'node:path';
import { ensureBuilt, ensurePackages, ROOT } from './ensure.mjs';

ensurePackages();
ensureBuilt('runner', 'cli');
await import(join(ROOT, 'build/cli/composer.mjs'));
