import { type RefObject, useEffect, useState } from 'react';
import { useLatest } from '../components/use-latest.ts';

/** A value that stands still while an element is out of sight: what nobody sees is not laid out at each step of a slider. */
export function useWhileSeen<Value>(box: RefObject<HTMLElement | null>, value: Value): Value {
  const latest = useLatest(value);
  const [unseen, setUnseen] = useState<{ readonly value: Value } | undefined>();
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new IntersectionObserver((entries) =>
      setUnseen(entries.at(-1)?.isIntersecting ? undefined : { value: latest.current }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, latest]);
  return unseen ? unseen.value : value;
}
