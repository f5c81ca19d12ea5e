import { type CSSProperties, type ReactNode, useEffect, useMemo, useState } from 'react';
import type { StageName } from '../../core/design/types.ts';
import { bottleneckOf } from '../../core/estimate/pass/bottleneck.ts';
import { atLeadingClocks } from '../../core/estimate/stage/clocks.ts';
import { memoryBusy } from '../../core/estimate/stage/memory-busy.ts';
import { paceLimit } from '../../core/estimate/stage/limits.ts';
import type { PassTime } from '../../core/estimate/workload/timing.ts';
import { describeStream, mostVectors, vectorBits } from '../../core/schedule/depths.ts';
import { passRuns } from '../../core/schedule/pass-runs.ts';
import type {
  Pass,
  ResolvedInstance,
  ResolvedOperation,
  ResolvedStream,
  StageAnalysis,
} from '../../core/schedule/types.ts';
import { canvasOf } from '../drawing/session.ts';
import { ModuleGlyph } from '../components/ModuleGlyph.tsx';
import { NearRows } from '../components/NearRows.tsx';
import { plural, short, whole } from '../words/format.ts';
import { bytes, percent } from '../words/units.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import { useAnalysis } from '../figures/derived.ts';
import { LimitLine } from '../figures/LimitLine.tsx';
import { PastBlock } from '../figures/Past.tsx';
import { useReadable } from '../figures/readable.ts';
import { useTime } from '../figures/use-time.ts';
import { PlayBar } from './PlayBar.tsx';
import { SECTIONS } from './schedule-sections.ts';
import { StageSwitch } from '../components/StageSwitch.tsx';

/** With more rows than these only those near the part in sight are drawn, and their names scroll away sideways: each that stays is a layer that the browser composes in every frame. */
const LONG = 100;

function sections(passes: readonly Pass[]): readonly { readonly section: Pass['section']; readonly count: number }[] {
  const result: { section: Pass['section']; count: number }[] = [];
  for (const pass of passes) {
    const last = result.at(-1);
    if (last?.section === pass.section) last.count += 1;
    else result.push({ section: pass.section, count: 1 });
  }
  return result;
}

function Cell({
  operation,
  time,
  why,
}: {
  readonly operation: ResolvedOperation | undefined;
  readonly time: PassTime | undefined;
  /** Of the pass: what sets its pace. */
  readonly why: string | undefined;
}) {
  if (!operation) return <td className="schedule__cell" />;
  const slot = time?.slots.find((candidate) => candidate.operation.key === operation.key);
  const share = slot && time && time.cycles > 0 ? slot.cycles / time.cycles : 0;
  const bottleneck = time !== undefined && bottleneckOf(time)?.operation.key === operation.key;
  return (
    <td
      className={`schedule__cell schedule__cell--busy ${bottleneck ? 'schedule__cell--bottleneck' : ''}`}
      style={{ '--share': `${Math.max(2, share * 100)}%` } as CSSProperties}
      title={bottleneck ? `${operation.key} is the bottleneck of this pass. ${why ?? ''}` : operation.key}
    >
      <span className="schedule__content">
        <span className="schedule__operation">{operation.operation.id}</span>
        <span>{slot ? whole(slot.cycles) : ''}</span>
      </span>
    </td>
  );
}

function Row({
  stage,
  resolved,
  passes,
  times,
  why,
}: {
  readonly stage: StageName;
  readonly resolved: ResolvedInstance;
  readonly passes: readonly Pass[];
  readonly times: readonly PassTime[] | undefined;
  readonly why: ReadonlyMap<number, string>;
}) {
  const { id } = resolved.instance;
  const selected = useComposer((state) => state.selection.stage === stage && state.selection.instances.includes(id));
  return (
    <tr className={selected ? 'schedule__row--selected' : ''}>
      <th scope="row" className="schedule__instance">
        <button
          type="button"
          className="schedule__name"
          title={resolved.entry.title}
          onClick={() => {
            composer.getState().select({ stage, instances: [id], streams: [] });
            canvasOf(stage)?.reveal([id]);
          }}
        >
          <ModuleGlyph glyph={resolved.entry.glyph} category={resolved.entry.category} size={14} />
          {id}
        </button>
      </th>
      {passes.map((pass) => (
        <Cell
          key={pass.index}
          operation={resolved.operations.find((operation) => operation.pass === pass.index)}
          time={times?.find((time) => time.pass.index === pass.index)}
          why={why.get(pass.index)}
        />
      ))}
    </tr>
  );
}

const KINDS = { fifo: '', carry_fifo: 'on-chip FIFO', carry_memory: 'memory buffer' } as const;

/** A stream that leads to a later pass: written in one, kept, read in another. */
function Carry({ analysis, stream }: { readonly analysis: StageAnalysis; readonly stream: ResolvedStream }) {
  const { from, to } = stream.stream;
  const selected = useComposer(
    (state) => state.selection.stage === analysis.stage && state.selection.streams.includes(stream.stream.id),
  );
  const size = stream.type
    ? bytes(Math.ceil((mostVectors(stream.type, analysis.context) * vectorBits(stream.type)) / 8))
    : '';
  const cell = (pass: number): string =>
    pass === stream.from.pass ? `kept ${size}` : pass === stream.to.pass ? `read by ${to.operation}` : '';
  const within = (pass: number): boolean => pass >= stream.from.pass && pass <= stream.to.pass;
  return (
    <tr className={selected ? 'schedule__row--selected' : ''}>
      <th scope="row" className="schedule__instance">
        <button
          type="button"
          className="schedule__name"
          title={`${stream.type ? describeStream(stream.type) : ''}, ${KINDS[stream.kind]}`}
          onClick={() => {
            composer.getState().select({ stage: analysis.stage, instances: [], streams: [stream.stream.id] });
            canvasOf(analysis.stage)?.reveal([from.instance, to.instance]);
          }}
        >
          {from.operation} → {to.operation}
        </button>
      </th>
      {analysis.passes.map(({ index }) => (
        <td key={index} className={`schedule__cell ${within(index) ? 'schedule__cell--carry' : ''}`}>
          <span className="schedule__content">{cell(index)}</span>
        </td>
      ))}
    </tr>
  );
}

/** Shares of time, by pass and of all passes. */
interface Busy {
  readonly passes: ReadonlyMap<number, number>;
  readonly all: number;
}

/** How much of each pass the memory delivers. */
function BusyRow({ passes, busy }: { readonly passes: readonly Pass[]; readonly busy: Busy }) {
  return (
    <tr>
      <th
        scope="row"
        className="schedule__instance schedule__busy"
        title="Bytes that memory ports on HBM move, over what HBM could deliver at its peak in that time"
      >
        Memory busy <span className="schedule__total">{percent(busy.all)} in total</span>
      </th>
      {passes.map(({ index }) => {
        const share = busy.passes.get(index);
        return (
          <td key={index} className="schedule__cell schedule__busy">
            <span className="schedule__content">{share === undefined ? '' : percent(share)}</span>
          </td>
        );
      })}
    </tr>
  );
}

function Table({
  analysis,
  times,
  busy,
  why,
}: {
  readonly analysis: StageAnalysis;
  readonly times: readonly PassTime[] | undefined;
  readonly busy: Busy | undefined;
  readonly why: ReadonlyMap<number, string>;
}) {
  const { stage, passes, instances } = analysis;
  const { layers } = analysis.context.model;
  const carried = analysis.streams.filter((stream) => stream.kind !== 'fifo');
  const mark = useComposer((state) => (state.mark?.stage === stage ? state.mark.index : undefined));
  const point = (index: number | undefined): void =>
    composer.getState().setMark(index === undefined ? undefined : { stage, index });
  useEffect(() => () => composer.getState().setMark(undefined), []);
  const long = instances.length > LONG;
  const columns = passes.length + 1;
  const row = (at: number): ReactNode => {
    const resolved = instances[at] as ResolvedInstance;
    return <Row key={resolved.instance.id} stage={stage} resolved={resolved} passes={passes} times={times} why={why} />;
  };
  const carry = (at: number): ReactNode => {
    const stream = carried[at] as ResolvedStream;
    return <Carry key={stream.stream.id} analysis={analysis} stream={stream} />;
  };
  return (
    <table className={`schedule ${long ? 'schedule--long' : ''}`} onPointerLeave={() => point(undefined)}>
      <caption className="sr-only">
        Passes of {stage}: what each instance does in each of them, with counted cycles
      </caption>
      <thead>
        <tr>
          <th rowSpan={2} scope="col" className="schedule__corner">
            Instance
          </th>
          {sections(passes).map(({ section, count }) => (
            <th
              key={section}
              colSpan={count}
              scope="colgroup"
              className={`schedule__section schedule__section--${section}`}
            >
              {SECTIONS[section]}
              {section === 'layer' ? ` (× ${layers})` : ''}
            </th>
          ))}
        </tr>
        <tr>
          {passes.map((pass) => {
            const time = times?.find((candidate) => candidate.pass.index === pass.index);
            return (
              <th
                key={pass.index}
                scope="col"
                className={`schedule__pass ${mark === pass.index ? 'schedule__pass--marked' : ''}`}
              >
                <button
                  type="button"
                  aria-pressed={mark === pass.index}
                  aria-label={`Show pass ${pass.index} on the canvas`}
                  onPointerEnter={() => point(pass.index)}
                  onFocus={() => point(pass.index)}
                  onBlur={() => point(undefined)}
                >
                  Pass {pass.index}
                </button>
                <span className="schedule__total">{time ? `${short(time.cycles)} cycles` : ''}</span>
                {pass.section === 'layer' && analysis.legal && passRuns(analysis, pass) < layers ? (
                  <span className="schedule__total">not in the last layer</span>
                ) : null}
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>
        {busy ? <BusyRow passes={passes} busy={busy} /> : null}
        {long ? null : instances.map((_, at) => row(at))}
      </tbody>
      {long ? <NearRows count={instances.length} columns={columns} row={row} /> : null}
      {carried.length > 0 ? (
        <tbody>
          <tr>
            <th scope="rowgroup" colSpan={columns} className="schedule__group">
              Carried to a later pass
            </th>
          </tr>
          {long ? null : carried.map((_, at) => carry(at))}
        </tbody>
      ) : null}
      {long ? <NearRows count={carried.length} columns={columns} row={carry} /> : null}
    </table>
  );
}

/** When each instance does what: instances down, passes across. Two operations in one row are reuse. */
export function ScheduleView() {
  const active = useComposer((state) => state.stage);
  const [stage, setStage] = useState<StageName>(active);
  useEffect(() => setStage(active), [active]);
  const present = useComposer((state) => analysisOf(state.design)).stages[stage];
  const time = useTime();
  const figures = useAnalysis();
  const standing = useReadable().standing[stage];
  // What is being composed is seen as it is; after an error in a stage that had a schedule, that one stays.
  const past = standing === 'before';
  const analysis = past ? figures.stages[stage] : present;
  const times = standing === 'none' ? undefined : time?.[stage].passes;
  const why = useMemo(() => {
    const lead = atLeadingClocks(figures);
    const at = time?.[stage].at;
    return new Map(
      (times ?? []).flatMap((pass) => {
        const slot = bottleneckOf(pass);
        return slot && at ? [[pass.pass.index, paceLimit(lead, figures.stages[stage], slot, at)] as const] : [];
      }),
    );
  }, [figures, stage, time, times]);
  const busy = useMemo((): Busy | undefined => {
    const at = time?.[stage].at;
    if (!times || times.length === 0 || !at) return undefined;
    const lead = atLeadingClocks(figures);
    const share = (passes: readonly PassTime[]): number => memoryBusy(lead, stage, { passes, at }).share;
    return { passes: new Map(times.map((pass) => [pass.pass.index, share([pass])])), all: share(times) };
  }, [figures, stage, time, times]);
  const shared = analysis.instances.filter((resolved) => resolved.operations.length > 1).length;
  return (
    <div className="view">
      <div className="view__bar">
        <StageSwitch stage={stage} onChange={setStage} label="Stage of the schedule" />
        <span className="muted">
          {plural(analysis.passes.length, 'pass', 'passes')} · {plural(analysis.instances.length, 'instance')}, {shared}{' '}
          reused in time
        </span>
        <span className="legend">
          <span className="legend__swatch legend__swatch--bottleneck" aria-hidden="true" /> bottleneck of its pass
        </span>
        {analysis.passes.length > 0 ? <PlayBar analysis={analysis} /> : null}
      </div>
      {analysis.passes.length === 0 ? (
        <p className="panel-empty">
          No schedule yet: passes follow from the operations on the canvas. Add modules to {stage} and connect them.
        </p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
        <section className="view__scroll" tabIndex={0} aria-label={`Schedule of ${stage}`}>
          {past ? (
            <PastBlock stages={[stage]}>
              <LimitLine stage={stage} />
              <Table analysis={analysis} times={times} busy={busy} why={why} />
            </PastBlock>
          ) : (
            <>
              {times ? <LimitLine stage={stage} /> : null}
              <Table analysis={analysis} times={times} busy={busy} why={why} />
            </>
          )}
        </section>
      )}
    </div>
  );
}
