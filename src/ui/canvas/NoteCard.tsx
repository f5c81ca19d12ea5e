import { type NodeProps, useReactFlow } from '@xyflow/react';
import { type PointerEvent, useCallback, useEffect, useRef, useState } from 'react';
import { NOTE } from '../../core/design/annotations.ts';
import type { Note, StageName } from '../../core/design/types.ts';
import type { NoteNode } from '../drawing/flow.ts';
import { useCanvasSession } from '../drawing/session.ts';
import { resizeNote, writeNote } from '../../core/edit/annotations.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { Markdown } from '../components/Markdown.tsx';

function Writing({ stage, note }: { readonly stage: StageName; readonly note: Note }) {
  const [text, setText] = useState(note.text);
  const box = useRef<HTMLTextAreaElement>(null);
  const latest = useRef({ text, saved: note.text });
  latest.current.text = text;
  const finish = useCallback((): void => {
    const { text: written, saved } = latest.current;
    latest.current.saved = written;
    useCanvasSession.setState({ writing: undefined });
    if (written !== saved) composer.getState().edit(() => writeNote(stage, note.id, written));
  }, [stage, note.id]);
  useEffect(() => box.current?.focus(), []);
  // A note that scrolls out of sight is no longer mounted; what was written stays.
  useEffect(() => () => finish(), [finish]);
  return (
    <textarea
      ref={box}
      className="note__writing nodrag nowheel nopan"
      aria-label="Text of the note"
      maxLength={NOTE.mostCharacters}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={finish}
      onKeyDown={(event) => {
        event.stopPropagation();
        // Leaving keeps what was written; undo takes it back.
        if (event.key === 'Escape' || (event.key === 'Enter' && (event.ctrlKey || event.metaKey))) finish();
      }}
    />
  );
}

/** The corner that a note is made larger or smaller with. */
function Corner({
  stage,
  note,
  onSize,
}: {
  readonly stage: StageName;
  readonly note: Note;
  readonly onSize: (size: Note['size'] | undefined) => void;
}) {
  const flow = useReactFlow();
  const start = useRef<{ x: number; y: number } | undefined>(undefined);
  const sizeAt = (event: PointerEvent): Note['size'] => {
    const zoom = flow.getZoom();
    const bound = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));
    return {
      width: bound(
        note.size.width + (event.clientX - (start.current?.x ?? event.clientX)) / zoom,
        NOTE.least.width,
        NOTE.most.width,
      ),
      height: bound(
        note.size.height + (event.clientY - (start.current?.y ?? event.clientY)) / zoom,
        NOTE.least.height,
        NOTE.most.height,
      ),
    };
  };
  return (
    <span
      className="note__corner nodrag nopan"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerMove={(event) => start.current && onSize(sizeAt(event))}
      onPointerUp={(event) => {
        if (!start.current) return;
        const size = sizeAt(event);
        start.current = undefined;
        onSize(undefined);
        composer.getState().edit(() => resizeNote(stage, note.id, size));
      }}
    />
  );
}

/** A note on the canvas: read, and written in place after a double click or Enter. However writing ends, the text stays. */
export default function NoteCard({ data, selected }: NodeProps<NoteNode>) {
  const { stage } = data;
  const note = useComposer((state) =>
    state.design.stages[stage].notes?.find((candidate) => candidate.id === data.note),
  );
  const writing = useCanvasSession((state) => state.writing === `${stage}/${data.note}`);
  const [size, setSize] = useState<Note['size'] | undefined>();
  if (!note) return null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the node around it; the inspector writes notes, too
    <div
      className={`note ${selected ? 'note--selected' : ''}`}
      style={size}
      data-testid={`note:${stage}:${note.id}`}
      onDoubleClick={() => {
        if (!composer.getState().readOnly) useCanvasSession.setState({ writing: `${stage}/${note.id}` });
      }}
    >
      {writing ? (
        <Writing stage={stage} note={note} />
      ) : (
        <div className="note__text">
          {note.text === '' ? (
            <p className="muted">Empty note. Double-click to write.</p>
          ) : (
            <Markdown text={note.text} />
          )}
        </div>
      )}
      {selected ? <Corner stage={stage} note={note} onSize={setSize} /> : null}
    </div>
  );
}
