import { GripVertical } from 'lucide-react';
import { useMemo, useState } from 'react';
import { speedOf } from '../../core/estimate/design/measures.ts';
import { explain } from '../../core/estimate/design/explain.ts';
import { atLeadingClocks } from '../../core/estimate/stage/clocks.ts';
import { type PortLoad, stageBandwidth } from '../../core/estimate/stage/ports.ts';
import { profile } from '../../core/estimate/stage/resources.ts';
import type { Target } from '../../core/targets/types.ts';
import { STAGE_TITLES } from '../words/names.ts';
import { whole } from '../words/format.ts';
import { StageSwitch } from '../components/StageSwitch.tsx';
import { composer, useComposer } from '../state/app-store.ts';
import { BankGrid, movePort, PORT_DRAG } from './BankGrid.tsx';
import { type Column, DataTable } from './DataTable.tsx';
import { loadsOf, mapOf, useAnalysis } from '../figures/derived.ts';
import { Past, PastBlock } from '../figures/Past.tsx';
import { Figure, Mark } from './Explain.tsx';
import { bankCells, placesFor } from './memory-model.ts';
import { bandwidth, bytes, percent } from '../words/units.ts';

const AUTOMATIC = 'automatic';

/** The bank of a port. All places are listed only once it is about to be opened: a card has many banks, a design many ports. */
function BankChoice({ load, target }: { readonly load: PortLoad; readonly target: Target }) {
  const [open, setOpen] = useState(false);
  const own = load.automatic ? AUTOMATIC : (load.bank ?? '');
  const places = open ? placesFor(target, load) : [];
  const wake = (): void => setOpen(true);
  return (
    <select
      className="select select--cell"
      aria-label={`Bank of ${load.key}`}
      value={own}
      onFocus={wake}
      onPointerEnter={wake}
      onChange={(event) => movePort(load.key, event.target.value === AUTOMATIC ? undefined : event.target.value)}
    >
      <option value={AUTOMATIC}>{load.automatic ? `${load.bank ?? 'no bank'} (auto)` : AUTOMATIC}</option>
      {load.automatic || places.includes(own) ? null : <option value={own}>{own}</option>}
      {places.map((place) => (
        <option key={place} value={place}>
          {place}
        </option>
      ))}
    </select>
  );
}

function columnsFor(target: Target): Column<PortLoad>[] {
  return [
    {
      id: 'port',
      label: 'Port',
      value: (load) => load.key,
      cell: (load) => (
        <span className="grip">
          <GripVertical size={12} aria-hidden="true" />
          <span>
            <span className="mono">{load.name}</span>
            <span className="data__under">
              {load.content}, {load.direction === 'both' ? 'read and write' : load.direction}
            </span>
          </span>
        </span>
      ),
    },
    { id: 'content', label: 'Content', csvOnly: true, value: (load) => load.content },
    {
      id: 'bank',
      label: 'Bank',
      value: (load) => load.bank ?? '',
      cell: (load) => <BankChoice load={load} target={target} />,
    },
    {
      id: 'width',
      label: 'Width',
      numeric: true,
      value: (load) => load.widthBits,
      cell: (load) => `${load.widthBits} bit`,
    },
    { id: 'size', label: 'Buffer', numeric: true, value: (load) => load.size, cell: (load) => bytes(load.size) },
    {
      id: 'bytes',
      label: 'Per run',
      numeric: true,
      help: 'Bytes per prompt (prefill) or per token (decode)',
      value: (load) => load.bytes,
      cell: (load) => bytes(load.bytes),
    },
    {
      id: 'passes',
      label: 'Per pass',
      help: 'Bytes per run of each pass in which it transfers',
      numeric: true,
      value: (load) => Math.max(0, ...load.passes.map((pass) => pass.bytes)),
      cell: (load) => {
        const most = [...load.passes].sort((a, b) => b.bytes - a.bytes)[0];
        return most ? (
          <span
            title={load.passes.map((pass) => `pass ${pass.pass}: ${whole(pass.bytes)} bytes`).join('\n')}
          >{`${bytes(most.bytes)} in P${most.pass}${load.passes.length > 1 ? ` +${load.passes.length - 1}` : ''}`}</span>
        ) : (
          '–'
        );
      },
    },
    {
      id: 'duty',
      label: 'Duty',
      numeric: true,
      help: 'Largest share of the cycles of a pass in which it transfers a word',
      value: (load) => load.duty,
      cell: (load) => percent(load.duty),
    },
    {
      id: 'share',
      label: 'Of bank',
      numeric: true,
      help: 'Demand in its busiest pass over what the bank sustains',
      value: (load) => load.share,
      cell: (load) => (
        <Figure
          label={`${load.key}: ${percent(load.share)} of what its bank sustains, ask where this comes from`}
          question={{
            title: load.key,
            evidence: 'modelled',
            about: { stage: load.stage, measure: speedOf(load.stage) },
            answer: (analysis) => explain(analysis, `port.${load.key}`),
          }}
        >
          <span className={load.share > 1 ? 'alert' : ''}>{percent(load.share)}</span>
        </Figure>
      ),
    },
  ];
}

/** Ports of the kernels and the banks they are mapped to. */
export default function MemoryView() {
  const analysis = useAnalysis();
  const stage = useComposer((state) => state.stage);
  const [bank, setBankShown] = useState<string | undefined>();
  const map = mapOf(analysis);
  const loads = loadsOf(analysis);
  const cells = useMemo(() => (map ? bankCells(map, loads, stage) : []), [map, loads, stage]);
  const { target } = profile(analysis);
  const columns = useMemo(() => columnsFor(target), [target]);
  const width = useMemo(() => stageBandwidth(atLeadingClocks(analysis), loads), [analysis, loads]);
  const chosen = cells.find((cell) => cell.name === bank);
  const rows = useMemo(
    () => loads.filter((load) => (chosen ? chosen.ports.includes(load.key) : load.stage === stage)),
    [loads, chosen, stage],
  );
  if (!map) return null;
  const own = Object.keys(analysis.design.banks ?? {});
  const over = cells.filter((cell) => cell.load > 1.0005);
  const peak = width[stage];
  return (
    <div className="estimates__body">
      <div className="estimates__bar">
        <StageSwitch stage={stage} onChange={(next) => composer.getState().setStage(next)} label="Stage of the ports" />
        <span>
          {STAGE_TITLES[stage]} asks for{' '}
          <Past stages={[stage]}>
            <Figure
              question={{
                title: `Peak bandwidth of ${stage}`,
                evidence: 'modelled',
                about: { stage, measure: speedOf(stage) },
                answer: (now) => explain(now, `memory.${stage}`),
              }}
            >
              {bandwidth(peak.peak)}, {(peak.share * 100).toFixed(1)} %
            </Figure>
          </Past>{' '}
          of {bandwidth(peak.ceiling)}
        </span>
        <span className="muted">
          {target.family === 'ultrascale'
            ? `${map.hbmPorts} of ${map.hbmLimit} HBM ports`
            : `${map.hbmPorts} kernel ports on ${map.hbmLimit} HBM channels${map.problems.some(({ code }) => code === 'channels-shared') ? '' : ': none waits for another in a pass'}`}
        </span>
      </div>
      {map.problems.map((problem) => (
        <div
          key={problem.message}
          className={`verdict-box verdict-box--${problem.severity === 'error' ? 'red' : 'amber'}`}
        >
          {problem.message}
        </div>
      ))}
      {over.length > 0 ? (
        <div className="verdict-box verdict-box--amber">
          {over.length === 1
            ? `${over[0]?.name} limits the design: it is`
            : `${over.length} banks limit the design: they are`}{' '}
          asked for up to {percent(Math.max(...over.map((cell) => cell.load)))} of what{' '}
          {over.length === 1 ? 'it sustains' : 'they sustain'}, so passes take longer than their loops.
        </div>
      ) : null}
      <PastBlock stages={[stage]}>
        <BankGrid stage={stage} cells={cells} chosen={bank} onChoose={setBankShown} />
        <div className="data__scroll">
          <DataTable
            title={chosen ? `Ports on ${chosen.name}` : `Ports of ${stage}`}
            name={`ports-${stage}`}
            columns={columns}
            rows={rows}
            keyOf={(load) => load.key}
            start={{ column: 'share', down: true }}
            rowProps={(load) => ({
              draggable: true,
              onDragStart: (event) => {
                event.dataTransfer.setData(PORT_DRAG, load.key);
                event.dataTransfer.effectAllowed = 'move';
              },
            })}
            tools={
              <>
                <span className="muted">
                  bytes <Mark evidence="counted" /> shares <Mark evidence="modelled" />
                </span>
                {chosen ? (
                  <button type="button" className="link" onClick={() => setBankShown(undefined)}>
                    Show all ports of {stage}
                  </button>
                ) : null}
                {own.length > 0 ? (
                  <span className="muted">
                    {own.length === 1 ? '1 port is' : `${own.length} ports are`} placed by hand
                  </span>
                ) : null}
              </>
            }
          />
        </div>
      </PastBlock>
    </div>
  );
}
