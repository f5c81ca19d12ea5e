import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { docs } from './src/ui/offline/docs-plugin.ts';
import { offline } from './src/ui/offline/build-plugin.ts';

/** The web application. The exported runner (build/runner/run.mjs) is built before it. */
export default defineConfig({
  base: './',
  plugins: [react(), docs(), offline()],
  publicDir: 'public',
  build: { outDir: 'dist', target: 'es2022', chunkSizeWarningLimit: 4000 },
  worker: { format: 'es' },
  server: { port: 5173 },
  preview: { port: 4173 },
});
