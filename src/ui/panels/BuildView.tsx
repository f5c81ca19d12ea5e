import { X } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import type { HardwareReport } from '../../core/models/hardware-report.ts';
import { KIND_NAMES, RESOURCE_KINDS, type ResourceKind } from '../../core/targets/types.ts';
import { chooseText } from '../files/browser-files.ts';
import { STAGE_TITLES } from '../words/names.ts';
import { duration, rate, whole } from '../words/format.ts';
import { IconButton } from '../components/IconButton.tsx';
import { type Column, DataTable } from '../estimates/DataTable.tsx';
import { makeRoom } from './lower-panel.tsx';
import { ToolAnswers } from './ToolAnswers.tsx';
import { showInstance } from '../actions/reveal.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { forgetBuild, takeBuild } from '../../core/edit/build-figures.ts';
import { type BuildRow, buildRows, deviation, real, signedPercent } from '../figures/build-model.ts';
import { importResult } from '../figures/import-report.ts';
import { useReport } from '../figures/report-store.ts';

const shown = (value: number | null, text: (value: number) => string): string => (value === null ? '–' : text(value));
const figure = (value: number | null): string => shown(value, whole);
const fixed = (value: number | null, digits: number, unit: string): string =>
  shown(value, (known) => `${known.toFixed(digits)} ${unit}`);

function columnsFor(kind: ResourceKind): Column<BuildRow>[] {
  return [
    {
      id: 'id',
      label: 'Instance',
      value: (row) => row.id,
      cell: (row) => (
        <button type="button" className="link mono" onClick={() => showInstance(row.stage, row.id)}>
          {row.id}
        </button>
      ),
    },
    { id: 'stage', label: 'Stage', value: (row) => STAGE_TITLES[row.stage] },
    { id: 'module', label: 'Module', value: (row) => row.module },
    {
      id: 'estimated',
      label: 'Estimated',
      numeric: true,
      value: (row) => row.estimated[kind] ?? Number.NaN,
      cell: (row) => figure(row.estimated[kind]),
    },
    {
      id: 'synthesised',
      label: 'Synthesised',
      numeric: true,
      value: (row) => row.synthesised?.[kind] ?? Number.NaN,
      cell: (row) => figure(row.synthesised?.[kind] ?? null),
    },
    {
      id: 'implemented',
      label: 'Implemented',
      numeric: true,
      value: (row) => row.implemented?.[kind] ?? Number.NaN,
      cell: (row) => figure(row.implemented?.[kind] ?? null),
    },
    {
      id: 'deviation',
      label: 'Real against estimate',
      numeric: true,
      value: (row) => deviation(row, kind) ?? Number.NaN,
      cell: (row) => signedPercent(deviation(row, kind)),
    },
    {
      id: 'interval',
      label: 'II',
      help: 'Largest initiation interval of its loops, as synthesised',
      numeric: true,
      value: (row) => row.interval ?? Number.NaN,
      cell: (row) => (
        <span className={row.interval !== null && row.interval > 1 ? 'alert' : ''}>{figure(row.interval)}</span>
      ),
    },
  ];
}

interface PerformanceRow {
  readonly what: string;
  readonly estimated: string;
  readonly measured: string;
}

function performanceRows({ performance: { estimated, measured } }: HardwareReport): PerformanceRow[] {
  const row = (
    what: string,
    of: (from: typeof estimated) => number | null,
    text: (value: number) => string,
  ): PerformanceRow => ({
    what,
    estimated: shown(of(estimated), text),
    measured: shown(measured ? of(measured) : null, text),
  });
  const tenths = (value: number): string => fixed(value, 1, 'W');
  return [
    row('Prefill', (from) => from.prefillSeconds, duration),
    row('Time to first token', (from) => from.timeToFirstToken, duration),
    row('Decode', (from) => from.decodeSeconds, duration),
    row('Tokens per second', (from) => from.tokensPerSecond, rate),
    row('Power in prefill', (from) => from.prefillWatts, tenths),
    row('Power in decode', (from) => from.decodeWatts, tenths),
  ];
}

const PERFORMANCE: readonly Column<PerformanceRow>[] = [
  { id: 'what', label: 'Figure', value: (row) => row.what },
  { id: 'estimated', label: 'Estimated', numeric: true, value: (row) => row.estimated },
  { id: 'measured', label: 'Measured', numeric: true, value: (row) => row.measured },
];

type KernelRow = HardwareReport['kernels'][number];

const KERNELS: readonly Column<KernelRow>[] = [
  { id: 'name', label: 'Kernel', value: (row) => row.name, cell: (row) => <span className="mono">{row.name}</span> },
  {
    id: 'asked',
    label: 'Clock asked for',
    numeric: true,
    value: (row) => row.clock.asked ?? Number.NaN,
    cell: (row) => fixed(row.clock.asked, 0, 'MHz'),
  },
  {
    id: 'synthesised',
    label: 'C synthesis',
    numeric: true,
    value: (row) => row.clock.synthesised ?? Number.NaN,
    cell: (row) => fixed(row.clock.synthesised, 0, 'MHz'),
  },
  {
    id: 'implemented',
    label: 'Routed',
    numeric: true,
    value: (row) => row.clock.implemented ?? Number.NaN,
    cell: (row) => fixed(row.clock.implemented, 0, 'MHz'),
  },
  {
    id: 'achieved',
    label: 'Runs at',
    numeric: true,
    value: (row) => row.clock.achieved ?? Number.NaN,
    cell: (row) => fixed(row.clock.achieved, 0, 'MHz'),
  },
  {
    id: 'slack',
    label: 'Worst slack',
    numeric: true,
    value: (row) => row.worstSlack ?? Number.NaN,
    cell: (row) => fixed(row.worstSlack, 3, 'ns'),
  },
];

async function choose(): Promise<void> {
  const file = await chooseText('.json,application/json');
  if (file) importResult(file.name, file.text);
}

function OpenButton() {
  return (
    <button type="button" className="button" onClick={() => void choose()}>
      Open report.json or probe.json…
    </button>
  );
}

function ReportTables({ report, file }: { readonly report: HardwareReport; readonly file: string }) {
  const [kind, setKind] = useState<ResourceKind>('lut');
  const rows = useMemo(() => buildRows(report), [report]);
  const columns = useMemo(() => columnsFor(kind), [kind]);
  const taken = useComposer((state) => (state.design.built ?? state.design.builtClocks) !== undefined);
  const { edit } = composer.getState();
  const broken = report.files.filter((one) => one.problem !== null);
  const { measured } = report.performance;
  return (
    <>
      <div className="estimates__bar">
        <span title={`Read from ${file}`}>
          <strong>{report.design}</strong> on {report.board === 'u280' ? 'Alveo U280' : 'Alveo V80'}
          {report.release === null ? '' : `, tools ${report.release}`}, {report.created.slice(0, 10)}
        </span>
        <button type="button" className="button" onClick={() => edit((design) => takeBuild(design, report))}>
          Use these figures in the estimates
        </button>
        {taken ? (
          <button type="button" className="button" onClick={() => edit(() => forgetBuild)}>
            Estimate again
          </button>
        ) : null}
        <IconButton
          label="Close the report"
          className="estimates__close"
          onClick={() => useReport.setState({ report: undefined, file: '' })}
        >
          <X size={15} />
        </IconButton>
      </div>
      {broken.length > 0 ? (
        <div className="verdict-box verdict-box--amber">
          <div>
            <strong>Not all reports could be read.</strong>{' '}
            {broken
              .slice(0, 4)
              .map((one) => `${one.path}: ${one.problem}`)
              .join(' ')}
            {broken.length > 4 ? ` And ${broken.length - 4} more.` : ''}
          </div>
        </div>
      ) : null}
      <div className="estimates__columns estimates__columns--wide">
        <DataTable
          title="Speed and power"
          tools={
            <span className="muted">
              {measured
                ? `measured with ${measured.prompt} prompt and ${measured.generated} generated tokens`
                : 'not run on a card yet'}
            </span>
          }
          name="build-performance"
          columns={PERFORMANCE}
          rows={performanceRows(report)}
          keyOf={(row) => row.what}
        />
        <DataTable
          title="Clocks"
          name="build-clocks"
          columns={KERNELS}
          rows={report.kernels}
          keyOf={(row) => row.name}
        />
      </div>
      <div className="data__scroll">
        <DataTable
          title="Instances"
          name={`build-${kind}`}
          columns={columns}
          rows={rows}
          keyOf={(row) => row.key}
          start={{ column: 'estimated', down: true }}
          tools={
            <span className="inline-field">
              <label htmlFor="build-kind">Resource</label>
              <select
                id="build-kind"
                className="select"
                value={kind}
                onChange={(event) => setKind(event.target.value as ResourceKind)}
              >
                {RESOURCE_KINDS.map((one) => (
                  <option key={one} value={one}>
                    {KIND_NAMES[one]}
                  </option>
                ))}
              </select>
            </span>
          }
        />
      </div>
      {rows.every((row) => real(row, kind) === null) ? (
        <p className="muted">
          The report has no {KIND_NAMES[kind]} of single instances yet: run synth in the exported project.
        </p>
      ) : null}
    </>
  );
}

/** What became of the design in the tools and on the card, beside its estimates. */
export default function BuildView() {
  const report = useReport((state) => state.report);
  const file = useReport((state) => state.file);
  const answers = useComposer((state) => state.design.probe);
  const filled = report !== undefined || answers !== undefined;
  useEffect(() => {
    if (filled) makeRoom();
  }, [filled]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
    <section className="view view__scroll estimates" tabIndex={0} aria-label="Build" data-testid="panel-build">
      {filled ? (
        <div className="estimates__body estimates__body--top">
          {report ? (
            <ReportTables report={report} file={file} />
          ) : (
            <div className="estimates__bar">
              <OpenButton />
            </div>
          )}
          {answers ? <ToolAnswers answers={answers} /> : null}
        </div>
      ) : (
        <div className="panel-empty">
          <p>
            With the tools for the first time? <code>node run.mjs probe</code> asks them what designs rest on, and
            writes <code>probe.json</code>: drop it here, and the design takes the forms that hold.
          </p>
          <p>
            Export the project, run <code>node run.mjs all</code> where the tools are, then{' '}
            <code>node run.mjs report</code>. It writes <code>report.json</code>: drop it here to see estimated,
            synthesised, implemented and measured figures side by side.
          </p>
          <OpenButton />
        </div>
      )}
    </section>
  );
}
