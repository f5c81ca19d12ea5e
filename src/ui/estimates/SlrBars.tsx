import { KIND_NAMES } from '../../core/targets/types.ts';
import { scaleLinear } from 'd3-scale';
import { useRef } from 'react';
import { whole } from '../words/format.ts';
import { PlotExports } from './Exports.tsx';
import { ask } from './explain-store.ts';
import { explainBar, GROUP_TITLES, GROUPS, type Region } from './resources-model.ts';
import { percent } from '../words/units.ts';
import { useWidth } from './use-size.ts';

const ROW = 25;
const HEAD = 20;
const LABEL = 52;
const GAP = 16;
const VALUE = 38;

/** Stacked bars of every resource kind in every region, against its budget, with a mark at the recommended fill. */
export function SlrBars({
  regions,
  title,
  source,
}: {
  readonly regions: readonly Region[];
  readonly title: string;
  readonly source: string;
}) {
  const [box, width] = useWidth<HTMLDivElement>(700);
  const svg = useRef<SVGSVGElement>(null);
  const columns = width < 560 ? 2 : regions.length;
  const lines = Math.ceil(regions.length / columns);
  const column = (width - LABEL) / columns;
  const bars = regions[0]?.bars.length ?? 0;
  const block = HEAD + bars * ROW + 6;
  const words = regions
    .map(
      (region) =>
        `${region.title}: ${region.bars.map((bar) => `${KIND_NAMES[bar.kind]} ${percent(bar.share)}`).join(', ')}`,
    )
    .join('. ');
  const rows = () => [
    ['region', 'kind', 'used', 'available', 'share', 'recommended', ...GROUPS.map((group) => GROUP_TITLES[group])],
    ...regions.flatMap((region) =>
      region.bars.map((bar) => [
        region.title,
        KIND_NAMES[bar.kind],
        Math.round(bar.used),
        bar.budget,
        bar.share,
        bar.limit,
        ...GROUPS.map((group) => Math.round(bar.parts[group])),
      ]),
    ),
  ];
  return (
    <div className="data">
      <div className="data__head">
        <h3>{title}</h3>
        <ul className="key" aria-label="Colours of the bars">
          {GROUPS.map((group) => (
            <li key={group}>
              <span className={`swatch swatch--square group--${group}`} aria-hidden="true" /> {GROUP_TITLES[group]}
            </li>
          ))}
          <li>
            <span className="key__limit" aria-hidden="true" /> recommended at most
          </li>
        </ul>
        <PlotExports name="resources" title={title} svg={svg} rows={rows} />
      </div>
      <div ref={box} className="bars">
        <svg ref={svg} width={width} height={lines * block} role="img" aria-label={`${title}. ${words}.`}>
          {regions.map((region, index) => {
            const left = LABEL + (index % columns) * column;
            const top = Math.floor(index / columns) * block;
            const inner = column - GAP - VALUE;
            return (
              <g key={region.id} transform={`translate(${left} ${top})`}>
                <text className={`bars__title ${index === 0 ? 'bars__title--all' : ''}`} x={0} y={12}>
                  {region.title}
                </text>
                {region.bars.map((bar, line) => {
                  const x = scaleLinear([0, Math.max(1, bar.share)], [0, inner]);
                  const y = HEAD + line * ROW;
                  let start = 0;
                  return (
                    <g key={bar.kind}>
                      {index % columns === 0 ? (
                        <text className="bars__kind" x={-LABEL} y={y + 11.5}>
                          {KIND_NAMES[bar.kind]}
                        </text>
                      ) : null}
                      <rect className="bars__track" x={0} y={y} width={x(1)} height={15} rx={2} />
                      {GROUPS.map((group) => {
                        const share = bar.budget > 0 ? bar.parts[group] / bar.budget : 0;
                        const from = start;
                        start += share;
                        return share > 0 ? (
                          <rect
                            key={group}
                            className={`bars__part group--${group}`}
                            x={x(from)}
                            y={y}
                            width={Math.max(0.5, x(share))}
                            height={15}
                          />
                        ) : null;
                      })}
                      <line className="bars__limit" x1={x(bar.limit)} x2={x(bar.limit)} y1={y - 3} y2={y + 18} />
                      {bar.share > 1 ? (
                        <line className="bars__full" x1={x(1)} x2={x(1)} y1={y - 3} y2={y + 18} />
                      ) : null}
                    </g>
                  );
                })}
              </g>
            );
          })}
        </svg>
        {regions.map((region, index) =>
          region.bars.map((bar, line) => (
            <button
              key={`${region.id}${bar.kind}`}
              type="button"
              className={`bars__value bars__value--${bar.light}`}
              style={{
                left: LABEL + (index % columns) * column + column - GAP - VALUE + 2,
                top: Math.floor(index / columns) * block + HEAD + line * ROW - 4,
              }}
              title={`${whole(bar.used)} of ${whole(bar.budget)} ${KIND_NAMES[bar.kind]} in ${region.title}`}
              aria-label={`${region.title}, ${KIND_NAMES[bar.kind]}: ${percent(bar.share)}, ${bar.light === 'green' ? 'within the recommended limit' : bar.light === 'amber' ? 'above the recommended limit' : 'does not fit'}; ask where this comes from`}
              onClick={(event) =>
                ask(
                  {
                    title: `${KIND_NAMES[bar.kind]} in ${region.title}`,
                    evidence: 'modelled',
                    answer: () => explainBar(region, bar, source),
                    about: { measure: `resources.${bar.kind}` },
                  },
                  event.currentTarget,
                )
              }
            >
              {percent(bar.share)}
              {bar.light === 'green' ? '' : bar.light === 'amber' ? ' !' : ' ✕'}
            </button>
          )),
        )}
      </div>
    </div>
  );
}
