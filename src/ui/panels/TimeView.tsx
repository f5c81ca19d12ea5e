import type { ReactNode } from 'react';
import { STAGE_NAMES, type StageName } from '../../core/design/types.ts';
import { explain } from '../../core/estimate/design/explain.ts';
import { speedOf } from '../../core/estimate/design/measures.ts';
import { bottleneckOf } from '../../core/estimate/pass/bottleneck.ts';
import { atLeadingClocks } from '../../core/estimate/stage/clocks.ts';
import { memoryBusy } from '../../core/estimate/stage/memory-busy.ts';
import { passRuns } from '../../core/schedule/pass-runs.ts';
import type { DesignAnalysis } from '../../core/schedule/types.ts';
import type { StageTime } from '../../core/estimate/workload/timing.ts';
import { endToEnd } from '../../core/estimate/workload/workload.ts';
import { ExplainPopover, Figure, Mark } from '../estimates/Explain.tsx';
import type { About, Evidence, Question } from '../estimates/explain-store.ts';
import { clocksOf, useAnalysis } from '../figures/derived.ts';
import { LimitLine } from '../figures/LimitLine.tsx';
import { Past, PastBlock, PastNote } from '../figures/Past.tsx';
import { timeOf } from '../figures/time.ts';
import { showInstance } from '../actions/reveal.ts';
import { composer } from '../state/app-store.ts';
import { clockPair, clockReason, clockShort } from '../words/clocks.ts';
import { duration, rate, short, whole } from '../words/format.ts';
import { STAGE_TITLES } from '../words/names.ts';

/** A figure of this view as `explain` knows it. */
const asked = (
  title: string,
  figure: string,
  about: About | false,
  stages: readonly StageName[],
  evidence: Evidence = 'modelled',
): Question => ({ title, evidence, about, stages, answer: (analysis) => explain(analysis, figure) });

function Headline({
  label,
  value,
  unit,
  note,
  question,
  testId,
}: {
  readonly label: string;
  readonly value: string;
  readonly unit: string;
  readonly note: ReactNode;
  readonly question: Question;
  readonly testId?: string;
}) {
  return (
    <div className="figure">
      <span className="figure__label">{label}</span>
      <span className="figure__value" data-testid={testId}>
        <Past stages={question.stages ?? STAGE_NAMES}>
          <Figure question={question}>
            {value} <span className="figure__unit">{unit}</span>
          </Figure>
        </Past>
      </span>
      <span className="figure__note">{note}</span>
    </div>
  );
}

/** The passes of a stage as parts of its cycles: those of a layer count once per layer. */
function Parts({ analysis, time }: { readonly analysis: DesignAnalysis; readonly time: StageTime }) {
  const { stage } = time;
  const lead = atLeadingClocks(analysis);
  const busy = (passes: StageTime['passes']): string =>
    `${(100 * memoryBusy(lead, stage, { passes, at: time.at }).share).toFixed(1)} %`;
  const parts = time.passes.map((pass) => {
    const times = passRuns(analysis.stages[stage], pass.pass);
    return { pass, index: pass.pass.index, times, total: pass.cycles * times, slowest: bottleneckOf(pass) };
  });
  const total = parts.reduce((sum, part) => sum + part.total, 0);
  const cell = (what: string, name: string, index: number | undefined, text: string) => (
    <Figure
      label={`${what} of ${index === undefined ? 'all passes' : `pass ${index}`}: ${text}, ask where this comes from`}
      question={asked(
        `${what} of ${index === undefined ? 'all passes' : `pass ${index}`} of ${stage}`,
        index === undefined ? `${name}.${stage}` : `${name}.${stage}.${index}`,
        { stage, measure: speedOf(stage) },
        [stage],
        name === 'runs' ? 'counted' : 'modelled',
      )}
    >
      {text}
    </Figure>
  );
  return (
    <div className="parts">
      <h3>
        {STAGE_TITLES[stage]}{' '}
        <span className="muted">
          {stage === 'prefill'
            ? `${whole(time.tokens)} tokens (the last is read by decode)`
            : 'one token, at the first position'}
        </span>
      </h3>
      <PastBlock stages={[stage]}>
        <LimitLine stage={stage} />
        <div className="parts__bar" aria-hidden="true">
          {parts.map(({ index, total: cycles }) => (
            <span
              key={index}
              className={`parts__part parts__part--${index % 4}`}
              style={{ flexGrow: Math.max(cycles, total * 0.002) }}
            >
              {cycles > total * 0.06 ? `P${index}` : ''}
            </span>
          ))}
        </div>
        <table className="figures figures--wide">
          <thead>
            <tr>
              <th scope="col">Pass</th>
              <th scope="col">Bottleneck</th>
              <th scope="col" className="figures__number">
                Cycles
              </th>
              <th scope="col" className="figures__number">
                Times
              </th>
              <th scope="col" className="figures__number">
                Share
              </th>
              <th scope="col" className="figures__number">
                Memory
                <br />
                busy
              </th>
            </tr>
          </thead>
          <tbody>
            {parts.map(({ pass, index, times, total: cycles, slowest }) => (
              <tr key={index}>
                <td>P{index}</td>
                <td className="mono">
                  {slowest ? (
                    <button
                      type="button"
                      className="link mono"
                      onClick={() => showInstance(stage, slowest.operation.owner.instance.id)}
                    >
                      {slowest.operation.owner.instance.id}/<wbr />
                      {slowest.operation.operation.id}
                    </button>
                  ) : (
                    ''
                  )}
                </td>
                <td className="figures__number">{cell('Cycles', 'pass', index, whole(pass.cycles))}</td>
                <td className="figures__number">{cell('Runs', 'runs', index, `× ${times}`)}</td>
                <td className="figures__number">
                  {total > 0 ? cell('Share', 'share', index, `${((100 * cycles) / total).toFixed(1)} %`) : ''}
                </td>
                <td className="figures__number">
                  {pass.cycles > 0 ? cell('Memory busy', 'busy', index, busy([pass])) : ''}
                </td>
              </tr>
            ))}
          </tbody>
          {total > 0 ? (
            <tfoot>
              <tr>
                <td colSpan={5}>All passes</td>
                <td className="figures__number">{cell('Memory busy', 'busy', undefined, busy(time.passes))}</td>
              </tr>
            </tfoot>
          ) : null}
        </table>
      </PastBlock>
    </div>
  );
}

/** How fast the design is, as modelled. Every figure says where it comes from. */
export default function TimeView() {
  const analysis = useAnalysis();
  const time = timeOf(analysis);
  const clocks = clocksOf(analysis);
  const { workload } = analysis.design;
  if (!time || !clocks) {
    return (
      <div className="panel-empty">
        Time is estimated once a stage has no errors.
        <PastNote />
        <button type="button" className="link" onClick={() => composer.getState().setBottomTab('problems')}>
          Show the problems
        </button>
      </div>
    );
  }
  const answer = endToEnd(analysis, time);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
    <section className="view view__scroll time" tabIndex={0} aria-label="Time">
      <div className="time__figures">
        <Headline
          label="Prefill"
          value={short(time.prefill.cycles)}
          unit="cycles"
          question={asked('Cycles of prefill', 'prefill.cycles', { stage: 'prefill', measure: 'prefill.seconds' }, [
            'prefill',
          ])}
          note={
            <>
              {whole(workload.prompt)} prompt tokens at {clockShort(clocks.prefill)}:{' '}
              <Past stages={['prefill']}>
                <Figure
                  label={`Time of prefill: ${duration(time.prefill.seconds)}, ask where this comes from`}
                  question={asked(
                    'Time of prefill',
                    'prefill.seconds',
                    { stage: 'prefill', measure: 'prefill.seconds' },
                    ['prefill'],
                  )}
                >
                  {duration(time.prefill.seconds)}
                </Figure>
              </Past>
            </>
          }
          testId="time-prefill"
        />
        <Headline
          label="Time to first token"
          value={duration(time.timeToFirstToken)}
          unit=""
          question={asked('Time to first token', 'timeToFirstToken', { measure: 'timeToFirstToken' }, STAGE_NAMES)}
          note="prefill and the first step of decode"
          testId="time-ttft"
        />
        <Headline
          label="Decode"
          value={rate(time.tokensPerSecond)}
          unit="tokens/s"
          question={asked(
            'Tokens per second',
            'decode.tokensPerSecond',
            { stage: 'decode', measure: 'decode.tokensPerSecond' },
            ['decode'],
          )}
          note={`${whole(workload.generate)} tokens at ${clockShort(clocks.decode)}`}
          testId="time-decode"
        />
        <Headline
          label="Decode, per token"
          value={short(Math.round(time.decode.cycles / time.decode.tokens))}
          unit="cycles"
          question={asked(
            'Cycles per token of decode',
            'decode.perToken',
            { stage: 'decode', measure: 'decode.tokensPerSecond' },
            ['decode'],
          )}
          note="mean over the generated tokens"
          testId="time-per-token"
        />
        <Headline
          label="End to end"
          value={duration(answer.total)}
          unit=""
          question={asked('End to end', 'endToEnd.seconds', false, STAGE_NAMES)}
          note={
            answer.reconfiguration > 0
              ? `with ${duration(answer.reconfiguration + answer.handOver)} between the bitstreams`
              : `prefill and decode${answer.batch > 1 ? ` of ${answer.batch} requests` : ''}`
          }
          testId="time-end-to-end"
        />
        <p className="time__label">
          <Mark evidence="modelled" /> counted cycles with pipeline latency, memory latency and bandwidth; not measured
        </p>
      </div>
      <dl className="time__clocks">
        {STAGE_NAMES.map((stage) => (
          <div key={stage} className={clocks[stage].above ? 'time__clock time__clock--above' : 'time__clock'}>
            <dt>{STAGE_TITLES[stage]} clock</dt>
            <dd>
              <Past stages={[stage]}>
                <Figure
                  label={`${STAGE_TITLES[stage]} clock: ${clockPair(clocks[stage])}, ask where this comes from`}
                  question={asked(
                    `Clock of ${stage}`,
                    `clock.${stage}`,
                    false,
                    [stage],
                    clocks[stage].measured === undefined ? 'measured by others' : 'measured',
                  )}
                >
                  {clockPair(clocks[stage])}
                </Figure>
                {clockReason(clocks[stage]) ? `: ${clockReason(clocks[stage])}` : ''}
              </Past>
            </dd>
          </div>
        ))}
      </dl>
      <div className="time__stages">
        <Parts analysis={analysis} time={time.prefill} />
        <Parts analysis={analysis} time={time.decode} />
      </div>
      <ExplainPopover />
    </section>
  );
}
