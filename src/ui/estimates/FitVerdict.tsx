import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react';
import { KIND_NAMES, RESOURCE_KINDS } from '../../core/targets/types.ts';
import { composer } from '../state/app-store.ts';
import { resourcesOf, useAnalysis, useIdle } from '../figures/derived.ts';
import { LIGHT_WORDS } from './resources-model.ts';
import { percent } from '../words/units.ts';

const ICONS = { green: CircleCheck, amber: TriangleAlert, red: CircleX };

/** Whether the design fits its card, in the header: the worst cause where it does not, else what it fills most. */
export default function FitVerdict() {
  const resources = useIdle(useAnalysis(), resourcesOf);
  if (!resources) return null;
  const fullest = RESOURCE_KINDS.reduce(
    (most, kind) => (resources.fill[kind] > resources.fill[most] ? kind : most),
    'lut' as (typeof RESOURCE_KINDS)[number],
  );
  const Icon = ICONS[resources.light];
  const text = resources.causes[0]?.short ?? `${KIND_NAMES[fullest]} ${percent(resources.fill[fullest])}`;
  return (
    <button
      type="button"
      className={`verdict verdict--${resources.light}`}
      title={[LIGHT_WORDS[resources.light], ...resources.reasons].join('\n')}
      aria-label={`${LIGHT_WORDS[resources.light]}: ${text}. Show the resources`}
      onClick={() => composer.getState().setBottomTab('resources')}
    >
      <Icon size={14} aria-hidden="true" /> {text}
    </button>
  );
}
