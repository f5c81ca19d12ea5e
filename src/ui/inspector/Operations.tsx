import { Plus, SquareSplitHorizontal, Trash2 } from 'lucide-react';
import { useId, useState } from 'react';
import type { Instance, Operation, StageName } from '../../core/design/types.ts';
import type { ModuleEntry } from '../../core/modules/types.ts';
import { cardsOf, type PortCard } from '../drawing/cards.ts';
import { IconButton } from '../components/IconButton.tsx';
import { composer, useComposer } from '../state/app-store.ts';
import { nextRole, rolesOf } from '../../core/edit/instances.ts';
import { addOperation, moveOperation, removeOperation, setRole, splitOperation } from '../../core/edit/operations.ts';
import { ConnectRow } from './ConnectRow.tsx';

interface OperationsProps {
  readonly stage: StageName;
  readonly instance: Instance;
  readonly entry: ModuleEntry;
}

function OperationItem({ stage, instance, entry, operation }: OperationsProps & { readonly operation: Operation }) {
  const id = useId();
  const design = useComposer((state) => state.design);
  const row = cardsOf(design, stage)
    .instances.get(instance.id)
    ?.rows.find((candidate) => candidate.id === operation.id);
  const { edit } = composer.getState();
  const roles = rolesOf(design, stage, entry);
  const known = roles.some((role) => role.role === operation.role);
  const twins = design.stages[stage].instances.filter(
    (other) => other.module === instance.module && other.id !== instance.id,
  );
  const port = (card: PortCard, direction: 'input' | 'output') => (
    <ConnectRow
      key={`${direction}${card.id}`}
      stage={stage}
      end={{ instance: instance.id, operation: operation.id, port: card.id }}
      direction={direction}
      card={card}
    />
  );
  return (
    <li className="operation">
      <div className="operation__head">
        <span className="mono operation__id">{operation.id}</span>
        {row?.pass === undefined ? null : <span className="chip">pass {row.pass}</span>}
        <span className="operation__tools">
          {instance.operations.length > 1 ? (
            <IconButton
              label={`Give ${operation.id} its own instance`}
              onClick={() => edit((present) => splitOperation(present, stage, instance.id, operation.id))}
            >
              <SquareSplitHorizontal size={14} />
            </IconButton>
          ) : null}
          <IconButton
            label={`Remove operation ${operation.id}`}
            onClick={() => edit((present) => removeOperation(present, stage, instance.id, operation.id))}
          >
            <Trash2 size={14} />
          </IconButton>
        </span>
      </div>
      {roles.length > 1 || !known ? (
        <div className="field field--inline">
          <label className="field__label" htmlFor={`${id}-role`}>
            Does
          </label>
          <select
            id={`${id}-role`}
            className="select"
            value={operation.role}
            aria-invalid={!known}
            onChange={(event) =>
              edit((present) => setRole(present, stage, instance.id, operation.id, event.target.value))
            }
          >
            {known ? null : <option value={operation.role}>{operation.role} (not possible here)</option>}
            {roles.map((role) => (
              <option key={role.role} value={role.role}>
                {role.label}
              </option>
            ))}
          </select>
        </div>
      ) : null}
      {twins.length > 0 ? (
        <div className="field field--inline">
          <label className="field__label" htmlFor={`${id}-on`}>
            On
          </label>
          <select
            id={`${id}-on`}
            className="select select--mono"
            value={instance.id}
            onChange={(event) =>
              edit((present) => moveOperation(present, stage, instance.id, operation.id, event.target.value))
            }
          >
            <option value={instance.id}>{instance.id} (this one)</option>
            {twins.map((other) => (
              <option key={other.id} value={other.id}>
                {other.id}
              </option>
            ))}
          </select>
        </div>
      ) : null}
      <ul className="ports">
        {row?.inputs.map((card) => port(card, 'input'))}
        {row?.outputs.map((card) => port(card, 'output'))}
      </ul>
    </li>
  );
}

/** The operations of an instance: reuse is one more of them. */
export function Operations({ stage, instance, entry }: OperationsProps) {
  const design = useComposer((state) => state.design);
  const roles = rolesOf(design, stage, entry);
  const suggested = nextRole(design, stage, entry, instance) ?? '';
  const [wished, setWished] = useState<string | undefined>();
  const id = useId();
  const role = wished !== undefined && roles.some((candidate) => candidate.role === wished) ? wished : suggested;
  return (
    <section className="inspector__section">
      <h3>
        Operations <span className="muted">{instance.operations.length > 1 ? 'reused in time' : ''}</span>
      </h3>
      <ul className="operations">
        {instance.operations.map((operation) => (
          <OperationItem key={operation.id} stage={stage} instance={instance} entry={entry} operation={operation} />
        ))}
      </ul>
      <div className="operation__add">
        <label className="sr-only" htmlFor={id}>
          Operation to add
        </label>
        <select id={id} className="select" value={role} onChange={(event) => setWished(event.target.value)}>
          {roles.map((candidate) => (
            <option key={candidate.role} value={candidate.role}>
              {candidate.label}
            </option>
          ))}
        </select>
        <button
          type="button"
          className="button"
          onClick={() => {
            composer.getState().edit((present) => addOperation(present, stage, instance.id, role));
            setWished(undefined);
          }}
        >
          <Plus size={13} aria-hidden="true" /> Add operation
        </button>
      </div>
    </section>
  );
}
