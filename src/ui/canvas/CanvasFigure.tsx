import type { StageName } from '../../core/design/types.ts';
import { Past } from '../figures/Past.tsx';
import { useReadable } from '../figures/readable.ts';
import { useTime } from '../figures/use-time.ts';
import { useComposer } from '../state/app-store.ts';
import { short } from '../words/format.ts';

/** Cycles of a stage, in the title of its canvas. */
export default function CanvasFigure({ stage }: { readonly stage: StageName }) {
  const prompt = useComposer((state) => state.design.workload.prompt);
  const time = useTime();
  const { standing } = useReadable();
  if (!time || standing[stage] === 'none') return null;
  const cycles = stage === 'prefill' ? time.prefill.cycles : time.decode.cycles / time.decode.tokens;
  return (
    <span
      className="canvas__figure"
      data-testid={`cycles-${stage}`}
      title="Modelled: counted cycles with pipeline latency, memory latency and bandwidth; not measured"
    >
      <Past stages={[stage]}>
        {short(Math.round(cycles))} cycles
        <span className="canvas__unit">{stage === 'prefill' ? `for ${prompt} tokens` : 'per token'}</span>
      </Past>
    </span>
  );
}
