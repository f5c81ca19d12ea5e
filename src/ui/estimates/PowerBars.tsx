import { scaleLinear } from 'd3-scale';
import { useRef } from 'react';
import type { Energy } from '../../core/estimate/design/energy.ts';
import type { PowerEstimate } from '../../core/estimate/stage/power.ts';
import { STAGE_TITLES } from '../words/names.ts';
import { STAGE_NAMES, type StageName } from '../../core/design/types.ts';
import { energyFor } from '../figures/derived.ts';
import { Figure, Mark } from './Explain.tsx';
import { PlotExports } from './Exports.tsx';
import { watts } from '../words/units.ts';
import { useWidth } from './use-size.ts';

const explainPower = (stage: StageName, power: PowerEstimate) => ({
  figure: `power.${stage}`,
  formula: power.parts.map((part) => part.what.toLowerCase()).join(' + '),
  values: [
    ...power.parts.map((part) => ({ name: part.what, value: `${part.watts.toFixed(1)} W: ${part.formula}` })),
    { name: 'sum', value: `${power.total.toFixed(1)} W` },
    { name: 'limit of the card', value: `${power.limit} W` },
  ],
  source: [...new Set(power.parts.map((part) => part.source))].join('; '),
});

const PART_NAMES: Readonly<Record<PowerEstimate['parts'][number]['id'], string>> = {
  idle: 'idle card',
  clock: 'clock',
  logic: 'logic',
  dsp: 'DSP',
  memories: 'BRAM, URAM',
  hbm: 'HBM',
};

/** Power of the card in each stage against its limit, and what a token costs. */
export function PowerBars({ energy }: { readonly energy: Energy }) {
  const [box, width] = useWidth<HTMLDivElement>(360);
  const svg = useRef<SVGSVGElement>(null);
  const most = Math.max(energy.limitWatts * 1.08, energy.prefill.watts, energy.decode.watts);
  const x = scaleLinear([0, most], [58, width - 62]);
  const title = 'Power of the card';
  return (
    <div className="data">
      <div className="data__head">
        <h3>{title}</h3>
        <Mark evidence="modelled" />
        <PlotExports
          name="power"
          title={title}
          svg={svg}
          rows={() => [
            ['stage', 'part', 'watts', 'how', 'source'],
            ...STAGE_NAMES.flatMap((stage) =>
              energy[stage].power.parts.map((part) => [stage, part.what, part.watts, part.formula, part.source]),
            ),
          ]}
        />
      </div>
      <div ref={box} className="bars">
        <svg
          ref={svg}
          width={width}
          height={88}
          role="img"
          aria-label={`${title}: prefill ${watts(energy.prefill.watts)}, decode ${watts(energy.decode.watts)}, limit ${watts(energy.limitWatts)}`}
        >
          {STAGE_NAMES.map((stage, line) => {
            let start = 0;
            const y = 4 + line * 27;
            return (
              <g key={stage}>
                <text className="bars__kind" x={0} y={y + 12}>
                  {STAGE_TITLES[stage]}
                </text>
                <rect className="bars__track" x={x(0)} y={y} width={x(energy.limitWatts) - x(0)} height={16} rx={2} />
                {energy[stage].power.parts.map((part) => {
                  const from = start;
                  start += part.watts;
                  const wide = x(start) - x(from);
                  return (
                    <rect
                      key={part.id}
                      className={`bars__part power--${part.id}`}
                      x={x(from)}
                      y={y}
                      width={Math.max(0, wide)}
                      height={16}
                    />
                  );
                })}
                <line
                  className="bars__full"
                  x1={x(energy.limitWatts)}
                  x2={x(energy.limitWatts)}
                  y1={y - 3}
                  y2={y + 19}
                />
              </g>
            );
          })}
          <text className="plot__tick" x={x(energy.limitWatts)} y={68} textAnchor="middle">
            limit {energy.limitWatts} W
          </text>
        </svg>
        {STAGE_NAMES.map((stage, line) => (
          <span key={stage} className="bars__side" style={{ top: line * 27 + 1 }}>
            <Figure
              label={`Power in ${stage}: ${watts(energy[stage].watts)}, ask where this comes from`}
              question={{
                title: `Power in ${stage}`,
                evidence: 'modelled',
                answer: (analysis) => {
                  const now = energyFor(analysis);
                  return now && explainPower(stage, now[stage].power);
                },
                about: { stage, measure: `${stage}.watts` },
              }}
            >
              {watts(energy[stage].watts)}
            </Figure>
          </span>
        ))}
      </div>
      <ul className="key" aria-label="Colours of the power bars">
        {energy.decode.power.parts.map((part) => (
          <li key={part.id}>
            <span className={`swatch swatch--square power--${part.id}`} aria-hidden="true" /> {PART_NAMES[part.id]}
          </li>
        ))}
      </ul>
      <p className="fact">
        <Figure
          question={{
            title: 'Tokens per joule',
            evidence: 'modelled',
            about: { measure: 'tokensPerJoule' },
            answer: (analysis) => {
              const now = energyFor(analysis);
              return (
                now && {
                  figure: 'tokensPerJoule',
                  formula: 'generated tokens / (power of prefill × its seconds + power of decode × its seconds)',
                  values: [
                    { name: 'prefill', value: `${now.prefill.joules.toFixed(1)} J` },
                    { name: 'decode', value: `${now.decode.joules.toFixed(1)} J` },
                    { name: 'generated tokens', value: String(analysis.design.workload.generate) },
                    { name: 'decode alone', value: `${now.decode.tokensPerJoule.toPrecision(3)} tokens/J` },
                    { name: 'with prefill', value: `${now.tokensPerJoule.toPrecision(3)} tokens/J` },
                  ],
                  source: 'Power model of the card; toggle rates are those of another design: good to about 30 %.',
                }
              );
            },
          }}
        >
          {energy.tokensPerJoule.toPrecision(3)} tokens per joule
        </Figure>{' '}
        for the workload, {energy.decode.tokensPerJoule.toPrecision(3)} in decode alone.{' '}
        {energy.withinLimit
          ? `Within the ${energy.limitWatts} W of the card.`
          : `Above the ${energy.limitWatts} W that the card may draw.`}
      </p>
    </div>
  );
}
