/** Serves the built composer on this machine and tells the address that it really has. */
import { preview } from 'vite';
import { fail } from './ensure.mjs';

/** The first port to try: PORT, else 4173. Ends the program with a sentence when PORT is none. */
export function firstPort(wanted = process.env.PORT) {
  if (wanted === undefined || wanted === '') return 4173;
  const port = Number(wanted);
  if (!/^\d{1,5}$/.test(wanted) || port < 1 || port > 65535)
    fail(`PORT is "${wanted}"; set it to a number from 1 to 65535, or leave it out for 4173.`);
  return port;
}

/** Serves the app of a folder on `port`, or on the next that is free. */
export async function serve(root, port) {
  const server = await preview({
    root,
    logLevel: 'error',
    preview: { port, host: '127.0.0.1', strictPort: false, open: false },
  });
  const { port: real } = server.httpServer.address();
  return { server, port: real, address: `http://127.0.0.1:${real}/` };
}
