import { useEffect, useRef, useState } from 'react';
import { analysisOf } from '../../core/edit/analysis.ts';
import { takeStep } from '../../core/edit/step.ts';
import type { Lever, Levers } from '../../core/estimate/design/levers.ts';
import { measureTitle } from '../../core/estimate/design/measures.ts';
import { composer, useComposer } from '../state/app-store.ts';
import type { About } from './explain-store.ts';
import { findLevers } from './lever-client.ts';

const nameOf = ({ instance, label, from, to }: Lever): string =>
  `${instance ? `${instance}: ` : ''}${label} ${from} → ${to}`;

function Row({ lever, onApply }: { readonly lever: Lever; readonly onApply: () => void }) {
  const name = nameOf(lever);
  return (
    <li className={`lever ${lever.gain > 0 && !lever.breaks ? '' : 'lever--worse'}`}>
      <span className="lever__change">{lever.change}</span>
      <span className="lever__step">
        {name}
        {lever.breaks || lever.also !== '' ? (
          <span className="lever__also">
            {[lever.breaks ? 'does not fit' : '', lever.also].filter(Boolean).join(', ')}
          </span>
        ) : null}
      </span>
      <button
        type="button"
        className="button button--small"
        aria-label={`Apply ${name}: ${lever.change}`}
        onClick={() => {
          if (composer.getState().edit((design) => takeStep(design, lever))) onApply();
        }}
      >
        Apply
      </button>
    </li>
  );
}

function Rows({ levers, onApply }: { readonly levers: readonly Lever[]; readonly onApply: () => void }) {
  return (
    <ul>
      {levers.map((lever) => (
        <Row key={`${lever.stage}/${lever.instance}/${lever.param}/${lever.to}`} lever={lever} onApply={onApply} />
      ))}
    </ul>
  );
}

/** Steps that change a figure: those that better it, the largest gain first, and apart from them those that do harm. */
export function LeverList({ about }: { readonly about: About }) {
  const design = useComposer((state) => state.design);
  const [found, setFound] = useState<Levers | 'failed' | undefined>();
  const legal = analysisOf(design).legal;
  const section = useRef<HTMLElement>(null);
  const { measure, stage, instance } = about;
  useEffect(() => {
    let here = true;
    setFound(undefined);
    if (!legal) return;
    void findLevers(design, { measure, ...(stage ? { stage } : {}), ...(instance ? { instance } : {}) }).then(
      (answer) => here && setFound(answer ?? 'failed'),
    );
    return () => {
      here = false;
    };
  }, [design, legal, measure, stage, instance]);
  // The button that was pressed goes with the step that was taken.
  const stay = (): void => section.current?.focus();
  return (
    <section
      ref={section}
      className="explain__levers"
      aria-label={measureTitle(measure)}
      aria-live="polite"
      tabIndex={-1}
    >
      <h3>{measureTitle(measure)}</h3>
      {legal ? null : <p className="muted">Steps are tried once the design has no errors.</p>}
      {legal && found === undefined ? <p className="muted">Trying parameters…</p> : null}
      {found === 'failed' ? <p className="muted">Trying parameters has failed; open this figure again.</p> : null}
      {found !== undefined && found !== 'failed' ? (
        <>
          {found.better.length === 0 ? (
            <p className="muted">No single step {instance ? `of ${instance}` : ''} betters it and fits.</p>
          ) : (
            <Rows levers={found.better} onApply={stay} />
          )}
          {found.worse.length > 0 ? (
            <details className="explain__worse">
              <summary>Steps that do harm</summary>
              <Rows levers={found.worse} onApply={stay} />
            </details>
          ) : null}
        </>
      ) : null}
    </section>
  );
}
