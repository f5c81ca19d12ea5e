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
  /** What is required, in words, with its role and the titles of the modules that do it: any of them will do. */
  const required = new Map<string, { readonly role: string; readonly titles: string[] }>();
  for (const entry of modulesFor(stage)) {
    for (const { role, required: doing } of entry.roles(context)) {
      if (doing === undefined) continue;
      const titles = required.get(doing)?.titles ?? [];
      titles.push(entry.title);
      required.set(doing, { role, titles });
    }
  }
  for (const [doing, { role, titles }] of required) {
    const found = operations.filter((operation) => operation.role.required === doing);
    if (found.length === 0) {
      problems.push({
        severity: 'error',
        stage,
        message: `Nothing in ${stage} ${doing}; add the operation '${role}' (${titles.join(' or ')}).`,
      });
    }
    for (const extra of found.slice(1)) {
      problems.push({
        severity: 'error',
        stage,
        instance: extra.owner.instance.id,
        operation: extra.operation.id,
        message: `'${found[0]?.key}' and '${extra.key}' both do '${role}'; delete one of them.`,
      });
    }
  }
}

/** Reports hidden states that are not written and read in one form: all share a memory that keeps them as they travel. */
export function checkHidden(
  operations: readonly ResolvedOperation[],
  { stage }: DesignContext,
  problems: Problem[],
): void {
  const forms = new Set<string>();
  for (const { role, inputs, outputs } of operations) {
    for (const { asStreamed } of [...(role.reads ?? []), ...(role.writes ?? [])]) {
      const type = asStreamed === undefined ? undefined : (inputs[asStreamed] ?? outputs[asStreamed]);
      if (type) forms.add(`${type.lanes} lanes, ${type.order}`);
    }
  }
  if (forms.size > 1) {
    problems.push({
      severity: 'error',
      stage,
      message: `Hidden states are written and read in different forms in ${stage} (${[...forms].join('; ')}); give all hidden-state readers and the streams into hidden-state writers the same lanes and order, or insert lane adapters.`,
    });
  }
}
