import { Adapt } from '../adapt/Adapt.tsx';
import type { StageName } from '../../core/design/types.ts';
import { legalValues } from '../../core/modules/choices.ts';
import { moduleById, paramsOf } from '../../core/modules/catalogue.ts';
import type { ParamSpec } from '../../core/modules/types.ts';
import { ChoiceField } from '../components/ChoiceField.tsx';
import { ModuleGlyph } from '../components/ModuleGlyph.tsx';
import { TextField } from '../components/TextField.tsx';
import { GroupFields } from './GroupFields.tsx';
import { openDialog } from '../state/dialogs.ts';
import { leaveGroup } from '../../core/edit/annotations.ts';
import { groupOf, groupSelection } from '../../core/edit/groups.ts';
import { composer, useComposer } from '../state/app-store.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import { findInstance, renameInstance } from '../../core/edit/instances.ts';
import { setParam } from '../../core/edit/parameters.ts';
import { CyclesTable } from './CyclesTable.tsx';
import { Operations } from './Operations.tsx';
import { ProblemList } from './ProblemList.tsx';
import { SelectionTools } from './SelectionTools.tsx';

/** A piece of hardware: what it is, its parameters, its operations and what they cost. */
export default function InstancePanel({ stage, id }: { readonly stage: StageName; readonly id: string }) {
  const design = useComposer((state) => state.design);
  const instance = findInstance(design, stage, id);
  const entry = instance && moduleById(instance.module);
  if (!instance) return null;
  const { edit } = composer.getState();
  const group = groupOf(design.stages[stage], id);
  const analysis = analysisOf(design);
  const problems = analysis.problems.filter((problem) => problem.stage === stage && problem.instance === id);
  const selection = { stage, instances: [id], streams: [] };
  const params = entry ? paramsOf(entry, instance.params) : {};
  const roles = instance.operations.map(({ role }) => role);
  const choices = (param: ParamSpec) => legalValues(param, analysis.stages[stage].context, params, roles) ?? [];
  const shown = entry?.params.filter((param) => param.stages?.includes(stage) ?? true) ?? [];
  return (
    <div className="inspector">
      <div className="panel-head">
        {entry ? <ModuleGlyph glyph={entry.glyph} category={entry.category} size={18} /> : null}
        <h2>{entry?.title ?? instance.module}</h2>
        <SelectionTools selection={selection} />
      </div>
      <section className="inspector__section">
        <TextField
          label="Instance name"
          mono
          value={id}
          onCommit={(name) => edit((present) => renameInstance(present, stage, id, name.trim()))}
        />
        {entry ? (
          <details className="help">
            <summary>About this module</summary>
            <p>{entry.help}</p>
            <p className="help__source">{entry.source}</p>
            <button type="button" className="link" onClick={() => openDialog('help')}>
              Ports, parameters and cost (F1)
            </button>
          </details>
        ) : null}
      </section>
      {group ? (
        <section className="inspector__section">
          <h3>Group</h3>
          {group.members.length === 1 ? (
            <GroupFields stage={stage} group={group} />
          ) : (
            <div className="button-row">
              <button
                type="button"
                className="button"
                onClick={() => composer.getState().select(groupSelection(stage, group))}
              >
                Select {group.title}
              </button>
              <button type="button" className="button" onClick={() => edit(() => leaveGroup(stage, group.id, id))}>
                Take out
              </button>
            </div>
          )}
        </section>
      ) : null}
      <Adapt />
      {problems.length > 0 ? (
        <section className="inspector__section">
          <h3>Problems</h3>
          <ProblemList problems={problems} />
        </section>
      ) : null}
      {shown.length > 0 ? (
        <section className="inspector__section">
          <h3>Parameters</h3>
          {shown.map((param) => (
            <ChoiceField
              key={param.id}
              label={param.label}
              help={param.help}
              value={params[param.id] ?? param.default}
              choices={choices(param)}
              problem={problems.find((problem) => problem.param === param.id)?.message}
              onChange={(value) => edit((present) => setParam(present, stage, id, param.id, value))}
            />
          ))}
        </section>
      ) : null}
      {entry ? <Operations stage={stage} instance={instance} entry={entry} /> : null}
      <CyclesTable stage={stage} id={id} />
    </div>
  );
}
