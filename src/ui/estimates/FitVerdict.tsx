import { fitText } from '../../core/estimate/design/design-resources.ts';
import { composer } from '../state/app-store.ts';
import { STAGE_NAMES } from '../../core/design/types.ts';
import { resourcesOf, useAnalysis, useIdle } from '../figures/derived.ts';
import { Past } from '../figures/Past.tsx';
import { staleOf, staleText, useReadable } from '../figures/readable.ts';
import { LIGHT_WORDS } from '../words/fit.ts';
import { FitIcon } from '../components/FitIcon.tsx';

/** Whether the design fits its card, in the header: the worst cause where it does not, else what it fills most. */
export default function FitVerdict() {
  const resources = useIdle(useAnalysis(), resourcesOf);
  const shown = useReadable();
  if (!resources) return null;
  const [cause] = resources.causes;
  const stages = cause?.stage ? [cause.stage] : STAGE_NAMES;
  const past = staleText(staleOf(shown, stages));
  if (staleOf(shown, stages).none.length > 0) return null;
  const text = fitText(resources);
  return (
    <button
      type="button"
      className={past ? 'verdict verdict--fit' : `verdict verdict--fit verdict--${resources.light}`}
      title={[...(past ? [past] : []), LIGHT_WORDS[resources.light], ...resources.reasons].join('\n')}
      aria-label={`${past ? 'Before the error: ' : ''}${LIGHT_WORDS[resources.light]}: ${text}. Show the resources`}
      onClick={() => composer.getState().setBottomTab('resources')}
    >
      <Past stages={stages}>
        <FitIcon light={resources.light} /> {text}
      </Past>
    </button>
  );
}
