import { paramsOf, moduleById } from '../../core/modules/catalogue.ts';
import type { PortSpec } from '../../core/modules/types.ts';
import { ModuleGlyph } from '../components/ModuleGlyph.tsx';
import { CATEGORY_NAMES } from '../words/names.ts';
import { whole } from '../words/format.ts';
import { Shell } from './Shell.tsx';
import { resourcesOf } from '../figures/derived.ts';
import { KIND_NAMES, RESOURCE_KINDS } from '../../core/targets/types.ts';
import { CyclesTable } from '../inspector/CyclesTable.tsx';
import { useComposer } from '../state/app-store.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import { findInstance, rolesOf } from '../../core/edit/instances.ts';

function Ports({ title, ports }: { readonly title: string; readonly ports: readonly PortSpec[] }) {
  if (ports.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <dl className="help-page__list">
        {ports.map((port) => (
          <div key={port.id} className="pair">
            <dt className="mono">{port.label}</dt>
            <dd>{port.help}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** The page of a module: what it does, its ports, parameters and operations, and what the selected instance costs. All of it from the catalogue. */
export default function HelpDialog() {
  const design = useComposer((state) => state.design);
  const { stage, instances } = useComposer((state) => state.selection);
  const instance = findInstance(design, stage, instances[0] ?? '');
  const entry = instance && moduleById(instance.module);
  if (!instance || !entry) {
    return (
      <Shell title="About a module" description="Select an instance on a canvas first; its module is explained here.">
        <p className="panel-empty">Nothing is selected.</p>
      </Shell>
    );
  }
  const analysis = analysisOf(design);
  const resources = resourcesOf(analysis)?.[stage].perInstance.get(instance.id);
  const params = paramsOf(entry, instance.params);
  const roles = rolesOf(design, stage, entry);
  return (
    <Shell
      wide
      title={entry.title}
      description={`${CATEGORY_NAMES[entry.category]} · ${entry.stages.join(' and ')} · also called ${entry.aliases.slice(0, 5).join(', ') || 'by no other name'}`}
    >
      <div className="help-page">
        <div className="help-page__lead">
          <ModuleGlyph glyph={entry.glyph} category={entry.category} size={56} />
          <p>{entry.help}</p>
        </div>
        <div className="help-page__columns">
          <section>
            <Ports title="Inputs" ports={entry.inputs} />
            <Ports title="Outputs" ports={entry.outputs(params)} />
            {entry.params.length > 0 ? <h3>Parameters</h3> : null}
            <dl className="help-page__list">
              {entry.params.map((param) => (
                <div key={param.id} className="pair">
                  <dt>
                    <span className="mono">{param.id}</span> = {String(params[param.id])}
                  </dt>
                  <dd>
                    {param.label}. {param.help}
                  </dd>
                </div>
              ))}
            </dl>
            <h3>Can do in {stage}</h3>
            <p>{roles.map((role) => role.label).join(', ') || 'nothing under this recipe'}</p>
            <h3>Formulas and sources</h3>
            <p>{entry.source}</p>
            {entry.barrier ? (
              <p>
                It holds a whole block of tokens (or a row of keys) before anything leaves, so what follows starts
                later.
              </p>
            ) : null}
          </section>
          <section>
            <h3>
              What <span className="mono">{instance.id}</span> takes
            </h3>
            {resources ? (
              <dl className="help-page__list">
                {RESOURCE_KINDS.map((kind) => (
                  <div key={kind} className="pair">
                    <dt>{KIND_NAMES[kind]}</dt>
                    <dd>{whole(resources[kind])}</dd>
                  </div>
                ))}
              </dl>
            ) : (
              <p className="muted">Estimated once the design has no errors.</p>
            )}
            <CyclesTable stage={stage} id={instance.id} />
          </section>
        </div>
      </div>
    </Shell>
  );
}
