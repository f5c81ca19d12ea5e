import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

/** Width of an element on the screen: plots are drawn in its own pixels, so that lines and letters stay crisp. */
export function useWidth<Element extends HTMLElement>(start: number): [RefObject<Element | null>, number] {
  const box = useRef<Element>(null);
  const [width, setWidth] = useState(start);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = (): void => {
      const next = Math.floor(element.clientWidth);
      if (next > 0) setWidth(next);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [box, width];
}
