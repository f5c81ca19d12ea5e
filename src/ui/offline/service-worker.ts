/**
 * Keeps the files of one build, so that the application works without a network. `build-plugin.ts` puts the list of
 * files and the version in front of this text. A new build waits until all pages of the old one are closed: they may still ask for its files.
 */
declare const FILES: readonly string[];
declare const VERSION: string;

interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Extendable {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Scope {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: 'install' | 'activate', listener: (event: Extendable) => void): void;
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void;
}

const worker = self as unknown as Scope;
const PREFIX = `flexllm-composer ${worker.registration.scope} `;
const NAME = PREFIX + VERSION;
const address = (file: string): string => new URL(file, worker.registration.scope).href;

worker.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll(FILES.map((file) => new Request(address(file), { cache: 'no-cache' })))),
  );
});

worker.addEventListener('activate', (event) => {
  const remove = async (): Promise<void> => {
    const names = await caches.keys();
    await Promise.all(
      names.filter((name) => name.startsWith(PREFIX) && name !== NAME).map((name) => caches.delete(name)),
    );
    await worker.clients.claim();
  };
  event.waitUntil(remove());
});

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(NAME);
  const page = request.mode === 'navigate' && request.url.split(/[?#]/)[0] === worker.registration.scope;
  const kept = await cache.match(page ? address('index.html') : (request.url.split(/[?#]/)[0] ?? ''));
  return kept ?? fetch(request);
}

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method === 'GET' && request.url.startsWith(worker.registration.scope)) event.respondWith(answer(request));
});
