import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { memo, useCallback, useMemo, useRef, useState } from 'react';
import type { CurvePoint } from '../../core/estimate/workload/workload.ts';
import { duration, whole } from '../words/format.ts';
import { PlotExports } from './Exports.tsx';
import { useWidth } from './use-size.ts';
import { useWhileSeen } from './use-while-seen.ts';

const HEIGHT = 190;
/** Pixels that the words at the dot take at most. */
const LABEL = 130;
const PAD = { left: 58, right: 14, top: 10, bottom: 32 } as const;

interface CurvePlotProps {
  readonly title: string;
  readonly name: string;
  readonly axis: string;
  readonly points: readonly CurvePoint[];
  /** Another curve over the same lengths, for comparison. */
  readonly beside?: { readonly label: string; readonly points: readonly CurvePoint[] } | undefined;
  /** Length that the slider stands at. */
  readonly at: number;
}

/** Value of a curve between two of its points. */
export function valueAt(points: readonly CurvePoint[], tokens: number): number {
  const next = points.findIndex((point) => point.tokens >= tokens);
  const b = points[next] ?? points.at(-1);
  const a = points[next - 1];
  if (!b) return 0;
  if (!a || next < 0) return b.seconds;
  return a.seconds + ((b.seconds - a.seconds) * (tokens - a.tokens)) / (b.tokens - a.tokens);
}

/** Scales of a plot and what stands still in it; the same until the points or the width change, so that a step of the slider draws only what moves. */
function useStill(points: readonly CurvePoint[], width: number, axis: string, beside: CurvePlotProps['beside']) {
  return useMemo(() => {
    const most = points.at(-1)?.tokens ?? 1;
    const x = scaleLinear([0, most], [PAD.left, width - PAD.right]);
    const y = scaleLinear(
      [0, Math.max(...[...points, ...(beside?.points ?? [])].map((point) => point.seconds), 1e-9)],
      [HEIGHT - PAD.bottom, PAD.top],
    ).nice(4);
    const path = line<CurvePoint>(
      (point) => x(point.tokens),
      (point) => y(point.seconds),
    );
    // Where the other curve stands three quarters up its words are to the left of it.
    const words = beside?.points.find((point) => point.seconds >= 0.75 * (beside.points.at(-1)?.seconds ?? 0));
    const drawing = (
      <>
        {y.ticks(4).map((tick) => (
          <g key={tick}>
            <line className="plot__grid" x1={PAD.left} x2={width - PAD.right} y1={y(tick)} y2={y(tick)} />
            <text className="plot__tick" x={PAD.left - 5} y={y(tick) + 3} textAnchor="end">
              {tick === 0
                ? '0'
                : tick >= 1
                  ? `${Number(tick.toPrecision(3))} s`
                  : `${Number((tick * 1000).toPrecision(3))} ms`}
            </text>
          </g>
        ))}
        {x.ticks(5).map((tick) => (
          <text key={tick} className="plot__tick" x={x(tick)} y={HEIGHT - PAD.bottom + 14} textAnchor="middle">
            {whole(tick)}
          </text>
        ))}
        <line
          className="plot__base"
          x1={PAD.left}
          x2={width - PAD.right}
          y1={HEIGHT - PAD.bottom}
          y2={HEIGHT - PAD.bottom}
        />
        <text className="plot__axis" x={(PAD.left + width - PAD.right) / 2} y={HEIGHT - 4} textAnchor="middle">
          {axis}
        </text>
        {beside && words ? (
          <>
            <path className="curve curve--beside" d={path([...beside.points]) ?? ''} />
            <text className="plot__tick" x={x(words.tokens) - 8} y={y(words.seconds)} textAnchor="end">
              {beside.label}
            </text>
          </>
        ) : null}
        <path className="curve" d={path([...points]) ?? ''} />
      </>
    );
    return { most, x, y, drawing };
  }, [points, width, axis, beside]);
}

/** Seconds over a number of tokens. */
export const CurvePlot = memo(function CurvePlot({ title, name, axis, points, beside, at }: CurvePlotProps) {
  const [box, width] = useWidth<HTMLDivElement>(360);
  const svg = useRef<SVGSVGElement>(null);
  const [pointed, setPointed] = useState<number | undefined>();
  const { most, x, y, drawing } = useStill(points, width, axis, beside);
  const rows = useCallback(
    () => [
      [axis, 'seconds', ...(beside ? [`seconds ${beside.label}`] : [])],
      ...points.map(({ tokens, seconds }, index) => [
        tokens,
        seconds,
        ...(beside ? [beside.points[index]?.seconds ?? 0] : []),
      ]),
    ],
    [axis, points, beside],
  );
  const shown = useWhileSeen(box, at);
  const tokens = pointed ?? shown;
  const value = valueAt(points, tokens);
  const other = beside && valueAt(beside.points, tokens);
  // Times only grow: left of the dot and above, or right of it and below, the curve does not run through the words.
  const left = x(tokens) - PAD.left > LABEL;
  const labelY = left ? Math.max(PAD.top + 10, y(value) - 9) : Math.min(HEIGHT - PAD.bottom - 6, y(value) + 17);
  return (
    <div className="data">
      <div className="data__head">
        <h3>{title}</h3>
        {beside && other !== undefined ? (
          <span className="muted">
            {beside.label} {duration(other)}
          </span>
        ) : null}
        <PlotExports name={name} title={title} svg={svg} rows={rows} />
      </div>
      <div ref={box}>
        <svg
          ref={svg}
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={`${title}: ${duration(value)} at ${whole(tokens)} ${axis}; ${duration(points[0]?.seconds ?? 0)} at ${points[0]?.tokens ?? 0}, ${duration(points.at(-1)?.seconds ?? 0)} at ${whole(most)}${beside ? `; ${beside.label} ${duration(beside.points.at(-1)?.seconds ?? 0)} at ${whole(most)}` : ''}`}
          onPointerMove={(event) =>
            setPointed(
              Math.max(
                1,
                Math.min(most, Math.round(x.invert(event.clientX - event.currentTarget.getBoundingClientRect().left))),
              ),
            )
          }
          onPointerLeave={() => setPointed(undefined)}
        >
          {drawing}
          <line className="curve__at" x1={x(tokens)} x2={x(tokens)} y1={PAD.top} y2={HEIGHT - PAD.bottom} />
          {other === undefined ? null : (
            <circle className="curve__dot curve__dot--beside" cx={x(tokens)} cy={y(other)} r={3.5} />
          )}
          <circle className="curve__dot" cx={x(tokens)} cy={y(value)} r={4.5} />
          <text className="plot__value" x={x(tokens) + (left ? -8 : 8)} y={labelY} textAnchor={left ? 'end' : 'start'}>
            {duration(value)} at {whole(tokens)}
          </text>
        </svg>
      </div>
    </div>
  );
});
