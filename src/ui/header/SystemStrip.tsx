import { ArrowRight, ChevronDown, ChevronUp } from 'lucide-react';
import { useMemo } from 'react';
import { composer, useComposer } from '../state/app-store.ts';
import { clocksOf, mapOf, useAnalysis, useIdle } from '../figures/derived.ts';
import { Past } from '../figures/Past.tsx';
import { staleOf, staleText, useReadable } from '../figures/readable.ts';
import { timeOf } from '../figures/time.ts';
import { showPane } from '../state/panes.ts';
import { usePreferences } from '../state/preferences.ts';
import type { View } from '../state/store.ts';
import { type SystemPart, systemParts } from './system.ts';

function go(view: View): void {
  composer.getState().setView(view);
  showPane('canvas');
}

/** What a part of the strip leads to; those without are outside of everything that is edited here. */
const GOES: Partial<Record<SystemPart['id'], { readonly label: string; readonly run: () => void }>> = {
  prefill: { label: 'Show the prefill canvas', run: () => go('prefill') },
  decode: { label: 'Show the decode canvas', run: () => go('decode') },
  cache: { label: 'Show the memory banks', run: () => composer.getState().setBottomTab('memory') },
};

function Part({ part, shown }: { readonly part: SystemPart; readonly shown: boolean }) {
  const goes = GOES[part.id];
  const stale = staleText(staleOf(useReadable(), part.figure?.stages ?? []));
  const say = (of: 'value' | 'detail') =>
    part.figure?.of === of && part[of] !== '' ? <Past stages={part.figure.stages}>{part[of]}</Past> : part[of];
  const help = stale ? `${part.help} ${stale}` : part.help;
  const content = (
    <>
      <span className="strip__title">{part.title}</span>
      <span className="strip__value">{say('value')}</span>
      <span className="strip__detail">{say('detail')}</span>
    </>
  );
  const classes = `strip__part strip__part--${part.id} ${shown ? 'strip__part--shown' : ''}`;
  return goes ? (
    <button type="button" className={classes} title={`${help} ${goes.label}.`} onClick={goes.run}>
      {content}
    </button>
  ) : (
    <span className={classes} title={help}>
      {content}
    </span>
  );
}

/** The system around the two canvases in one line, for those who see it for the first time. */
export default function SystemStrip() {
  const open = usePreferences((state) => state.strip);
  const view = useComposer((state) => state.view);
  const analysis = useAnalysis();
  const map = useIdle(analysis, mapOf);
  const { standing } = useReadable();
  const parts = useMemo(
    () => systemParts(analysis, timeOf(analysis), map, clocksOf(analysis), standing),
    [analysis, map, standing],
  );
  const Chevron = open ? ChevronUp : ChevronDown;
  return (
    <section className={`strip ${open ? '' : 'strip--closed'}`} aria-label="The whole system">
      {open ? (
        <ol className="strip__parts">
          {parts.map((part, index) => (
            <li key={part.id}>
              {index > 0 ? <ArrowRight size={13} aria-hidden="true" className="strip__arrow" /> : null}
              <Part
                part={part}
                shown={part.id === view || (view === 'both' && (part.id === 'prefill' || part.id === 'decode'))}
              />
            </li>
          ))}
        </ol>
      ) : (
        <span className="strip__closed">prompt → prefill → KV cache → decode → tokens</span>
      )}
      <button
        type="button"
        className="strip__toggle"
        aria-expanded={open}
        aria-label={open ? 'Close the system strip' : 'Open the system strip'}
        onClick={() => usePreferences.getState().change({ strip: !open })}
      >
        <Chevron size={13} aria-hidden="true" />
      </button>
    </section>
  );
}
