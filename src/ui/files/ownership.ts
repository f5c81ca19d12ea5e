import type { History } from '../../core/edit/history.ts';
import type { ComposerStore } from '../state/store.ts';

/** One tab of a browser edits the document; the others look at it and can take it over. */

const LOCK = 'flexllm-composer/document';
const OTHER_TAB = 'This design is being edited in another tab of this browser, so it is read-only here.';

interface Callbacks {
  /** Saves at once, before another tab takes over. */
  readonly save: () => Promise<void>;
  /** Reads the document again after taking over; with the past that the other tab has handed over, if it did. */
  readonly load: (past: History | undefined) => Promise<void>;
}

/** Whoever gives the document away hands over its history: what was done there can be undone here. */
type Message = { readonly kind: 'release please' } | { readonly kind: 'released'; readonly past: History };

/** Asks for the document; without the browser's locks every tab owns it, as there is no way to know. */
export async function ownDocument(store: ComposerStore, { save, load }: Callbacks): Promise<void> {
  if (!('locks' in navigator) || !('BroadcastChannel' in globalThis)) return;
  const channel = new BroadcastChannel(LOCK);
  let release: (() => void) | undefined;

  const become = (owner: boolean): void =>
    store
      .getState()
      .setReadOnly(owner ? undefined : { reason: OTHER_TAB, action: { label: 'Edit it here', run: takeOver } });
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
    channel.postMessage({ kind: 'release please' } satisfies Message);
    const past = await new Promise<History | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), 1500);
      const listen = (event: MessageEvent<Message>): void => {
        if (event.data.kind !== 'released') return;
        clearTimeout(timer);
        channel.removeEventListener('message', listen);
        resolve(event.data.past);
      };
      channel.addEventListener('message', listen);
    });
    const held = await hold(past ? {} : { steal: true });
    if (!held) return;
    await load(past);
    become(true);
    if (past) store.getState().dismiss();
    else
      store.getState().notify('The other tab did not answer. Its last saved state is here; its undo history is not.');
  };

  channel.addEventListener('message', async (event: MessageEvent<Message>) => {
    if (event.data.kind !== 'release please' || !release) return;
    await save();
    become(false);
    release();
    release = undefined;
    channel.postMessage({ kind: 'released', past: store.getState().history } satisfies Message);
  });
  become(await hold({ ifAvailable: true }));
}
