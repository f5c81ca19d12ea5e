import { TriangleAlert } from 'lucide-react';
import { STAGE_NAMES } from '../../core/design/types.ts';
import type { StageClock } from '../../core/estimate/stage/clocks.ts';
import { clocksOf, useAnalysis } from '../figures/derived.ts';
import { limitOf } from '../figures/limit.ts';
import { Past } from '../figures/Past.tsx';
import { staleOf, staleText, useReadable } from '../figures/readable.ts';
import { timeOf } from '../figures/time.ts';
import { composer } from '../state/app-store.ts';
import { clockPair, clockReason, clockShort } from '../words/clocks.ts';
import { duration, rate } from '../words/format.ts';
import { STAGE_TITLES } from '../words/names.ts';

/** How far the clock entered is above what can be expected. */
const excess = ({ entered, leading }: StageClock): number => entered / leading;

/** How fast the design is, in the header, at the clocks that can be expected; one entered above them is said. */
export default function SpeedVerdict() {
  const analysis = useAnalysis();
  const time = timeOf(analysis);
  const clocks = clocksOf(analysis);
  const shown = useReadable();
  if (!time || !clocks) return null;
  const stale = staleText(staleOf(shown));
  const known = STAGE_NAMES.filter((stage) => shown.standing[stage] !== 'none');
  const above = known.filter((stage) => clocks[stage].above).sort((a, b) => excess(clocks[b]) - excess(clocks[a]));
  const [worst] = above;
  return (
    <>
      <button
        type="button"
        className="verdict"
        title={`${stale ? `${stale}\n` : ''}Modelled: counted cycles with pipeline latency, memory latency and bandwidth; not measured.\n${known
          .map(
            (stage) =>
              `${STAGE_TITLES[stage]}: ${clockPair(clocks[stage])}${clocks[stage].held ? `; ${clockReason(clocks[stage])}` : ''}`,
          )
          .join('\n')}${known.map((stage) => `\n${limitOf(analysis, stage)?.text ?? ''}`).join('')}`}
        onClick={() => composer.getState().setBottomTab('time')}
      >
        <span className="verdict__label verdict__label--wide">first token</span>{' '}
        <Past>{duration(time.timeToFirstToken)}</Past> <span className="summary__dot">·</span>{' '}
        <Past stages={['decode']}>{rate(time.tokensPerSecond)}</Past> <span className="verdict__label">tokens/s</span>
      </button>
      {worst ? (
        <button
          type="button"
          className="verdict verdict--amber verdict--clock"
          title={`${above
            .map((stage) => `${STAGE_TITLES[stage]}: ${clockPair(clocks[stage])}. ${clocks[stage].evidence}`)
            .join('\n')}\nFigures are at the highest clock expected.`}
          aria-label={`at ${clockShort(clocks[worst])}, above what can be expected: ${above
            .map((stage) => `${stage} ${clockPair(clocks[stage])}`)
            .join('; ')}. Show the resources`}
          onClick={() => composer.getState().setBottomTab('resources')}
        >
          <TriangleAlert size={14} aria-hidden="true" />
          <span>
            <span className="verdict__label verdict__label--wide">at</span> {clockShort(clocks[worst])}
          </span>
        </button>
      ) : null}
    </>
  );
}
