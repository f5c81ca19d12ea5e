/** Loads TypeScript modules of the repository into Node, through vite, for scripts that are not part of the product. */
import { createServer } from 'vite';
import { ROOT } from './ensure.mjs';

export async function withSources(work) {
  const server = await createServer({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, ws: false },
    optimizeDeps: { noDiscovery: true },
  });
  try {
    return await work((path) => server.ssrLoadModule(path));
  } finally {
    await server.close();
  }
}
