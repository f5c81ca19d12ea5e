import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The MIT licence asks for its text in every copy. */
const ZOD = readFileSync(`${ROOT}/node_modules/zod/LICENSE`, 'utf8').trim().split('\n');

const BANNER = [
  'Runner of a project exported by FlexLLM Composer (Apache-2.0). Needs Node.js 20 or newer: node run.mjs --help',
  'Contains @huggingface/tokenizers (https://github.com/huggingface/tokenizers.js, Apache-2.0)',
  'and zod (https://github.com/colinhacks/zod), which comes under this licence:',
  '',
  ...ZOD,
]
  .map((line) => `// ${line}`.trimEnd())
  .join('\n');

/** Bundles the runner with everything it imports into one file: `vite build --config hls-runtime/runner/vite.config.ts`. */
export default defineConfig({
  root: ROOT,
  publicDir: false,
  logLevel: 'warn',
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: 'hls-runtime/runner/cli.ts',
    outDir: 'build/runner',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    sourcemap: false,
    rollupOptions: { output: { entryFileNames: 'run.mjs', format: 'es', codeSplitting: false, banner: BANNER } },
  },
});
