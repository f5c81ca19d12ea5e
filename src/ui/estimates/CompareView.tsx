import { useMemo } from 'react';
import { explain } from '../../core/estimate/design/explain.ts';
import { KIND_NAMES, type ResourceKind } from '../../core/targets/types.ts';
import { rate } from '../words/format.ts';
import { timeOf } from '../figures/time.ts';
import { type ShareRow, shareRows, type SystemRow, systemRows } from './compare-model.ts';
import { type Column, DataTable } from './DataTable.tsx';
import { energyFor, useAnalysis, useIdle } from '../figures/derived.ts';
import { PastBlock } from '../figures/Past.tsx';
import { Figure, Mark } from './Explain.tsx';
import { watts } from '../words/units.ts';

const seconds = (value: number | undefined): string => (value === undefined ? '–' : `${value.toPrecision(3)} s`);

function explained(row: SystemRow, which: 'prefill' | 'decode', text: string) {
  if (!row.own || text === '–') return text;
  const figure = row.key === 'bound' ? `${which}.boundSeconds` : `${which}.seconds`;
  return (
    <Figure
      question={{
        title: `${row.key === 'bound' ? 'Bound' : 'Time'} of ${which}`,
        evidence: row.evidence,
        about: row.key === 'bound' ? false : { stage: which, measure: `${which}.seconds` },
        answer: (analysis) => explain(analysis, figure),
      }}
      label={`${row.system}, ${which}: ${text}, ask where this comes from`}
    >
      {text}
    </Figure>
  );
}

const SYSTEMS: readonly Column<SystemRow>[] = [
  {
    id: 'system',
    label: 'System and evidence',
    value: (row) => row.system,
    cell: (row) => (
      <span className="data__name">
        {row.own ? <strong>{row.system}</strong> : row.system}
        <span className="data__under">
          <Mark evidence={row.evidence} />
        </span>
      </span>
    ),
  },
  { id: 'evidence', label: 'Evidence', csvOnly: true, value: (row) => row.evidence },
  { id: 'board', label: 'Board', csvOnly: true, value: (row) => row.board },
  {
    id: 'model',
    label: 'Model on board',
    value: (row) => row.model,
    cell: (row) => (
      <span
        className={`data__name ${row.alike ? '' : 'muted'}`}
        title={row.alike ? undefined : 'Another model: figures do not compare directly'}
      >
        {row.model}
        <span className="data__under">on {row.board}</span>
      </span>
    ),
  },
  {
    id: 'prefill',
    label: 'Prefill per 1k',
    numeric: true,
    help: 'Seconds per 1,000 prompt tokens',
    value: (row) => row.prefill ?? Number.NaN,
    cell: (row) => explained(row, 'prefill', seconds(row.prefill)),
  },
  {
    id: 'decode',
    label: 'Decode per 1k',
    numeric: true,
    help: 'Seconds per 1,000 generated tokens',
    value: (row) => row.decode ?? Number.NaN,
    cell: (row) => explained(row, 'decode', seconds(row.decode)),
  },
  {
    id: 'rate',
    label: 'Tokens/s',
    numeric: true,
    value: (row) => row.tokensPerSecond ?? Number.NaN,
    cell: (row) => (row.tokensPerSecond === undefined ? '–' : rate(row.tokensPerSecond)),
  },
  {
    id: 'watts',
    label: 'Power',
    numeric: true,
    value: (row) => row.watts ?? Number.NaN,
    cell: (row) => (row.watts === undefined ? '–' : watts(row.watts)),
  },
  {
    id: 'source',
    label: 'Source',
    value: (row) => row.source,
    cell: (row) => <span className="data__wrap muted">{row.source}</span>,
  },
];

const share = (value: number): string => `${(value * 100).toFixed(1)} %`;

const SHARES: readonly Column<ShareRow>[] = [
  {
    id: 'title',
    label: 'Published design',
    value: (row) => row.title,
    cell: (row) => (
      <span className="data__name">
        {row.title}
        <span className="data__under">
          <Mark evidence={row.evidence} />
        </span>
      </span>
    ),
  },
  { id: 'kind', label: 'Resource', value: (row) => KIND_NAMES[row.kind as ResourceKind] },
  {
    id: 'published',
    label: 'Published',
    numeric: true,
    value: (row) => row.published,
    cell: (row) => share(row.published),
  },
  {
    id: 'estimated',
    label: 'This design',
    numeric: true,
    value: (row) => row.estimated,
    cell: (row) => share(row.estimated),
  },
  {
    id: 'deviation',
    label: 'Difference',
    numeric: true,
    value: (row) => row.deviation,
    cell: (row) => `${row.deviation > 0 ? '+' : ''}${Math.round(row.deviation * 100)} %`,
  },
  { id: 'evidence', label: 'Evidence', csvOnly: true, value: (row) => row.evidence },
  {
    id: 'reason',
    label: 'Why they differ',
    value: (row) => row.reason,
    cell: (row) => <span className="data__wrap muted">{row.reason}</span>,
  },
];

/** The design beside what others have published, and beside the closed formulas. */
export default function CompareView() {
  const analysis = useAnalysis();
  const time = timeOf(analysis);
  const energy = useIdle(analysis, energyFor);
  const systems = useMemo(() => (time ? systemRows(analysis, time, energy) : []), [analysis, time, energy]);
  const shares = useMemo(() => shareRows(analysis), [analysis]);
  return (
    <div className="estimates__body estimates__body--top">
      <PastBlock>
        <div className="data__scroll">
          <DataTable
            title="Published figures for this board"
            name="comparison"
            columns={SYSTEMS}
            rows={systems}
            keyOf={(row) => row.key}
            selected={(row) => row.key === 'own'}
          />
        </div>
        <p className="muted">
          Rows in grey are other models or formats: they say what the board has been used for, not which design is
          better. Prefill and decode are per 1,000 tokens at the workload of the design.
        </p>
        {shares.length > 0 ? (
          <div className="data__scroll">
            <DataTable
              title="Resources beside FlexLLM, as shares of the whole device"
              name="resources-published"
              columns={SHARES}
              rows={shares}
              keyOf={(row) => row.key}
            />
          </div>
        ) : null}
      </PastBlock>
    </div>
  );
}
