import { Search } from 'lucide-react';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import type { StageName } from '../../core/design/types.ts';
import type { ModuleEntry } from '../../core/modules/types.ts';
import { CATEGORY_NAMES, STAGE_TITLES, titleInStage } from '../words/names.ts';
import { addModuleInView, dragText } from '../actions/module-drop.ts';
import { useCanvasSession } from '../drawing/session.ts';
import { ModuleGlyph } from '../components/ModuleGlyph.tsx';
import { useComposer } from '../state/app-store.ts';
import { addSegments, SEGMENTS_DRAG_TEXT } from '../actions/segments-drop.ts';
import { answers, type Found, searchModules } from './search.ts';

function PaletteItem({
  found,
  stage,
  used,
}: {
  readonly found: Found;
  readonly stage: StageName;
  readonly used: number;
}) {
  const { entry, alias } = found;
  return (
    <li>
      <button
        type="button"
        className="palette__item"
        draggable
        title={entry.help}
        data-testid={`palette:${entry.id}`}
        onDragStart={(event) => {
          event.dataTransfer.setData('text/plain', dragText(entry.id));
          event.dataTransfer.effectAllowed = 'copy';
          useCanvasSession.setState({ module: entry.id });
        }}
        onDragEnd={() => useCanvasSession.setState({ module: undefined, reuse: undefined })}
        onClick={() => addModuleInView(stage, entry.id)}
      >
        <ModuleGlyph glyph={entry.glyph} category={entry.category} />
        <span className="palette__name">
          <span className="sr-only">Add </span>
          {titleInStage(entry.title)}
          {alias ? <span className="palette__alias">{alias}</span> : null}
        </span>
        {used > 0 ? (
          <span className="palette__count" title={`${used} on this canvas`}>
            {used}
            <span className="sr-only"> on the canvas</span>
          </span>
        ) : null}
      </button>
    </li>
  );
}

const SEGMENTS = {
  title: 'Segments with a memory',
  /** By what it is found. */
  words: ['Segments', 'HMT', 'hierarchical memory transformer', 'long context'],
  glyph: 'M2.5 3h15v14h-15zM7.5 6.5v4M12.5 6.5v4M5 13.5h10',
  help: 'Goes around the whole of prefill: texts of any length are read in segments, with a memory of those before (Hierarchical Memory Transformer). Its modules come to the canvas, its sizes are in the inspector of the design.',
};

/** Segments with their memory: dropped on the canvas of prefill, they go around all that is there. */
function SegmentsItem() {
  const segmented = useComposer((state) => state.design.hmt !== undefined);
  return (
    <div className="palette__group">
      <h3>Around prefill</h3>
      <ul>
        <li>
          <button
            type="button"
            className="palette__item"
            draggable
            title={SEGMENTS.help}
            data-testid="palette:segments"
            onDragStart={(event) => {
              event.dataTransfer.setData('text/plain', SEGMENTS_DRAG_TEXT);
              event.dataTransfer.effectAllowed = 'copy';
            }}
            onClick={addSegments}
          >
            <ModuleGlyph glyph={SEGMENTS.glyph} category="memory" />
            <span className="palette__name">
              <span className="sr-only">Add </span>
              {SEGMENTS.title}
              <span className="palette__alias">HMT</span>
            </span>
            {segmented ? (
              <span className="palette__count" title="Prefill reads texts in segments">
                1<span className="sr-only"> on the canvas</span>
              </span>
            ) : null}
          </button>
        </li>
      </ul>
    </div>
  );
}

function grouped(found: readonly Found[]): readonly (readonly [ModuleEntry['category'], readonly Found[]])[] {
  const groups = new Map<ModuleEntry['category'], Found[]>();
  for (const item of found) groups.set(item.entry.category, [...(groups.get(item.entry.category) ?? []), item]);
  return [...groups];
}

/** The modules that can stand on the active canvas: dragged there, or added by click or Enter. */
export function Palette() {
  const stage = useComposer((state) => state.stage);
  const instances = useComposer((state) => state.design.stages[state.stage].instances);
  const [text, setText] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(() => searchModules(stage, text), [stage, text]);
  const used = (id: string): number => instances.filter((instance) => instance.module === id).length;

  const move = (event: KeyboardEvent, offset: number): void => {
    const buttons = [...(list.current?.querySelectorAll<HTMLButtonElement>('.palette__item') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[Math.max(0, Math.min(buttons.length - 1, at + offset))]?.focus();
    event.preventDefault();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') move(event, 1);
    else if (event.key === 'ArrowUp') move(event, -1);
  };
  const [best] = found;
  const segments = stage === 'prefill' && answers(SEGMENTS.words, text);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move between the buttons inside
    <div className="palette" onKeyDown={onKeyDown}>
      <h2 className="sr-only">Modules</h2>
      <div className="palette__search">
        <Search size={14} aria-hidden="true" />
        <input
          id="palette-search"
          type="search"
          aria-label="Search modules"
          placeholder={`Modules for ${STAGE_TITLES[stage].toLowerCase()}`}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && text !== '') {
              // What the list begins with.
              if (segments) addSegments();
              else if (best) addModuleInView(stage, best.entry.id);
            }
            if (event.key === 'Escape' && text !== '') {
              setText('');
              event.stopPropagation();
            }
          }}
        />
      </div>
      <section className="palette__list" ref={list} aria-label="Modules">
        {segments ? <SegmentsItem /> : null}
        {found.length === 0 && !segments ? (
          <p className="palette__none">
            No module of {stage} answers to “{text}”. The other canvas has others.
          </p>
        ) : null}
        {grouped(found).map(([category, items]) => (
          <div key={category} className="palette__group">
            <h3>{CATEGORY_NAMES[category]}</h3>
            <ul>
              {items.map((item) => (
                <PaletteItem key={item.entry.id} found={item} stage={stage} used={used(item.entry.id)} />
              ))}
            </ul>
          </div>
        ))}
      </section>
      <p className="palette__hint">
        Drag onto the canvas, or press Enter. Drop onto an instance of the same kind to reuse it.
      </p>
    </div>
  );
}
