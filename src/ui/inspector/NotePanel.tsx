import { useEffect, useId, useState } from 'react';
import { NOTE } from '../../core/design/annotations.ts';
import type { Note, StageName } from '../../core/design/types.ts';
import { NumberField } from '../components/TextField.tsx';
import { resizeNote, writeNote } from '../../core/edit/annotations.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { Markdown } from '../components/Markdown.tsx';
import { SelectionTools } from './SelectionTools.tsx';

function Fields({ stage, note }: { readonly stage: StageName; readonly note: Note }) {
  const id = useId();
  const [text, setText] = useState(note.text);
  useEffect(() => setText(note.text), [note.text]);
  const { edit } = composer.getState();
  const { width, height } = note.size;
  return (
    <>
      <div className="field">
        <label className="field__label" htmlFor={id}>
          Text
        </label>
        <textarea
          id={id}
          className="input input--area"
          rows={8}
          maxLength={NOTE.mostCharacters}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={() => text !== note.text && edit(() => writeNote(stage, note.id, text))}
        />
        <p className="field__help">
          # heading, - list, **bold**, *italic*, `code`. A note is a remark: it changes no estimate and no generated
          code.
        </p>
      </div>
      <div className="field-pair">
        <NumberField
          label="Width"
          value={Math.round(width)}
          least={NOTE.least.width}
          most={NOTE.most.width}
          onCommit={(value) => edit(() => resizeNote(stage, note.id, { width: value, height }))}
        />
        <NumberField
          label="Height"
          value={Math.round(height)}
          least={NOTE.least.height}
          most={NOTE.most.height}
          onCommit={(value) => edit(() => resizeNote(stage, note.id, { width, height: value }))}
        />
      </div>
    </>
  );
}

/** A note: its text, and its size for those who do not drag. */
export default function NotePanel({ stage, id }: { readonly stage: StageName; readonly id: string }) {
  const note = useComposer((state) => state.design.stages[stage].notes?.find((candidate) => candidate.id === id));
  if (!note) return null;
  const selection = { stage, instances: [], streams: [], notes: [id] };
  return (
    <div className="inspector">
      <div className="panel-head">
        <h2>Note</h2>
        <span className="panel-head__note">{stage}</span>
        <SelectionTools selection={selection} />
      </div>
      <section className="inspector__section">
        <Fields stage={stage} note={note} />
      </section>
      {note.text.trim() === '' ? null : (
        <section className="inspector__section note__text" aria-label="The note as it is read">
          <Markdown text={note.text} />
        </section>
      )}
    </div>
  );
}
