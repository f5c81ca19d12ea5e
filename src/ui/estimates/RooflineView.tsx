import { memo, useCallback, useMemo, useRef, useState } from 'react';
import type { StageName } from '../../core/design/types.ts';
import { speedOf } from '../../core/estimate/design/measures.ts';
import { explain } from '../../core/estimate/design/explain.ts';
import { atLeadingClocks } from '../../core/estimate/stage/clocks.ts';
import { type Dot, rooflineAt } from '../../core/estimate/stage/roofline.ts';
import { longestPrompt } from '../../core/estimate/workload/workload.ts';
import { decodeRun, prefillRun } from '../../core/estimate/pass/runs.ts';
import { duration, rate, whole } from '../words/format.ts';
import { useLatest } from '../components/use-latest.ts';
import { StageSwitch } from '../components/StageSwitch.tsx';
import { composer, useComposer } from '../state/app-store.ts';
import { timeOf } from '../figures/time.ts';
import { CurvePlot } from './CurvePlot.tsx';
import { curvesOf, useAnalysis, useIdle } from '../figures/derived.ts';
import { limitOf } from '../figures/limit.ts';
import { LimitLine } from '../figures/LimitLine.tsx';
import { Past, PastBlock } from '../figures/Past.tsx';
import { useReadable } from '../figures/readable.ts';
import { Figure, Mark } from './Explain.tsx';
import { PlotExports } from './Exports.tsx';
import { RooflinePlot } from './RooflinePlot.tsx';
import { rooflineModel, rooflineRows } from './roofline-model.ts';
import { shownRun, useRun } from './run-store.ts';
import { showInstance } from '../actions/reveal.ts';
import { operations, percent } from '../words/units.ts';
import { useWidth } from './use-size.ts';

const TITLES: Readonly<Record<StageName, string>> = { prefill: 'Roofline of prefill', decode: 'Roofline of decode' };

function Slider({
  label,
  value,
  most,
  least,
  unit,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly most: number;
  readonly least: number;
  readonly unit: string;
  readonly onChange: (value: number) => void;
}) {
  return (
    <label className="slider">
      <span>{label}</span>
      <input
        type="range"
        min={least}
        max={most}
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
      />
      <output>
        {whole(value)} {unit}
      </output>
    </label>
  );
}

interface OperationProps {
  readonly stage: StageName;
  /** `instance/operation`. */
  readonly dot: string;
  readonly element: string;
  readonly speed: string;
  readonly wall: string;
  readonly kind: Dot['limit'];
  readonly selected: boolean;
  readonly onMark: (key: string | undefined) => void;
}

/** What a pointer or the focus on a line of the list points at in the plot. */
const pointing = (key: string, onMark: OperationProps['onMark']) => ({
  onPointerEnter: () => onMark(key),
  onPointerLeave: () => onMark(undefined),
  onFocus: () => onMark(key),
  onBlur: () => onMark(undefined),
});

/** Drawn anew only when one of its words changes: at a step of the slider most of them stay. */
const Operation = memo(function Operation({
  stage,
  dot,
  element,
  speed,
  wall,
  kind,
  selected,
  onMark,
}: OperationProps) {
  const [instance = '', operation] = dot.split('/');
  return (
    <li className={`dots__row ${selected ? 'dots__row--selected' : ''}`}>
      <button
        type="button"
        className="dots__name mono"
        aria-pressed={selected}
        title={`${dot}: ${wall}`}
        onClick={() => showInstance(stage, instance)}
        {...pointing(dot, onMark)}
      >
        <span className={`swatch element--${element}`} aria-hidden="true" /> {operation}{' '}
        <span className="muted">{instance}</span>
      </button>
      <span className="dots__figure">
        <Figure
          label={`${dot}: ${speed}, ask where this comes from`}
          question={{
            title: dot,
            evidence: 'modelled',
            answer: (analysis) => explain(analysis, `operation.${stage}.${dot}`),
            about: { stage, instance, measure: speedOf(stage) },
          }}
        >
          {speed}
        </Figure>
      </span>
      <span className={`dots__wall dots__wall--${kind}`}>{kind === 'input' ? 'waits' : kind}</span>
    </li>
  );
});

function Operations({
  stage,
  dots,
  total,
  limit,
  onMark,
}: {
  readonly stage: StageName;
  readonly dots: readonly Dot[];
  readonly total: Dot;
  /** What limits the stage, as the sentence above says. */
  readonly limit: Dot['limit'];
  readonly onMark: (key: string | undefined) => void;
}) {
  const selection = useComposer((state) => state.selection);
  const sorted = useMemo(() => [...dots].sort((a, b) => b.seconds - a.seconds), [dots]);
  return (
    <ul className="dots" aria-label={`Operations of ${stage}, the longest first`}>
      <li className="dots__row">
        <button type="button" className="dots__name" {...pointing('stage', onMark)}>
          <span className="swatch swatch--total" aria-hidden="true" /> the stage
        </button>
        <span className="dots__figure">{operations(total.attained)}</span>
        <span className="dots__wall">{limit}</span>
      </li>
      {sorted.map((dot) => {
        const selected = selection.stage === stage && selection.instances.includes(dot.key.split('/')[0] ?? '');
        return (
          <Operation
            key={dot.key}
            stage={stage}
            dot={dot.key}
            element={dot.element}
            speed={operations(dot.attained)}
            wall={dot.wall}
            kind={dot.limit}
            selected={selected}
            onMark={onMark}
          />
        );
      })}
    </ul>
  );
}

/** Rooflines of both stages, and how times grow with the lengths. */
export default function RooflineView() {
  const analysis = useAnalysis();
  const stage = useComposer((state) => state.stage);
  const selected = useComposer((state) =>
    state.selection.stage === state.stage && state.selection.instances.length === 1
      ? state.selection.instances[0]
      : undefined,
  );
  const run = shownRun(analysis.design, useRun());
  const [marked, setMarked] = useState<string | undefined>();
  const svg = useRef<SVGSVGElement>(null);
  const [box, width] = useWidth<HTMLDivElement>(460);
  const length = stage === 'prefill' ? run.prompt : run.context;
  const roof = useMemo(
    () =>
      rooflineAt(
        atLeadingClocks(analysis),
        stage,
        stage === 'prefill'
          ? prefillRun(analysis.stages.prefill, length)
          : decodeRun(analysis.stages.decode, length - 1),
      ),
    [analysis, stage, length],
  );
  const model = useMemo(() => roof && rooflineModel(roof), [roof]);
  const latest = useLatest(model);
  const rows = useCallback(() => (latest.current ? rooflineRows(latest.current) : []), [latest]);
  const curves = useIdle(analysis, curvesOf);
  const time = timeOf(analysis);
  const { standing } = useReadable();
  const missing = standing[stage] === 'none';
  // Said once, above the plot.
  const note = standing[stage] === 'present';
  if (!model || !time) return null;
  const { limits } = analysis.design;
  const slowest = [...model.dots].sort((a, b) => b.seconds - a.seconds)[0];
  return (
    <div className="estimates__body">
      <div className="estimates__bar">
        <StageSwitch
          stage={stage}
          onChange={(next) => composer.getState().setStage(next)}
          label="Stage of the roofline"
        />
        {stage === 'prefill' ? (
          <Slider
            label="Prompt"
            unit="tokens"
            least={2}
            most={longestPrompt(analysis.design)}
            value={run.prompt}
            onChange={(prompt) => useRun.setState({ prompt })}
          />
        ) : (
          <Slider
            label="Context"
            unit="tokens"
            least={1}
            most={limits.context}
            value={run.context}
            onChange={(context) => useRun.setState({ context })}
          />
        )}
        <span className="estimates__headline">
          {stage === 'prefill' ? 'First token ' : 'Decode '}
          {stage === 'prefill' ? (
            <Past>
              <Figure
                question={{
                  title: 'Time to first token',
                  evidence: 'modelled',
                  answer: (now) => explain(now, 'timeToFirstToken'),
                  about: { measure: 'timeToFirstToken' },
                }}
              >
                {duration(time.timeToFirstToken)}
              </Figure>
            </Past>
          ) : (
            <Past stages={['decode']}>
              <Figure
                question={{
                  title: 'Tokens per second',
                  evidence: 'modelled',
                  answer: (now) => explain(now, 'decode.tokensPerSecond'),
                  about: { stage, measure: speedOf(stage) },
                }}
              >
                {rate(time.tokensPerSecond)} tokens/s
              </Figure>
            </Past>
          )}
        </span>
        <Mark evidence="modelled" />
      </div>
      <PastBlock stages={[stage]}>
        <LimitLine stage={stage} />
        <div className="estimates__columns estimates__columns--plot">
          <div className="data">
            <div className="data__head">
              <h3>{TITLES[stage]}</h3>
              <span className="muted" data-testid="roofline-stage">
                {duration(model.total.seconds)}{' '}
                {stage === 'prefill' ? `for ${whole(run.prompt)} tokens` : `per token at ${whole(run.context)}`}
              </span>
              <PlotExports name={`roofline-${stage}`} title={TITLES[stage]} svg={svg} rows={rows} />
            </div>
            <div ref={box}>
              <RooflinePlot
                model={model}
                width={width}
                height={Math.max(240, Math.min(380, Math.round(width * 0.56)))}
                svg={svg}
                title={TITLES[stage]}
                marked={marked}
                selected={selected}
                onPick={(dot) => showInstance(stage, dot.key.split('/')[0] ?? '')}
              />
            </div>
          </div>
          <div className="data">
            <div className="data__head">
              <h3>Operations</h3>
              {slowest ? (
                <span className="muted">{`longest: ${slowest.key.split('/')[1]}, ${percent(slowest.seconds / model.total.seconds)}`}</span>
              ) : null}
            </div>
            <Operations
              stage={stage}
              dots={model.dots}
              total={model.total}
              limit={limitOf(analysis, stage)?.kind ?? model.total.limit}
              onMark={setMarked}
            />
          </div>
        </div>
      </PastBlock>
      {curves && !missing ? (
        <div className="estimates__columns estimates__columns--late">
          <PastBlock note={note}>
            <CurvePlot
              title="Time to first token"
              name="first-token"
              axis="prompt tokens"
              points={curves.firstToken}
              beside={curves.inOnePiece && { label: 'in one piece', points: curves.inOnePiece }}
              at={run.prompt}
            />
          </PastBlock>
          <PastBlock stages={['decode']} note={note}>
            <CurvePlot
              title="Time per token"
              name="time-per-token"
              axis="tokens of context"
              points={curves.perToken}
              at={run.context}
            />
          </PastBlock>
        </div>
      ) : null}
    </div>
  );
}
