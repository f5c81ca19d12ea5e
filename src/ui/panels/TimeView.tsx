import { STAGE_NAMES } from '../../core/design/types.ts';
import type { StageTime } from '../../core/estimate/workload/timing.ts';
import { STAGE_TITLES } from '../words/names.ts';
import { duration, rate, short, whole } from '../words/format.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { clocksOf, useAnalysis } from '../figures/derived.ts';
import { timeOf } from '../figures/time.ts';
import { clockPair, clockShort } from '../words/clocks.ts';

function Figure({
  label,
  value,
  unit,
  note,
  testId,
}: {
  readonly label: string;
  readonly value: string;
  readonly unit: string;
  readonly note: string;
  readonly testId?: string;
}) {
  return (
    <div className="figure">
      <span className="figure__label">{label}</span>
      <span className="figure__value" data-testid={testId}>
        {value} <span className="figure__unit">{unit}</span>
      </span>
      <span className="figure__note">{note}</span>
    </div>
  );
}

/** The passes of a stage as parts of its cycles: those of a layer count once per layer. */
function Parts({ time, layers }: { readonly time: StageTime; readonly layers: number }) {
  const parts = time.passes.map((pass) => {
    const times = pass.pass.section === 'layer' ? layers : 1;
    const slowest = pass.slots.reduce<(typeof pass.slots)[number] | undefined>(
      (most, slot) => (most && most.cycles >= slot.cycles ? most : slot),
      undefined,
    );
    return { pass, times, total: pass.cycles * times, slowest };
  });
  const total = parts.reduce((sum, part) => sum + part.total, 0);
  return (
    <div className="parts">
      <h3>
        {STAGE_TITLES[time.stage]}{' '}
        <span className="muted">
          {time.stage === 'prefill'
            ? `${whole(time.tokens)} tokens (the last is read by decode)`
            : 'one token, at the first position'}
        </span>
      </h3>
      <div className="parts__bar" aria-hidden="true">
        {parts.map(({ pass, total: cycles }) => (
          <span
            key={pass.pass.index}
            className={`parts__part parts__part--${pass.pass.index % 4}`}
            style={{ flexGrow: Math.max(cycles, total * 0.002) }}
          >
            {cycles > total * 0.06 ? `P${pass.pass.index}` : ''}
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
          </tr>
        </thead>
        <tbody>
          {parts.map(({ pass, times, total: cycles, slowest }) => (
            <tr key={pass.pass.index}>
              <td>P{pass.pass.index}</td>
              <td className="mono">
                {slowest ? (
                  <button
                    type="button"
                    className="link mono"
                    onClick={() =>
                      composer
                        .getState()
                        .select({ stage: time.stage, instances: [slowest.operation.owner.instance.id], streams: [] })
                    }
                  >
                    {slowest.operation.key}
                  </button>
                ) : (
                  ''
                )}
              </td>
              <td className="figures__number">{whole(pass.cycles)}</td>
              <td className="figures__number">× {times}</td>
              <td className="figures__number">{total > 0 ? `${((100 * cycles) / total).toFixed(1)} %` : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How fast the design is, as modelled. */
export default function TimeView() {
  const analysis = useAnalysis();
  const time = timeOf(analysis);
  const clocks = clocksOf(analysis);
  const workload = useComposer((state) => state.design.workload);
  const layers = useComposer((state) => state.design.model.layers);
  if (!time || !clocks) {
    return (
      <p className="panel-empty">
        Time is estimated once the design has no errors.{' '}
        <button type="button" className="link" onClick={() => composer.getState().setBottomTab('problems')}>
          Show the problems
        </button>
      </p>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
    <section className="view view__scroll time" tabIndex={0} aria-label="Time">
      <div className="time__figures">
        <Figure
          label="Prefill"
          value={short(time.prefill.cycles)}
          unit="cycles"
          note={`${whole(workload.prompt)} prompt tokens at ${clockShort(clocks.prefill)}: ${duration(time.prefill.seconds)}`}
          testId="time-prefill"
        />
        <Figure
          label="Time to first token"
          value={duration(time.timeToFirstToken)}
          unit=""
          note="prefill and the first step of decode"
          testId="time-ttft"
        />
        <Figure
          label="Decode"
          value={rate(time.tokensPerSecond)}
          unit="tokens/s"
          note={`${whole(workload.generate)} tokens at ${clockShort(clocks.decode)}`}
          testId="time-decode"
        />
        <Figure
          label="Decode, per token"
          value={short(Math.round(time.decode.cycles / time.decode.tokens))}
          unit="cycles"
          note="mean over the generated tokens"
        />
        <p className="time__label">
          modelled: counted cycles with pipeline latency, memory latency and bandwidth; not measured
        </p>
      </div>
      <dl className="time__clocks">
        {STAGE_NAMES.map((stage) => (
          <div key={stage} className={clocks[stage].above ? 'time__clock time__clock--above' : 'time__clock'}>
            <dt>{STAGE_TITLES[stage]} clock</dt>
            <dd>
              {clockPair(clocks[stage])}
              {clocks[stage].above ? `: figures are at ${clocks[stage].leading} MHz. ${clocks[stage].evidence}` : ''}
            </dd>
          </div>
        ))}
      </dl>
      <div className="time__stages">
        <Parts time={time.prefill} layers={layers} />
        <Parts time={time.decode} layers={layers} />
      </div>
    </section>
  );
}
