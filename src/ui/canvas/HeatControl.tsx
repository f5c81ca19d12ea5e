import { Flame } from 'lucide-react';
import { useId } from 'react';
import type { StageName } from '../../core/design/types.ts';
import { useReport } from '../figures/report-store.ts';
import { type Heat, HEAT_TITLES, HEATS } from '../figures/heat.ts';
import { useHeat } from './heat-store.ts';
import { showInstance } from '../actions/reveal.ts';
import { useStageHeat } from './use-stage-heat.ts';

/** Chooses what nodes are coloured by, with its legend and the hottest of them by name. */
export default function HeatControl({ stage }: { readonly stage: StageName }) {
  const kind = useHeat((state) => state.kind);
  const heat = useStageHeat(stage);
  const reported = useReport((state) => state.report !== undefined);
  const id = useId();
  return (
    <div className="heat">
      {heat ? (
        <div className="heat__legend">
          <span className="heat__scale">
            less
            <span className="ramp" aria-hidden="true">
              {[0, 1, 2, 3, 4, 5].map((step) => (
                <span key={step} className={`heat__step heat--${step}`} />
              ))}
            </span>
            more
          </span>
          {heat.hottest === undefined ? (
            <span>{heat.words}</span>
          ) : (
            <button type="button" className="link" onClick={() => showInstance(stage, heat.hottest ?? '')}>
              {heat.words}
            </button>
          )}
        </div>
      ) : null}
      <span className="heat__choice">
        <Flame size={13} aria-hidden="true" />
        <label className="sr-only" htmlFor={id}>
          Colour of the nodes in {stage}
        </label>
        <select
          id={id}
          value={kind}
          title={kind === 'off' ? undefined : HEAT_TITLES[kind]}
          onChange={(event) => useHeat.setState({ kind: event.target.value as Heat })}
        >
          {HEATS.filter((one) => one !== 'build' || reported).map((one) => (
            <option key={one} value={one}>
              {one === 'off' ? 'Heat off' : `Heat: ${HEAT_TITLES[one]}`}
            </option>
          ))}
        </select>
      </span>
    </div>
  );
}
