import { scaleLog } from 'd3-scale';
import { memo, type RefObject, useState } from 'react';
import type { Dot } from '../../core/estimate/stage/roofline.ts';
import { type DotGroup, groupDots, type RooflineModel, sayDot, spreadLabels } from './roofline-model.ts';
import { prefixed } from '../words/units.ts';

const PAD = { left: 54, right: 16, top: 12, bottom: 34 } as const;

const decades = ([low, high]: readonly [number, number]): number[] => {
  const result: number[] = [];
  for (let power = Math.ceil(Math.log10(low) - 1e-9); power <= Math.log10(high) + 1e-9; power += 1)
    result.push(10 ** power);
  return result;
};

/** Half the diagonal of the mark of the whole stage. */
const DIAMOND = 8.5;

/** Lines of memory whose values differ by less lie within a label's height of each other. */
const CLOSE = 2.2;

interface AxesProps {
  readonly left: number;
  readonly right: number;
  readonly low: number;
  readonly high: number;
  readonly width: number;
  readonly height: number;
}

const xScale = (domain: readonly [number, number], width: number) => scaleLog(domain, [PAD.left, width - PAD.right]);
const yScale = (domain: readonly [number, number], height: number) => scaleLog(domain, [height - PAD.bottom, PAD.top]);

/** Grid and names of both axes. Most steps of the slider leave them as they are. */
const Axes = memo(function Axes({ left, right, low, high, width, height }: AxesProps) {
  const x = xScale([left, right], width);
  const y = yScale([low, high], height);
  return (
    <>
      {decades([left, right]).map((value) => (
        <g key={value}>
          <line className="plot__grid" x1={x(value)} x2={x(value)} y1={PAD.top} y2={height - PAD.bottom} />
          <text className="plot__tick" x={x(value)} y={height - PAD.bottom + 13} textAnchor="middle">
            {value < 1 ? value : prefixed(value).trim()}
          </text>
        </g>
      ))}
      {decades([low, high]).map((value) => (
        <g key={value}>
          <line className="plot__grid" x1={PAD.left} x2={width - PAD.right} y1={y(value)} y2={y(value)} />
          <text className="plot__tick" x={PAD.left - 5} y={y(value) + 3} textAnchor="end">
            {prefixed(value)}
          </text>
        </g>
      ))}
      <text className="plot__axis" x={(PAD.left + width - PAD.right) / 2} y={height - 5} textAnchor="middle">
        operations per byte of memory traffic
      </text>
      <text
        className="plot__axis"
        transform={`translate(11 ${(PAD.top + height - PAD.bottom) / 2}) rotate(-90)`}
        textAnchor="middle"
      >
        operations per second
      </text>
    </>
  );
});

interface RooflinePlotProps {
  readonly model: RooflineModel;
  readonly width: number;
  readonly height: number;
  readonly svg: RefObject<SVGSVGElement | null>;
  readonly title: string;
  /** Key of the dot that is pointed at in the list. */
  readonly marked: string | undefined;
  readonly selected: string | undefined;
  readonly onPick: (dot: Dot) => void;
}

/** Ceilings and dots on logarithmic axes. Everything in it is in the list beside, too, which keyboards reach. */
export function RooflinePlot({ model, width, height, svg, title, marked, selected, onPick }: RooflinePlotProps) {
  const [hover, setHover] = useState<DotGroup | undefined>();
  const x = xScale(model.x, width);
  const y = yScale(model.y, height);
  const groups = groupDots(model.dots, x, y, width - PAD.right - 6);
  const fastest = Math.max(...model.memory.map((line) => line.value));
  const top = Math.max(...model.compute.map((line) => line.value));
  const labels = spreadLabels(
    model.compute.map((line) => y(line.value) - 5),
    13,
    PAD.top + 8,
    height - PAD.bottom - 40,
  );
  const total = {
    x: Number.isFinite(model.total.intensity) ? x(model.total.intensity) : width - PAD.right - 6,
    y: y(Math.max(model.y[0], model.total.attained)),
  };
  const shown: DotGroup | undefined =
    groups.find((group) => group.dots.some((dot) => dot.key === marked)) ??
    (marked === 'stage' ? { ...total, dots: [model.total], edge: false } : hover);
  const slope = (Math.atan2(y(10) - y(100), x(100) - x(10)) * 180) / Math.PI;
  const enter = (group: DotGroup) => ({
    onPointerEnter: () => setHover(group),
    onPointerLeave: () => setHover(undefined),
  });
  return (
    <div className="plot">
      <svg
        ref={svg}
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${title}. ${sayDot(model, model.total)} The operations are listed beside.`}
      >
        <defs>
          <clipPath id="roofline-area">
            <rect
              x={PAD.left}
              y={PAD.top}
              width={Math.max(0, width - PAD.left - PAD.right)}
              height={Math.max(0, height - PAD.top - PAD.bottom)}
            />
          </clipPath>
        </defs>
        <Axes left={model.x[0]} right={model.x[1]} low={model.y[0]} high={model.y[1]} width={width} height={height} />
        <g clipPath="url(#roofline-area)">
          {model.memory.map((line) => (
            <line
              key={line.id}
              className={`roof roof--${line.kind}`}
              x1={x(model.x[0])}
              y1={y(line.value * model.x[0])}
              x2={x(top / line.value)}
              y2={y(top)}
            />
          ))}
          {model.compute.map((line) => (
            <line
              key={line.id}
              className={`roof roof--${line.kind} element--${line.element}`}
              x1={x(Math.max(model.x[0], line.value / fastest))}
              y1={y(line.value)}
              x2={width - PAD.right}
              y2={y(line.value)}
            />
          ))}
        </g>
        {model.compute.map((line, index) => (
          <text
            key={line.id}
            className={`plot__label plot__label--${line.kind}`}
            x={width - PAD.right - 14}
            y={labels[index]}
            textAnchor="end"
          >
            {line.label}
          </text>
        ))}
        {model.memory.map((line, index) => {
          // Labels stand on their line; below it where the next line is so close above that it would run through them.
          const atX = PAD.left + 12;
          const intensity = x.invert(atX);
          const atY = y(line.value * intensity);
          const inside = atY < height - PAD.bottom - 8;
          const px = inside ? atX : x((model.y[0] * 1.6) / line.value);
          const py = inside ? atY : y(model.y[0] * 1.6);
          return (
            <text
              key={line.id}
              className={`plot__label plot__label--${line.kind}`}
              transform={`translate(${px} ${py}) rotate(${-slope}) translate(0 ${(model.memory[index - 1]?.value ?? Number.POSITIVE_INFINITY) > CLOSE * line.value ? -4 : 11})`}
            >
              {line.label}
            </text>
          );
        })}
        {/* What moves is painted on top of a face that does not: were its outline another one at each step, the browser would sort all layers of the window again. */}
        <rect className="plot__face" width={width} height={height} />
        {groups.map((group) => {
          const [first] = group.dots;
          if (!first) return null;
          const lit = group.dots.some((dot) => dot.key === marked || dot.key.split('/')[0] === selected);
          return (
            // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for pointers; the list beside does the same by keyboard
            <g
              key={first.key}
              className={`dot element--${first.element} dot--${first.limit} ${lit ? 'dot--lit' : ''}`}
              data-key={first.key}
              onClick={() => onPick(first)}
              {...enter(group)}
            >
              <circle className="dot__reach" cx={group.x} cy={group.y} r={11} />
              {group.edge ? (
                <path className="dot__mark" d={`M${group.x - 5} ${group.y - 5}l9 5l-9 5z`} />
              ) : (
                <circle className="dot__mark" cx={group.x} cy={group.y} r={group.dots.length > 1 ? 6.5 : 5} />
              )}
              {group.dots.length > 1 ? (
                <text className="dot__count" x={group.x} y={group.y + 3} textAnchor="middle">
                  {group.dots.length}
                </text>
              ) : null}
            </g>
          );
        })}
        <g
          className={`dot dot--total ${marked === 'stage' ? 'dot--lit' : ''}`}
          {...enter({ ...total, dots: [model.total], edge: false })}
        >
          <path
            className="dot__mark"
            d={`M${total.x} ${total.y - DIAMOND}l${DIAMOND} ${DIAMOND}l${-DIAMOND} ${DIAMOND}l${-DIAMOND} ${-DIAMOND}z`}
          />
        </g>
      </svg>
      {shown ? (
        <div
          className="plot__tip"
          style={{
            left: Math.max(4, Math.min(shown.x + 14, width - 286)),
            ...(shown.y > height / 2 ? { bottom: height - shown.y + 12 } : { top: shown.y + 14 }),
          }}
        >
          {shown.dots.slice(0, 4).map((dot) => (
            <p key={dot.key}>{sayDot(model, dot)}</p>
          ))}
          {shown.dots.length > 4 ? <p>and {shown.dots.length - 4} more at this place</p> : null}
        </div>
      ) : null}
    </div>
  );
}
