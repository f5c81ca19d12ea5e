import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const BANNER = `// Runner of a project exported by FlexLLM Composer (Apache-2.0). Needs Node.js 20 or newer: node run.mjs --help
// Contains @huggingface/tokenizers (https://github.com/huggingface/tokenizers.js, Apache-2.0).`;

/** Bundles the runner with everything it imports into one file: `vite build --config hls-runtime/runner/vite.config.ts`. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
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
