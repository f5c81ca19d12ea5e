import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { STAGE_NAMES } from '../../core/design/types.ts';
import { STAGE_TITLES } from '../words/names.ts';
import { duration, rate, whole } from '../words/format.ts';
import { bytes, watts } from '../words/units.ts';
import { Shell } from '../dialogs/Shell.tsx';
import { composer, useComposer } from '../state/app-store.ts';
import { type Comparison, compareDesigns, difference, type FigureRow, type PassRow, type Row } from './compare.ts';
import { DesignChoice } from './DesignChoice.tsx';
import { type Chosen, firstChoice, readChoice } from '../files/design-choice.ts';

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

/** Nothing differs: no setting, no instance. */
const isSame = ({ settings, instances }: Comparison): boolean =>
  settings.length === 0 && STAGE_NAMES.every((stage) => instances[stage].length === 0);

type Names = readonly [string, string];

function Head({
  of,
  names,
  numbers,
  difference: last,
}: {
  readonly of: string;
  readonly names: Names;
  readonly numbers?: boolean;
  readonly difference?: boolean;
}) {
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

function Figures({
  title,
  rows,
  names,
}: {
  readonly title: string;
  readonly rows: readonly FigureRow[];
  readonly names: Names;
}) {
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
function Schedules({
  title,
  rows,
  names,
}: {
  readonly title: string;
  readonly rows: readonly PassRow[];
  readonly names: Names;
}) {
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

function Rows({
  title,
  rows,
  names,
}: {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly names: Names;
}) {
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
  const [first, setFirst] = useState<string | undefined>();
  const [chosen, setChosen] = useState<Chosen | undefined>();
  useEffect(() => {
    const { design, history } = composer.getState();
    void firstChoice(design, history.past).then(async (id) => {
      setChosen(id === '' ? undefined : await readChoice(id));
      setFirst(id);
    });
  }, []);
  const other = chosen && 'design' in chosen ? chosen.design : undefined;
  const found = useMemo(() => (other ? compareDesigns(present, other) : undefined), [present, other]);
  const same = found !== undefined && isSame(found);
  const names: [string, string] = [`${present.name} (this one)`, other?.name ?? ''];
  return (
    <Shell
      wide
      title="Compare two designs"
      description="The present design beside another one: every estimated figure, both schedules, and all that differs. Nothing here is measured. Figures of other people's systems are in the lower panel under Published."
    >
      {first === undefined ? null : <DesignChoice label="With" first={first} onChoose={setChosen} />}
      {first === '' && chosen === undefined ? (
        <p className="muted">
          This design was made from no sample and has no saved state yet: choose what to compare with.
        </p>
      ) : null}
      {same ? <p className="muted">The two are the same design: nothing has been changed.</p> : null}
      {chosen && 'problem' in chosen ? <p className="field__problem">{chosen.problem}</p> : null}
      {found && other ? (
        <div className="compare">
          <Figures title="Figures" rows={found.figures} names={names} />
          <Rows title="Settings that differ" rows={found.settings} names={names} />
          {STAGE_NAMES.map((stage) => (
            <Schedules
              key={stage}
              title={`Schedule of ${STAGE_TITLES[stage].toLowerCase()}`}
              rows={found.passes[stage]}
              names={names}
            />
          ))}
          {STAGE_NAMES.map((stage) => (
            <Rows
              key={stage}
              title={`Parameters and operations of ${STAGE_TITLES[stage].toLowerCase()} that differ`}
              rows={found.instances[stage]}
              names={names}
            />
          ))}
        </div>
      ) : null}
    </Shell>
  );
}
