import type { StageName } from '../../core/design/types.ts';
import { plural, short } from '../words/format.ts';
import { STAGE_TITLES } from '../words/names.ts';
import { useComposer } from '../state/app-store.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import { useTime } from '../figures/use-time.ts';

/** Name and figures of a canvas. */
export function CanvasTitle({ stage }: { readonly stage: StageName }) {
  const active = useComposer((state) => state.stage === stage);
  const instances = useComposer((state) => state.design.stages[stage].instances.length);
  const passes = useComposer((state) => analysisOf(state.design).stages[stage].passes.length);
  const legal = useComposer((state) => analysisOf(state.design).stages[stage].legal);
  const tp = useComposer((state) => state.design.tokenParallelism);
  const workload = useComposer((state) => state.design.workload);
  const time = useTime();
  const cycles =
    stage === 'prefill' ? time?.prefill.cycles : time ? time.decode.cycles / time.decode.tokens : undefined;
  return (
    <header className={`canvas__title ${active ? 'canvas__title--active' : ''}`}>
      <h2>{STAGE_TITLES[stage]}</h2>
      <span className="canvas__sub">
        {stage === 'prefill' ? `${plural(tp, 'token')} side by side` : 'one token at a time'}
        {instances > 0 ? ` · ${plural(instances, 'instance')}` : ''}
        {legal && passes > 0 ? ` · ${plural(passes, 'pass', 'passes')}` : ''}
      </span>
      {cycles !== undefined ? (
        <span
          className="canvas__figure"
          data-testid={`cycles-${stage}`}
          title="Modelled: counted cycles with pipeline latency, memory latency and bandwidth; not measured"
        >
          {short(Math.round(cycles))} cycles
          <span className="canvas__unit">{stage === 'prefill' ? `for ${workload.prompt} tokens` : 'per token'}</span>
        </span>
      ) : null}
    </header>
  );
}
