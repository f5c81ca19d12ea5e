import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { type Design, STAGE_NAMES } from '../../core/design/types.ts';
import { SAMPLES } from '../../core/templates/samples.ts';
import { chooseText } from '../actions/files.ts';
import { STAGE_TITLES } from '../canvas/CanvasTitle.tsx';
import { duration, rate, whole } from '../components/format.ts';
import { bytes, watts } from '../estimates/units.ts';
import { Shell } from '../dialogs/Shell.tsx';
import { useComposer } from '../state/app-store.ts';
import { readFile } from '../state/read-file.ts';
import { listRevisions, type Revision, revisionText } from '../state/revisions.ts';
import { compareDesigns, difference, type FigureRow, type PassRow, type Row } from './compare.ts';

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' });

function show({ unit }: FigureRow, value: number | undefined): string {
  if (value === undefined) return '—';
  if (unit === 's') return duration(value);
  if (unit === 'tokens/s') return `${rate(value)} tokens/s`;
  if (unit === 'W') return watts(value);
  if (unit === 'J') return `${value.toPrecision(3)} J`;
  if (unit === 'bytes') return bytes(value);
  if (unit === 'cycles') return `${whole(value)} cycles`;
  if (unit === '%') return `${value.toFixed(1)} %`;
  return Number.isInteger(value) || value >= 1000 ? whole(value) : value.toPrecision(3);
}

function tone({ lessIsBetter, a, b }: FigureRow): string {
  if (lessIsBetter === undefined || a === undefined || b === undefined || difference(a, b) === 'equal') return '';
  return b < a === lessIsBetter ? 'compare__better' : 'compare__worse';
}

type Names = readonly [string, string];

function Head({ of, names, numbers, difference: last }: { readonly of: string; readonly names: Names; readonly numbers?: boolean; readonly difference?: boolean }) {
  const number = numbers ? 'figures__number' : undefined;
  return (
    <thead>
      <tr>
        <th scope="col">{of}</th>
        <th scope="col" className={number}>
          {names[0]}
        </th>
        <th scope="col" className={number}>
          {names[1]}
        </th>
        {last ? (
          <th scope="col" className="figures__number">
            Difference
          </th>
        ) : null}
      </tr>
    </thead>
  );
}

/** A line of figures: how each of them is shown is the table's business. */
function Line({ row, a, b }: { readonly row: FigureRow; readonly a: ReactNode; readonly b: ReactNode }) {
  return (
    <tr>
      <th scope="row">{row.label}</th>
      {a}
      {b}
      <td className={`figures__number ${tone(row)}`}>{difference(row.a, row.b)}</td>
    </tr>
  );
}

function Figures({ title, rows, names }: { readonly title: string; readonly rows: readonly FigureRow[]; readonly names: Names }) {
  const cell = (row: FigureRow, value: number | undefined) => <td className="figures__number">{show(row, value)}</td>;
  return (
    <table className="figures compare__table">
      <caption>{title}</caption>
      <Head of="Figure" names={names} numbers difference />
      <tbody>
        {rows.map((row) => (
          <Line key={row.label} row={row} a={cell(row, row.a)} b={cell(row, row.b)} />
        ))}
      </tbody>
    </table>
  );
}

/** Both schedules side by side: what works in a pass of the same number, and how long it takes. */
function Schedules({ title, rows, names }: { readonly title: string; readonly rows: readonly PassRow[]; readonly names: Names }) {
  const cell = (value: number | undefined, operations: string) =>
    operations === '' ? (
      <td className="muted">not there</td>
    ) : (
      <td>
        {value === undefined ? null : <span className="compare__cycles">{whole(value)} cycles</span>}
        <span className="compare__operations">{operations}</span>
      </td>
    );
  return (
    <table className="figures compare__table compare__table--wide">
      <caption>{title}</caption>
      <Head of="Pass" names={names} difference />
      <tbody>
        {rows.map((row) => (
          <Line key={row.label} row={row} a={cell(row.a, row.operationsA)} b={cell(row.b, row.operationsB)} />
        ))}
      </tbody>
    </table>
  );
}

function Rows({ title, rows, names }: { readonly title: string; readonly rows: readonly Row[]; readonly names: Names }) {
  return (
    <section>
      <h3>{title}</h3>
      {rows.length === 0 ? (
        <p className="muted">No difference.</p>
      ) : (
        <table className="figures compare__table compare__table--wide">
          <Head of="What" names={names} />
          <tbody>
            {rows.map((row) => (
              <tr key={row.label}>
                <th scope="row">{row.label}</th>
                <td>{row.a || <span className="muted">not there</span>}</td>
                <td>{row.b || <span className="muted">not there</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** The present design beside a sample, an earlier state, or a file. */
export default function CompareDialog() {
  const present = useComposer((state) => state.design);
  const [other, setOther] = useState<Design | undefined>(() => SAMPLES.find((sample) => sample.id !== present.name)?.design());
  const [chosen, setChosen] = useState<string>(() => SAMPLES.find((sample) => sample.id !== present.name)?.id ?? '');
  const [revisions, setRevisions] = useState<readonly Revision[]>([]);
  const [problem, setProblem] = useState<string | undefined>();
  useEffect(() => void listRevisions().then(setRevisions), []);
  const read = (text: string | undefined): void => {
    const result = text === undefined ? { problem: 'The browser no longer has it.' } : readFile(text);
    setProblem('problem' in result ? result.problem : undefined);
    if (!('problem' in result)) setOther(result.design);
  };
  const choose = async (id: string): Promise<void> => {
    setChosen(id);
    const sample = SAMPLES.find((candidate) => candidate.id === id);
    if (sample) {
      setProblem(undefined);
      setOther(sample.design());
    } else if (id === 'file') {
      const file = await chooseText('.json,application/json');
      if (file) read(file.text);
    } else read(await revisionText(id));
  };
  const found = useMemo(() => (other ? compareDesigns(present, other) : undefined), [present, other]);
  const names: [string, string] = [`${present.name} (this one)`, other?.name ?? ''];
  return (
    <Shell wide title="Compare two designs" description="The present design beside another one: every estimated figure, both schedules, and all that differs. Nothing here is measured. Figures of other people's systems are in the lower panel under Published.">
      <div className="field">
        <label className="field__label" htmlFor="compare-with">
          With
        </label>
        <select id="compare-with" className="select" value={chosen} onChange={(event) => void choose(event.target.value)}>
          <optgroup label="Samples">
            {SAMPLES.map((sample) => (
              <option key={sample.id} value={sample.id}>
                {sample.title}
              </option>
            ))}
          </optgroup>
          {revisions.length > 0 ? (
            <optgroup label="Earlier states">
              {revisions.map((revision) => (
                <option key={revision.id} value={revision.id}>
                  {TIME.format(revision.saved)} · {revision.name} · {revision.label}
                </option>
              ))}
            </optgroup>
          ) : null}
          <option value="file">A file…</option>
        </select>
        {problem ? <p className="field__problem">{problem}</p> : null}
      </div>
      {found && other ? (
        <div className="compare">
          <Figures title="Figures" rows={found.figures} names={names} />
          <Rows title="Settings that differ" rows={found.settings} names={names} />
          {STAGE_NAMES.map((stage) => (
            <Schedules key={stage} title={`Schedule of ${STAGE_TITLES[stage].toLowerCase()}`} rows={found.passes[stage]} names={names} />
          ))}
          {STAGE_NAMES.map((stage) => (
            <Rows key={stage} title={`Parameters and operations of ${STAGE_TITLES[stage].toLowerCase()} that differ`} rows={found.instances[stage]} names={names} />
          ))}
        </div>
      ) : null}
    </Shell>
  );
}
