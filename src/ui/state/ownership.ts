import type { ComposerStore } from './store.ts';

/** One tab of a browser edits the document; the others look at it and can take it over. */

const LOCK = 'flexllm-composer/document';
const OTHER_TAB = 'This design is being edited in another tab of this browser, so it is read-only here.';

interface Callbacks {
  /** Saves at once, before another tab takes over. */
  readonly save: () => Promise<void>;
  /** Reads the document again after taking over. */
  readonly load: () => Promise<void>;
}

type Message = 'release please' | 'released';

/** Asks for the document; without the browser's locks every tab owns it, as there is no way to know. */
export async function ownDocument(store: ComposerStore, { save, load }: Callbacks): Promise<void> {
  if (!('locks' in navigator) || !('BroadcastChannel' in globalThis)) return;
  const channel = new BroadcastChannel(LOCK);
  let release: (() => void) | undefined;

  const become = (owner: boolean): void => store.getState().setReadOnly(owner ? undefined : { reason: OTHER_TAB, action: { label: 'Edit it here', run: takeOver } });
  /** Holds the lock until it is asked for; resolves as soon as it is held, or is known not to be free. */
  const hold = (options: LockOptions): Promise<boolean> =>
    new Promise((resolve) => {
      navigator.locks
        .request(LOCK, options, (lock) => {
          if (!lock) {
            resolve(false);
            return undefined;
          }
          resolve(true);
          return new Promise<void>((done) => {
            release = done;
          });
        })
        .catch(() => {
          // Another tab took it without waiting for an answer.
          release = undefined;
          become(false);
          resolve(false);
        });
    });
  const takeOver = async (): Promise<void> => {
    channel.postMessage('release please' satisfies Message);
    const given = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), 1500);
      const listen = (event: MessageEvent<Message>): void => {
        if (event.data !== 'released') return;
        clearTimeout(timer);
        channel.removeEventListener('message', listen);
        resolve(true);
      };
      channel.addEventListener('message', listen);
    });
    const held = await hold(given ? {} : { steal: true });
    if (!held) return;
    await load();
    become(true);
    store.getState().dismiss();
  };

  channel.addEventListener('message', async (event: MessageEvent<Message>) => {
    if (event.data !== 'release please' || !release) return;
    await save();
    become(false);
    release();
    release = undefined;
    channel.postMessage('released' satisfies Message);
  });
  become(await hold({ ifAvailable: true }));
}
