import { useEffect, useState } from 'react';

interface Tip {
  readonly text: string;
  readonly keys: string | undefined;
  readonly x: number;
  readonly y: number;
  readonly above: boolean;
}

const WAIT_MS = 500;
/** Whoever has just read one tip reads the next at once. */
const SOON_MS = 250;
const ROOM = 34;

function tipOf(element: Element): Tip | undefined {
  const text = element.getAttribute('data-tip');
  if (!text) return undefined;
  const box = element.getBoundingClientRect();
  const above = box.bottom + ROOM > innerHeight;
  return {
    text,
    keys: element.getAttribute('data-tip-keys') ?? undefined,
    x: Math.max(8, Math.min(box.left + box.width / 2, innerWidth - 8)),
    y: above ? box.top - 6 : box.bottom + 6,
    above,
  };
}

/**
 * The names of glyph buttons, shown on hover and on focus by key; one for the whole window. Names for screen readers are
 * the buttons' own. Of our own making, for the positioning library of other tooltips is as large as all of the header.
 */
export function Tips() {
  const [tip, setTip] = useState<Tip | undefined>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let closed = 0;
    let shown = false;
    const hide = (): void => {
      clearTimeout(timer);
      if (shown) closed = Date.now();
      shown = false;
      setTip(undefined);
    };
    const show = (element: Element, wait: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const next = element.isConnected ? tipOf(element) : undefined;
        shown = next !== undefined;
        setTip(next);
      }, wait);
    };
    const target = (event: Event): Element | null =>
      event.target instanceof Element ? event.target.closest('[data-tip]') : null;
    const onOver = (event: PointerEvent): void => {
      const element = event.pointerType === 'touch' ? null : target(event);
      if (element) show(element, shown || Date.now() - closed < SOON_MS ? 0 : WAIT_MS);
    };
    const onOut = (event: PointerEvent): void => {
      const element = target(event);
      if (element && !(event.relatedTarget instanceof Node && element.contains(event.relatedTarget))) hide();
    };
    const onFocus = (event: FocusEvent): void => {
      const element = target(event);
      if (element?.matches(':focus-visible')) show(element, 0);
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') hide();
    };
    const listeners = [
      ['pointerover', onOver],
      ['pointerout', onOut],
      ['focusin', onFocus],
      ['focusout', hide],
      ['pointerdown', hide],
      ['keydown', onKey],
      ['wheel', hide],
    ] as const;
    for (const [name, listener] of listeners)
      document.addEventListener(name, listener as EventListener, { passive: true });
    return () => {
      clearTimeout(timer);
      for (const [name, listener] of listeners) document.removeEventListener(name, listener as EventListener);
    };
  }, []);
  if (!tip) return null;
  return (
    <div
      className="tooltip"
      aria-hidden="true"
      style={{
        left: tip.x,
        top: tip.y,
        translate: `${tip.x < 120 ? '-12px' : tip.x > innerWidth - 120 ? 'calc(-100% + 12px)' : '-50%'} ${tip.above ? '-100%' : '0'}`,
      }}
    >
      {tip.text}
      {tip.keys ? <kbd>{tip.keys}</kbd> : null}
    </div>
  );
}
