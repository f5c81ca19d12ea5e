import { useEffect, useState } from 'react';
import { composer } from '../state/app-store.ts';
import { replaceDesign } from '../../core/edit/settings.ts';
import { readFile } from '../files/read-file.ts';
import { listRevisions, type Revision, revisionText } from '../files/revisions.ts';
import { closeDialog } from '../state/dialogs.ts';
import { Shell } from './Shell.tsx';

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

async function recover(revision: Revision): Promise<void> {
  const text = await revisionText(revision.id);
  const read = text === undefined ? { problem: 'The browser no longer has it.' } : readFile(text);
  const { edit, notify } = composer.getState();
  if ('problem' in read) notify(`This revision cannot be recovered. ${read.problem}`, { tone: 'error' });
  else if (edit(() => replaceDesign(read.design, `Recover ${revision.name}`))) {
    closeDialog();
    notify(`Recovered ${revision.name}. Undo brings the former design back.`, { tone: 'success' });
  }
}

/** The last twenty states that the browser has kept, of this and of earlier designs. */
export default function RecoverDialog() {
  const [revisions, setRevisions] = useState<readonly Revision[] | undefined>();
  useEffect(() => void listRevisions().then(setRevisions), []);
  return (
    <Shell
      title="Recover an earlier state"
      description="This browser keeps the last 20 states of your designs. Recovering takes the place of the present design; undo brings that back."
    >
      {revisions?.length === 0 ? (
        <p className="panel-empty">Nothing has been kept yet: states are kept as you edit.</p>
      ) : null}
      <ul className="samples">
        {revisions?.map((revision) => (
          <li key={revision.id}>
            <button type="button" className="samples__item" onClick={() => void recover(revision)}>
              <span className="samples__title">{revision.name}</span>
              <span className="samples__summary">
                {TIME.format(revision.saved)} · {revision.label}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Shell>
  );
}
