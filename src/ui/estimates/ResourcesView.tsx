import { useId, useMemo, useState } from 'react';
import { type Design, STAGE_NAMES, type StageName } from '../../core/design/types.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import type { Edit, Refused } from '../../core/edit/edit.ts';
import { speedChanges } from '../../core/estimate/design/speed-change.ts';
import { stageClocks } from '../../core/estimate/stage/clocks.ts';
import { profile } from '../../core/estimate/stage/resources.ts';
import { KIND_NAMES, RESOURCE_KINDS } from '../../core/targets/types.ts';
import { STAGE_TITLES, titleInStage } from '../words/names.ts';
import { whole } from '../words/format.ts';
import { StageSwitch } from '../components/StageSwitch.tsx';
import { composer, useComposer } from '../state/app-store.ts';
import { type Column, DataTable } from './DataTable.tsx';
import { energyFor, resourcesOf, useAnalysis, useIdle } from '../figures/derived.ts';
import { setBitstreams, setPlatform, setSlr, setSplit } from '../../core/edit/placement.ts';
import { Past, PastBlock } from '../figures/Past.tsx';
import { useReadable } from '../figures/readable.ts';
import { Figure, Mark } from './Explain.tsx';
import { PowerBars } from './PowerBars.tsx';
import {
  clockVerdict,
  type CrossingRow,
  crossingRows,
  explainAmount,
  type InstanceRow,
  instanceRows,
  regionsOf,
} from './resources-model.ts';
import { showInstance } from '../actions/reveal.ts';
import { SlrBars } from './SlrBars.tsx';
import { LIGHT_WORDS } from '../words/fit.ts';
import { percent } from '../words/units.ts';
import { FitIcon } from '../components/FitIcon.tsx';

function SlrChoice({ row, slrs }: { readonly row: InstanceRow; readonly slrs: number }) {
  return (
    <select
      className="select select--cell"
      aria-label={`SLR of ${row.id}`}
      value={row.fixed ? row.slr : 'auto'}
      onClick={(event) => event.stopPropagation()}
      onChange={(event) =>
        composer
          .getState()
          .edit((design) =>
            setSlr(design, row.stage, row.id, event.target.value === 'auto' ? undefined : Number(event.target.value)),
          )
      }
    >
      <option value="auto">{row.fixed ? 'automatic' : row.spread ? 'several (auto)' : `SLR${row.slr} (auto)`}</option>
      {Array.from({ length: slrs }, (_, slr) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the index is the SLR
        <option key={slr} value={slr}>
          SLR{slr}
        </option>
      ))}
    </select>
  );
}

function columnsFor(slrs: number): Column<InstanceRow>[] {
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
    { id: 'module', label: 'Module', value: (row) => titleInStage(row.title) },
    { id: 'slr', label: 'SLR', value: (row) => row.slr, cell: (row) => <SlrChoice row={row} slrs={slrs} /> },
    ...RESOURCE_KINDS.map(
      (kind): Column<InstanceRow> => ({
        id: kind,
        label: KIND_NAMES[kind],
        numeric: true,
        value: (row) => Math.round(row[kind]),
        cell: (row) => (
          <Figure
            label={`${KIND_NAMES[kind]} of ${row.id}: ${whole(row[kind])}, ask where this comes from`}
            question={{
              title: `${KIND_NAMES[kind]} of ${row.id}`,
              evidence: 'modelled',
              about: { stage: row.stage, instance: row.id, measure: `resources.${kind}` },
              answer: (analysis) => {
                const stage = resourcesOf(analysis)?.[row.stage];
                return (
                  stage &&
                  explainAmount(`resources.${row.key}.${kind}`, kind, [
                    stage.perInstance.get(row.id),
                    stage.fifosOf.get(row.id),
                  ])
                );
              },
            }}
          >
            {whole(row[kind])}
          </Figure>
        ),
      }),
    ),
  ];
}

const CROSSING_COLUMNS: readonly Column<CrossingRow>[] = [
  { id: 'stage', label: 'Stage', value: (row) => STAGE_TITLES[row.stage] },
  { id: 'between', label: 'Between', value: (row) => `SLR${row.below} and SLR${row.below + 1}` },
  {
    id: 'wires',
    label: 'Wires',
    numeric: true,
    value: (row) => row.wires,
    cell: (row) => <Past stages={[row.stage]}>{whole(row.wires)}</Past>,
  },
  { id: 'advised', label: 'Advised', numeric: true, value: (row) => row.advised, cell: (row) => whole(row.advised) },
  {
    id: 'available',
    label: 'There are',
    numeric: true,
    value: (row) => row.available,
    cell: (row) => whole(row.available),
  },
  {
    id: 'verdict',
    label: 'Verdict',
    value: (row) => row.verdict,
    cell: (row) => (
      <Past stages={[row.stage]}>
        <span className={row.verdict === 'within advice' ? 'muted' : 'alert'}>{row.verdict}</span>
      </Past>
    ),
  },
];

/** What a switch of the whole design did to its speed, and why. */
function Switched({ before, after }: { readonly before: Design; readonly after: Design }) {
  const changes = useMemo(() => speedChanges(analysisOf(before), analysisOf(after)), [before, after]);
  return changes.map(({ stage, factor, text }) => (
    <p key={stage} className="switched__line">
      <strong>{factor > 1 ? 'Slower.' : 'Faster.'}</strong> {text}
    </p>
  ));
}

/** What the design takes of the card: per SLR, per instance, in wires, in clock and in watts. */
export default function ResourcesView() {
  const analysis = useAnalysis();
  const stage = useComposer((state) => state.stage);
  const selection = useComposer((state) => state.selection);
  const id = useId();
  const resources = resourcesOf(analysis);
  const energy = useIdle(analysis, energyFor);
  const regions = useMemo(() => resources && regionsOf(analysis, resources, stage), [analysis, resources, stage]);
  const rows = useMemo(() => (resources ? instanceRows(analysis, resources[stage]) : []), [analysis, resources, stage]);
  const slrs = resources?.platform.slrs.length ?? 0;
  const columns = useMemo(() => columnsFor(slrs), [slrs]);
  const [changed, setChanged] = useState<{ readonly before: Design; readonly after: Design } | undefined>();
  const { standing } = useReadable();
  if (!resources || !regions) return null;
  const { target, platform, bitstreams } = profile(analysis);
  /** In one bitstream both stages add up. */
  const summed: readonly StageName[] = bitstreams === 1 ? STAGE_NAMES : [stage];
  const clocks = stageClocks(analysis);
  const change = (plan: (design: Design) => Edit | Refused): void => {
    const before = composer.getState().design;
    if (composer.getState().edit(plan)) setChanged({ before, after: composer.getState().design });
  };
  return (
    <div className="estimates__body">
      <div className="estimates__bar">
        <StageSwitch
          stage={stage}
          onChange={(next) => composer.getState().setStage(next)}
          label="Stage of the resources"
        />
        <span className="inline-field">
          <label htmlFor={`${id}-platform`}>Platform</label>
          <select
            id={`${id}-platform`}
            className="select"
            value={platform.id}
            onChange={(event) => change((design) => setPlatform(design, event.target.value))}
          >
            {target.platforms.map((candidate) => (
              <option key={candidate.id} value={candidate.id}>
                {candidate.title}
              </option>
            ))}
          </select>
        </span>
        <span className="inline-field">
          <label htmlFor={`${id}-bitstreams`}>Bitstreams</label>
          <select
            id={`${id}-bitstreams`}
            className="select"
            value={bitstreams}
            onChange={(event) => change(() => setBitstreams(event.target.value === '1' ? 1 : 2))}
          >
            <option value={1}>one: stages add up</option>
            <option value={2}>two: each has the card</option>
          </select>
        </span>
        <span className="inline-field">
          <label htmlFor={`${id}-split`}>Kernels</label>
          <select
            id={`${id}-split`}
            className="select"
            value={analysis.design.split ?? 'whole'}
            onChange={(event) => change(() => setSplit(event.target.value === 'slr'))}
          >
            <option value="whole">one per stage</option>
            <option value="slr">one per SLR</option>
          </select>
        </span>
        <Mark evidence="modelled" />
      </div>
      <div role="status" aria-label="What the switch changed" className="switched">
        {changed?.after === analysis.design ? <Switched {...changed} /> : null}
      </div>
      <PastBlock>
        <div className={`verdict-box verdict-box--${resources.light}`}>
          <FitIcon light={resources.light} size={15} />
          <div>
            <strong>{LIGHT_WORDS[resources.light]}.</strong>{' '}
            {resources.reasons.length > 0
              ? resources.reasons.join(' ')
              : `Fullest: ${RESOURCE_KINDS.map((kind) => `${KIND_NAMES[kind]} ${percent(resources.fill[kind])}`).join(', ')}.`}
          </div>
        </div>
      </PastBlock>
      <PastBlock stages={summed} note={false}>
        <SlrBars
          regions={regions}
          title={bitstreams === 1 ? 'Both stages against the platform' : `${STAGE_TITLES[stage]} against the platform`}
          source={`${platform.source}. Limits: ${target.fillLimits.source}`}
        />
      </PastBlock>
      <div className="estimates__columns">
        <div className="data">
          <div className="data__head">
            <h3>Expected clock</h3>
            <Mark evidence="measured by others" />
          </div>
          {STAGE_NAMES.map((name) => {
            const { low, high, evidence, measured } = clocks[name];
            return (
              <p key={name} className="fact">
                <strong>{STAGE_TITLES[name]}</strong>{' '}
                <Past stages={[name]}>
                  {analysis.design.clocks[name]} MHz is{' '}
                  <Figure
                    question={{
                      title: `Expected clock of ${name}`,
                      evidence: measured === undefined ? 'measured by others' : 'measured',
                      about: false,
                      answer: () => ({
                        figure: `clock.${name}`,
                        formula: 'range of published designs of like fill and crossings',
                        values: [
                          { name: 'expected', value: `${low} to ${high} MHz` },
                          { name: 'chosen', value: `${analysis.design.clocks[name]} MHz` },
                        ],
                        source: evidence,
                      }),
                    }}
                  >
                    {measured !== undefined && analysis.design.clocks[name] <= measured
                      ? `reached by a build, which runs at ${measured} MHz`
                      : clockVerdict(analysis.design.clocks[name], low, high)}
                  </Figure>
                  . <span className="muted">{evidence}</span>
                </Past>
              </p>
            );
          })}
        </div>
        {energy ? (
          <PastBlock note={false}>
            <PowerBars energy={energy} />
          </PastBlock>
        ) : null}
      </div>
      <PastBlock stages={[stage]} note={false}>
        <div className="data__scroll">
          <DataTable
            title={`Instances of ${stage}, with the FIFOs they read`}
            name={`instances-${stage}`}
            columns={columns}
            rows={rows}
            keyOf={(row) => row.key}
            start={{ column: 'lut', down: true }}
            selected={(row) => selection.stage === row.stage && selection.instances.includes(row.id)}
            rowProps={(row) => ({ onClick: () => showInstance(row.stage, row.id) })}
          />
        </div>
      </PastBlock>
      <DataTable
        title="Wires between SLRs"
        name="crossings"
        columns={CROSSING_COLUMNS}
        rows={crossingRows(resources).filter((row) => standing[row.stage] !== 'none')}
        keyOf={(row) => `${row.stage}${row.below}`}
      />
    </div>
  );
}
