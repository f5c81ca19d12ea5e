import { ChevronRight, TriangleAlert } from 'lucide-react';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { StageName } from '../../core/design/types.ts';
import { tryConnect } from '../actions/connect.ts';
import { showOnCanvas } from '../actions/reveal.ts';
import { noteNodeId } from '../drawing/node-ids.ts';
import { foldGroup } from '../../core/edit/annotations.ts';
import { groupOf, groupSelection } from '../../core/edit/groups.ts';
import { composer, useComposer } from '../state/app-store.ts';
import type { PortEnd } from '../../core/edit/connection.ts';
import { removeSelection } from '../../core/edit/instances.ts';
import { disconnect, endName } from '../../core/edit/streams.ts';
import { groupKey, type OutlineRow, outlineRows } from './outline-rows.ts';

interface Wire {
  readonly stage: StageName;
  readonly port: PortEnd;
}

/** The canvases as a tree: everything that can be seen and done there, wires too, by keyboard and with a screen reader. */
export default function Outline() {
  const design = useComposer((state) => state.design);
  const selection = useComposer((state) => state.selection);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set(['prefill', 'decode']));
  const [active, setActive] = useState('prefill');
  const [wire, setWire] = useState<Wire | undefined>();
  const list = useRef<HTMLDivElement>(null);
  const byKey = useRef(false);
  const rows = useMemo(() => outlineRows(design, opened, wire), [design, opened, wire]);
  const at = Math.max(
    0,
    rows.findIndex((row) => row.key === active),
  );
  const current = rows[at];

  // What is selected elsewhere is shown here.
  useEffect(() => {
    const [only] = selection.instances;
    if (selection.instances.length !== 1 || !only || byKey.current) return;
    const group = groupOf(composer.getState().design.stages[selection.stage], only);
    setOpened(
      (present) => new Set([...present, selection.stage, ...(group ? [groupKey(selection.stage, group.id)] : [])]),
    );
    setActive((present) => (present.startsWith(`${selection.stage}/${only}`) ? present : `${selection.stage}/${only}`));
  }, [selection]);
  useEffect(() => {
    const element = list.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(active)}"]`);
    element?.scrollIntoView({ block: 'nearest' });
    if (byKey.current) element?.focus();
    byKey.current = false;
  }, [active]);

  const fold = (key: string, open: boolean): void =>
    setOpened((present) => {
      const next = new Set(present);
      if (open) next.add(key);
      else next.delete(key);
      return next;
    });
  const go = (row: OutlineRow | undefined): void => {
    if (!row) return;
    byKey.current = true;
    setActive(row.key);
  };
  const choose = (row: OutlineRow): void => {
    setActive(row.key);
    if (row.port && wire) {
      if (wire.port.direction === row.port.direction && endName(wire.port.end) === endName(row.port.end))
        setWire(undefined);
      else if (tryConnect(row.stage, wire.port, row.port)) setWire(undefined);
    } else if (row.port && row.stream) {
      showOnCanvas({ stage: row.stage, instances: [], streams: [row.stream] }, [row.port.end.instance]);
    } else if (row.port) {
      setWire({ stage: row.stage, port: row.port });
    } else if (row.group) showOnCanvas(groupSelection(row.stage, row.group));
    else if (row.note)
      showOnCanvas({ stage: row.stage, instances: [], streams: [], notes: [row.note] }, [noteNodeId(row.note)]);
    else if (row.instance) showOnCanvas({ stage: row.stage, instances: [row.instance], streams: [] });
    else fold(row.key, !row.open);
  };
  const remove = (row: OutlineRow): void => {
    const { edit } = composer.getState();
    const { stage, stream, instance, group, note } = row;
    if (stream) edit((present) => disconnect(present, stage, stream));
    else if (group || note || (row.kind === 'instance' && instance)) {
      go(rows[at - 1]);
      const selection = group
        ? groupSelection(stage, group)
        : { stage, instances: instance ? [instance] : [], streams: [], ...(note ? { notes: [note] } : {}) };
      edit((present) => removeSelection(present, selection));
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!current || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = rows[at + 1];
    switch (event.key) {
      case 'ArrowDown':
        go(next);
        break;
      case 'ArrowUp':
        go(rows[at - 1]);
        break;
      case 'Home':
        go(rows[0]);
        break;
      case 'End':
        go(rows.at(-1));
        break;
      case 'ArrowRight':
        if (current.open === false) fold(current.key, true);
        else if (current.open) go(next);
        break;
      case 'ArrowLeft':
        if (current.open) fold(current.key, false);
        else go(rows.find((row) => row.key === current.parent));
        break;
      case 'Enter':
      case ' ':
        byKey.current = true;
        choose(current);
        byKey.current = false;
        break;
      case 'c':
        if (!current.group) return;
        fold(current.key, true);
        composer
          .getState()
          .edit((present) => foldGroup(present, current.stage, current.group?.id ?? '', !current.group?.collapsed));
        break;
      case 'Delete':
        remove(current);
        break;
      case 'Escape':
        if (!wire) return;
        setWire(undefined);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="outline">
      <div
        className="outline__tree"
        role="tree"
        aria-label="Outline of both canvases"
        ref={list}
        onKeyDown={onKeyDown}
        id="outline"
      >
        {rows.map((row) => {
          const chosen =
            selection.stage === row.stage &&
            (row.kind === 'instance'
              ? selection.instances.includes(row.instance ?? '')
              : row.kind === 'note'
                ? (selection.notes?.includes(row.note ?? '') ?? false)
                : (row.group?.members.every((id) => selection.instances.includes(id)) ?? false));
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the tree around it
            <div
              key={row.key}
              role="treeitem"
              data-key={row.key}
              className={`outline__row outline__row--${row.kind} outline__level--${row.level} ${row.refused ? 'outline__row--faint' : ''} ${wire && row.port && !row.refused ? 'outline__row--fits' : ''}`}
              aria-level={row.level}
              aria-expanded={row.open}
              aria-selected={chosen}
              tabIndex={row.key === current?.key ? 0 : -1}
              onClick={() => choose(row)}
              onFocus={() => setActive(row.key)}
            >
              {row.open === undefined ? (
                <span className="outline__fold" />
              ) : (
                <button
                  type="button"
                  className="outline__fold"
                  tabIndex={-1}
                  aria-hidden="true"
                  onClick={(event) => {
                    event.stopPropagation();
                    fold(row.key, !row.open);
                  }}
                >
                  <ChevronRight size={12} className={row.open ? 'outline__arrow--open' : ''} />
                </button>
              )}
              <span className="outline__label">{row.label}</span>
              {row.problem ? <TriangleAlert size={12} className="outline__problem" aria-hidden="true" /> : null}
              <span className="sr-only">{row.problem ? ', has problems, ' : ', '}</span>
              <span className="outline__detail">{row.refused ?? row.detail}</span>
            </div>
          );
        })}
      </div>
      <p className="palette__hint" role="status">
        {wire
          ? `Wire from ${endName(wire.port.end)}: go to a port and press Enter; Escape gives up.`
          : 'Arrow keys unfold and move, Enter selects. Enter on a free port begins a wire; C collapses a group on the canvas; Delete removes.'}
      </p>
    </div>
  );
}
