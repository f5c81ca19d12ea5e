import type { Design, Endpoint, Instance, StageName } from '../design/types.ts';
import { modulesFor, paramsOf } from '../modules/catalogue.ts';
import type { ModuleEntry } from '../modules/types.ts';
import { NODE } from '../templates/layout.ts';
import { checkConnection, newProblems, type PortEnd, tensorOf, type Verdict } from './connection.ts';
import { type Edit, isRefused } from './edit.ts';
import { addInstance, findInstance, rolesOf } from './instances.ts';
import { sequence } from './sequence.ts';
import { connect, endName, sameEnd } from './streams.ts';

/** Modules between an output and an input that do not fit one another: a lane adapter, a quantizer, a dequantizer and their like. */

export type Remedy = NonNullable<Extract<Verdict, { ok: false }>['remedy']>;

const LANES = [1, 2, 4, 8, 16, 32, 64, 128];
const BRIDGES = new Set(['lane_adapter', 'quantize', 'quantize_static', 'dequantize', 'scale_static']);

interface Trial {
  readonly role: string;
  readonly params: Instance['params'];
}

/** Lane counts that are worth a trial: those that other inputs of the target, or the model, suggest come first. */
function trials(design: Design, stage: StageName, entry: ModuleEntry, tensor: string | undefined): Trial[] {
  const roles = rolesOf(design, stage, entry).filter((role) => {
    const expected = role.inputs['in'];
    return expected === null || tensor === undefined || expected === tensor;
  });
  if (entry.id !== 'lane_adapter') return roles.map(({ role }) => ({ role, params: {} }));
  const common = new Set(
    design.stages[stage].instances.flatMap((instance) =>
      Object.entries(instance.params).flatMap(([id, value]) =>
        ['lanes', 'bp', 'wp'].includes(id) && typeof value === 'number' ? [value] : [],
      ),
    ),
  );
  const lanes = [...new Set([...common, ...LANES])];
  return roles.flatMap(({ role }) =>
    ['blocked', 'interleaved'].flatMap((order) => lanes.map((count) => ({ role, params: { lanes: count, order } }))),
  );
}

function between(design: Design, stage: StageName, from: Endpoint, to: Endpoint): Instance['position'] {
  const a = findInstance(design, stage, from.instance)?.position ?? { x: 0, y: 0 };
  const b = findInstance(design, stage, to.instance)?.position ?? a;
  const apart = b.x - a.x;
  return apart > 2 * NODE.width + 40
    ? { x: Math.round((a.x + b.x) / 2), y: Math.round((a.y + b.y) / 2) }
    : { x: a.x + (apart >= 0 ? 80 : -80), y: Math.max(a.y, b.y) + 140 };
}

function bridgeEdit(
  design: Design,
  stage: StageName,
  from: Endpoint,
  to: Endpoint,
  entry: ModuleEntry,
  trial: Trial,
): Edit | undefined {
  let bridge = '';
  let operation = '';
  const edit = sequence(design, `Insert ${entry.title} before ${to.operation}`, [
    (present) => {
      const added = addInstance(present, stage, entry.id, between(present, stage, from, to), trial.role);
      if (isRefused(added)) return added;
      bridge = added.select?.instances[0] ?? '';
      return {
        ...added,
        recipe: (draft) => {
          added.recipe(draft);
          const made = draft.stages[stage].instances.find((instance) => instance.id === bridge);
          if (made) Object.assign(made.params, trial.params);
          return undefined;
        },
      };
    },
    (present) => {
      operation = findInstance(present, stage, bridge)?.operations[0]?.id ?? trial.role;
      return connect(present, stage, from, { instance: bridge, operation, port: 'in' });
    },
    (present) => connect(present, stage, { instance: bridge, operation, port: 'out' }, to),
  ]);
  if (isRefused(edit)) return undefined;
  const problems = newProblems(design, stage, edit, [
    { instance: bridge, operation, port: 'in' },
    { instance: bridge, operation, port: 'out' },
    from,
    to,
  ]);
  return problems.length === 0 ? edit : undefined;
}

let last: { readonly design: Design; readonly key: string; readonly remedy: Remedy | undefined } | undefined;

function findRemedy(design: Design, stage: StageName, a: PortEnd, b: PortEnd): Remedy | undefined {
  const verdict = checkConnection(design, stage, a, b);
  if (verdict.ok) return undefined;
  if (verdict.remedy) return verdict.remedy;
  if (a.direction === b.direction) return undefined;
  const [from, to] = a.direction === 'out' ? [a.end, b.end] : [b.end, a.end];
  if (from.instance === to.instance) return undefined;
  // Only where both ends are free: a bridge cannot help against a second reader or writer.
  if (design.stages[stage].streams.some((stream) => sameEnd(stream.to, to) || sameEnd(stream.from, from)))
    return undefined;
  const tensor = tensorOf(design, stage, from);
  // What has no further ports, which would stay open, comes first.
  const ports = (entry: ModuleEntry): number => entry.inputs.length + entry.outputs(paramsOf(entry, {})).length;
  const bridges = modulesFor(stage)
    .filter((entry) => BRIDGES.has(entry.id))
    .sort((x, y) => ports(x) - ports(y));
  for (const entry of bridges) {
    for (const trial of trials(design, stage, entry, tensor)) {
      const edit = bridgeEdit(design, stage, from, to, entry, trial);
      if (edit) return { label: `Insert a ${entry.title.toLowerCase().replace(/ \((prefill|decode)\)/, '')}`, edit };
    }
  }
  return undefined;
}

/** What makes two ports fit that do not, when one module between them (or a fork) does; kept for the pointer that rests there. */
export function remedyFor(design: Design, stage: StageName, a: PortEnd, b: PortEnd): Remedy | undefined {
  const key = `${stage}|${a.direction}${endName(a.end)}|${b.direction}${endName(b.end)}`;
  if (last?.design === design && last.key === key) return last.remedy;
  const remedy = findRemedy(design, stage, a, b);
  last = { design, key, remedy };
  return remedy;
}
