import { type ReactNode, useEffect, useRef, useState } from 'react';

/** Rows that are drawn or left out together. */
const GROUP = 25;
/** Height of a row in pixels until one has been measured. */
const ROW = 25;

function Group({
  rows,
  columns,
  first,
  children,
}: {
  readonly rows: number;
  readonly columns: number;
  readonly first: boolean;
  readonly children: () => ReactNode;
}) {
  const body = useRef<HTMLTableSectionElement>(null);
  const height = useRef(rows * ROW);
  const [near, setNear] = useState(first);
  useEffect(() => {
    const element = body.current;
    if (!element) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        const { isIntersecting } = entries.at(-1) as IntersectionObserverEntry;
        // What has the focus stays, wherever it has been scrolled to.
        if (!isIntersecting && element.contains(document.activeElement)) return;
        if (!isIntersecting && element.offsetHeight > 0) height.current = element.offsetHeight;
        setNear(isIntersecting);
      },
      { root: element.closest('.view__scroll'), rootMargin: '400px 0px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <tbody ref={body}>
      {near ? (
        children()
      ) : (
        <tr style={{ height: height.current }}>
          <td colSpan={columns} />
        </tr>
      )}
    </tbody>
  );
}

/**
 * The rows of a long table, of which only those near the part in sight are drawn: thousands of cells cost time in every
 * frame, also while something else moves. The others keep their place.
 */
export function NearRows({
  count,
  columns,
  row,
}: {
  readonly count: number;
  readonly columns: number;
  readonly row: (index: number) => ReactNode;
}) {
  return Array.from({ length: Math.ceil(count / GROUP) }, (_, group) => {
    const from = group * GROUP;
    const rows = Math.min(GROUP, count - from);
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: a group is its place in the table
      <Group key={group} rows={rows} columns={columns} first={group === 0}>
        {() => Array.from({ length: rows }, (_row, at) => row(from + at))}
      </Group>
    );
  });
}
