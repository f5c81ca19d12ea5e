import { Pause, Play, SkipBack, SkipForward, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { SECTIONS } from './schedule-sections.ts';
import type { StageAnalysis } from '../../core/schedule/types.ts';
import { IconButton } from '../components/IconButton.tsx';
import { plural } from '../words/format.ts';
import { still } from '../components/motion.ts';
import { composer, useComposer } from '../state/app-store.ts';

const STEP_MS = 1800;
const MAX_NAMES = 6;

/** What happens in a pass, in words. */
function sentence(analysis: StageAnalysis, index: number): string {
  const pass = analysis.passes.find((candidate) => candidate.index === index);
  if (!pass) return '';
  const names = pass.operations.map((operation) => operation.operation.id);
  const carried = analysis.streams.filter((stream) => stream.kind !== 'fifo');
  const into = carried.filter((stream) => stream.to.pass === index).length;
  const out = carried.filter((stream) => stream.from.pass === index).length;
  return `Pass ${index} of ${analysis.passes.length}, ${SECTIONS[pass.section]}: ${names.slice(0, MAX_NAMES).join(', ')}${names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : ''}.${into ? ` ${plural(into, 'stream')} carried in from an earlier pass.` : ''}${out ? ` ${plural(out, 'stream')} kept for a later one.` : ''}`;
}

/** Steps through the passes on the canvas. Plays by itself only where motion is welcome. */
export function PlayBar({ analysis }: { readonly analysis: StageAnalysis }) {
  const { stage, passes } = analysis;
  const [playing, setPlaying] = useState(false);
  const step = useComposer((state) => (state.played?.stage === stage ? state.played.index : undefined));
  const { play } = composer.getState();
  const first = passes[0]?.index ?? 0;
  const last = passes.at(-1)?.index ?? 0;
  const go = (by: number): void =>
    play({ stage, index: step === undefined ? (by > 0 ? first : last) : Math.max(first, Math.min(last, step + by)) });
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => {
      const { played, play: show } = composer.getState();
      const at = played?.stage === stage ? played.index : first - 1;
      if (at >= last) setPlaying(false);
      else show({ stage, index: at + 1 });
    }, STEP_MS);
    return () => clearInterval(timer);
  }, [playing, stage, first, last]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another stage begins anew
  useEffect(
    () => () => {
      setPlaying(false);
      play(undefined);
    },
    [stage, play],
  );
  return (
    <div className="play" role="toolbar" aria-label="Step through the passes">
      <IconButton label="Previous pass" disabled={step === undefined || step <= first} onClick={() => go(-1)}>
        <SkipBack size={14} />
      </IconButton>
      {still() ? null : (
        <IconButton
          label={playing ? 'Pause' : 'Play the passes'}
          onClick={() => {
            if (!playing) play({ stage, index: step === undefined || step >= last ? first : step });
            setPlaying(!playing);
          }}
        >
          {playing ? <Pause size={14} /> : <Play size={14} />}
        </IconButton>
      )}
      <IconButton label="Next pass" disabled={step !== undefined && step >= last} onClick={() => go(1)}>
        <SkipForward size={14} />
      </IconButton>
      {step === undefined ? null : (
        <>
          <IconButton
            label="End the walk through the passes"
            onClick={() => {
              setPlaying(false);
              play(undefined);
            }}
          >
            <X size={14} />
          </IconButton>
          <span className="play__text" role="status" aria-live={playing ? 'off' : 'polite'}>
            {sentence(analysis, step)}
          </span>
        </>
      )}
    </div>
  );
}
