import type { Design, Endpoint, Instance, ParamValue, StageName } from '../design/types.ts';
import { modulesFor, paramsOf } from '../modules/catalogue.ts';
import type { ModuleEntry, ParamSpec, PortSpec } from '../modules/types.ts';
import { designContext } from '../schedule/context.ts';
import { NODE } from '../templates/layout.ts';
import { analysisOf } from './analysis.ts';
import { checkConnection, newProblems, type PortEnd, tensorOf, type Verdict } from './connection.ts';
import { type Edit, isRefused } from './edit.ts';
import { addInstance, findInstance, rolesOf } from './instances.ts';
import { sequence } from './sequence.ts';
import { connect, endName, sameEnd } from './streams.ts';

/** Modules between an output and an input that do not fit one another: a lane adapter, a quantizer, a dequantizer and their like. */

export type Remedy = NonNullable<Extract<Verdict, { ok: false }>['remedy']>;

interface Trial {
  readonly role: string;
  readonly params: Instance['params'];
}

/** Values that are worth a trial in any design, of parameters that have many. */
const USUAL: readonly ParamValue[] = [1, 2, 4, 8, 16, 32, 64, 128];

/** Values of a parameter that are worth a trial: the nearest to what arrives first, since they convert least. */
function valuesOf(design: Design, stage: StageName, spec: ParamSpec, lanes: number): readonly ParamValue[] {
  const choices = spec.choices(designContext(design, stage), {}, []);
  const present = new Set(design.stages[stage].instances.flatMap(({ params }) => Object.values(params)));
  const far = (value: ParamValue): number => (typeof value === 'number' ? Math.abs(Math.log(value / lanes)) : 0);
  return choices
    .filter((value) => typeof value === 'string' || present.has(value) || USUAL.includes(value))
    .sort((a, b) => far(a) - far(b));
}

/** What a module could do between two ports: its operations that take the tensor, with every combination of the parameters that make the difference. */
function trials(
  design: Design,
  stage: StageName,
  entry: ModuleEntry,
  arriving: { readonly tensor: string | undefined; readonly lanes: number },
): Trial[] {
  const [into] = dataPorts(entry.inputs);
  if (!into || !entry.bridges) return [];
  const sets = entry.bridges.reduce<readonly Trial['params'][]>(
    (all, id) => {
      const spec = entry.params.find((param) => param.id === id);
      return spec
        ? all.flatMap((params) =>
            valuesOf(design, stage, spec, arriving.lanes).map((value) => ({ ...params, [id]: value })),
          )
        : all;
    },
    [{}],
  );
  return rolesOf(design, stage, entry)
    .filter(({ inputs }) => {
      const expected = inputs[into.id] ?? null;
      return expected === null || arriving.tensor === undefined || expected === arriving.tensor;
    })
    .flatMap(({ role }) => sets.map((params) => ({ role, params })));
}

/** Ports that carry data. */
const dataPorts = (ports: readonly PortSpec[]): readonly PortSpec[] =>
  ports.filter(({ carries }) => carries !== 'scales');

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
  const [into] = dataPorts(entry.inputs);
  const [outOf] = dataPorts(entry.outputs(paramsOf(entry, trial.params)));
  if (!into || !outOf) return undefined;
  let bridge = '';
  let operation = '';
  const input = (): Endpoint => ({ instance: bridge, operation, port: into.id });
  const output = (): Endpoint => ({ instance: bridge, operation, port: outOf.id });
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
      return connect(present, stage, from, input());
    },
    (present) => connect(present, stage, output(), to),
  ]);
  if (isRefused(edit)) return undefined;
  const problems = newProblems(design, stage, edit, [input(), output(), from, to]);
  return problems.length === 0 ? edit : undefined;
}

let last: { readonly design: Design; readonly key: string; readonly remedy: Remedy | undefined } | undefined;

function findRemedy(design: Design, stage: StageName, a: PortEnd, b: PortEnd): Remedy | undefined {
  const verdict = checkConnection(design, stage, a, b);
  if (verdict.ok) return undefined;
  if (verdict.remedy) return verdict.remedy;
  if (a.direction === b.direction) return undefined;
  const [from, to] = a.direction === 'output' ? [a.end, b.end] : [b.end, a.end];
  if (from.instance === to.instance) return undefined;
  // Only where both ends are free: a bridge cannot help against a second reader or writer.
  if (design.stages[stage].streams.some((stream) => sameEnd(stream.to, to) || sameEnd(stream.from, from)))
    return undefined;
  const source = analysisOf(design).stages[stage].operations.find(
    ({ owner, operation }) => owner.instance.id === from.instance && operation.id === from.operation,
  );
  const arriving = { tensor: tensorOf(design, stage, from), lanes: source?.outputs[from.port]?.lanes ?? 1 };
  // What has no further ports, which would stay open, comes first.
  const ports = (entry: ModuleEntry): number => entry.inputs.length + entry.outputs(paramsOf(entry, {})).length;
  const bridges = modulesFor(stage)
    .filter((entry) => entry.bridges !== undefined)
    .sort((x, y) => ports(x) - ports(y));
  for (const entry of bridges) {
    for (const trial of trials(design, stage, entry, arriving)) {
      const edit = bridgeEdit(design, stage, from, to, entry, trial);
      if (edit) return { label: `Insert a ${entry.title.toLowerCase()}`, edit };
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
