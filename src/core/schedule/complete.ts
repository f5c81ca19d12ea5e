import type { Problem } from '../design/types.ts';
import { modulesFor } from '../modules/catalogue.ts';
import type { DesignContext } from '../modules/types.ts';
import type { ResolvedOperation } from './types.ts';

/** Reports what the stage does not do, and what it does twice. Tensors between these ends are checked stream by stream. */
export function checkRequired(
  operations: readonly ResolvedOperation[],
  context: DesignContext,
  problems: Problem[],
): void {
  const { stage } = context;
  for (const entry of modulesFor(stage)) {
    for (const role of entry.roles(context)) {
      if (!role.required) continue;
      const found = operations.filter(
        (operation) => operation.owner.entry === entry && operation.operation.role === role.role,
      );
      if (found.length === 0) {
        problems.push({
          severity: 'error',
          stage,
          message: `Nothing in ${stage} ${role.required}; add the operation '${role.role}' (${entry.title}).`,
        });
      }
      for (const extra of found.slice(1)) {
        problems.push({
          severity: 'error',
          stage,
          instance: extra.owner.instance.id,
          operation: extra.operation.id,
          message: `'${found[0]?.key}' and '${extra.key}' both do '${role.role}'; delete one of them.`,
        });
      }
    }
  }
}

/** Reports hidden states that are not written and read in one form: all share a memory. */
export function checkHidden(
  operations: readonly ResolvedOperation[],
  { stage }: DesignContext,
  problems: Problem[],
): void {
  const hidden = new Set<string>();
  for (const { role, inputs, outputs } of operations) {
    if (!role.reads?.includes('hidden') && !role.writes?.includes('hidden')) continue;
    const type = inputs['in'] ?? outputs['out'];
    if (type) hidden.add(`${type.lanes} lanes, ${type.order}`);
  }
  if (hidden.size > 1) {
    problems.push({
      severity: 'error',
      stage,
      message: `Hidden states are written and read in different forms in ${stage} (${[...hidden].join('; ')}); give all hidden-state readers and the streams into hidden-state writers the same lanes and order, or insert lane adapters.`,
    });
  }
}
