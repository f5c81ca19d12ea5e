/** npm start: installs what is missing, builds, serves the composer and prints its address. */
import { ensureBuilt, ensurePackages, ROOT } from './ensure.mjs';

ensurePackages();
ensureBuilt('runner', 'cli', 'app');
// Only now are the packages there that it needs.
const { firstPort, serve } = await import('./serve.mjs');
const wanted = firstPort();
const { port, address } = await serve(ROOT, wanted);
if (port !== wanted) console.log(`Port ${wanted} is taken.`);
console.log(`FlexLLM Composer is at ${address}  (Ctrl-C stops it)`);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
