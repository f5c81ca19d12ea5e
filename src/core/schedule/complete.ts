import { modulesFor, sourcesFor } from '../modules/catalogue.ts';
import type { DesignContext, RoleSpec } from '../modules/types.ts';
import { found } from './diagnostics.ts';
import type { DesignProblem, ResolvedOperation } from './types.ts';

const doings = ({ required }: RoleSpec): readonly string[] =>
  required === undefined ? [] : typeof required === 'string' ? [required] : required;

/** Reports what the stage does not do, and what it does twice. Tensors between these ends are checked stream by stream. */
export function checkRequired(
  operations: readonly ResolvedOperation[],
  context: DesignContext,
  problems: DesignProblem[],
): void {
  const { stage } = context;
  /** What is required, in words, with its role and the titles of the modules that do it: any of them will do. */
  const required = new Map<string, { readonly role: string; readonly titles: string[] }>();
  for (const entry of modulesFor(stage)) {
    for (const role of entry.roles(context)) {
      for (const doing of doings(role)) {
        const known = required.get(doing) ?? { role: role.role, titles: [] };
        if (!known.titles.includes(entry.title)) known.titles.push(entry.title);
        required.set(doing, known);
      }
    }
  }
  for (const [doing, { role, titles }] of required) {
    const present = operations.filter((operation) => doings(operation.role).includes(doing));
    if (present.length === 0) {
      problems.push({ ...found('role-missing', { stage, does: doing, role, module: titles.join(' or ') }), stage });
    }
    for (const extra of present.slice(1)) {
      problems.push({
        ...found('role-twice', { first: present[0]?.key ?? '', second: extra.key, role }),
        stage,
        instance: extra.owner.instance.id,
        operation: extra.operation.id,
      });
    }
  }
}

/** Reports a stage in which nothing stands: all of it is missing, which is one problem. */
export function checkEmpty({ stage }: DesignContext, problems: DesignProblem[]): void {
  problems.push({ ...found('stage-empty', { stage, module: sourcesFor(stage)[0]?.title ?? '' }), stage });
}

/** Reports hidden states that are not written and read in one form: all share a memory that keeps them as they travel. */
export function checkHidden(
  operations: readonly ResolvedOperation[],
  { stage }: DesignContext,
  problems: DesignProblem[],
): void {
  const forms = new Set<string>();
  for (const { role, inputs, outputs } of operations) {
    for (const { asStreamed } of [...(role.reads ?? []), ...(role.writes ?? [])]) {
      const type = asStreamed === undefined ? undefined : (inputs[asStreamed] ?? outputs[asStreamed]);
      if (type) forms.add(`${type.lanes} lanes, ${type.order}`);
    }
  }
  if (forms.size > 1) {
    problems.push({ ...found('hidden-forms-differ', { stage, forms: [...forms] }), stage });
  }
}
