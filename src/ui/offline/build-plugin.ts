import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { type Plugin, transformWithOxc } from 'vite';

/**
 * What the page may load and run: only what comes with it. Styles need 'unsafe-inline' for the code editor alone:
 * monaco writes style elements and style attributes (the canvas and the dialogs place things through the style object, which no policy
 * forbids). Scripts, workers and requests have no such exception.
 */
export const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "object-src 'none'",
  "frame-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const SOURCE = 'src/ui/offline/service-worker.ts';

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? filesIn(path) : [path];
    });
}

/** Adds the content policy to the built page, and a service worker that knows all files of the build. */
export function offline(): Plugin {
  let output = 'dist';
  return {
    name: 'offline',
    apply: 'build',
    configResolved: (config) => {
      output = resolve(config.root, config.build.outDir);
    },
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY }, injectTo: 'head-prepend' },
    ],
    closeBundle: {
      order: 'post',
      sequential: true,
      handler: async () => {
        const files = filesIn(output).filter((path) => !path.endsWith('service-worker.js'));
        const hash = createHash('sha256');
        for (const path of files) hash.update(relative(output, path)).update(readFileSync(path));
        const { code } = await transformWithOxc(readFileSync(SOURCE, 'utf8'), SOURCE, { sourcemap: false });
        const names = files.map((path) => relative(output, path).split(sep).join('/'));
        writeFileSync(
          join(output, 'service-worker.js'),
          `const VERSION = ${JSON.stringify(hash.digest('hex').slice(0, 16))};\nconst FILES = ${JSON.stringify(names)};\n${code.replace(/\/\/# sourceMappingURL.*$/m, '').replace(/^export \{\};?$/m, '')}`,
        );
      },
    },
  };
}
