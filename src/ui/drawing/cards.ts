import { errorsOf } from '../../core/design/problems.ts';
import { latest } from '../../core/design/cache.ts';
import type { Design, Instance, Problem, StageName } from '../../core/design/types.ts';
import { elementName } from '../../core/modules/common.ts';
import { moduleById, paramsOf } from '../../core/modules/catalogue.ts';
import type { MemoryTensor } from '../../core/modules/tensors.ts';
import type { ModuleEntry, StreamType } from '../../core/modules/types.ts';
import { describeStream } from '../../core/schedule/depths.ts';
import {
  instanceContext,
  type ResolvedInstance,
  type ResolvedOperation,
  type StageAnalysis,
} from '../../core/schedule/types.ts';
import { analysisOf } from '../../core/edit/analysis.ts';

/** How a stream is drawn: by what travels on it. */
export type WireColour = 'fp32' | 'int8' | 'int4' | 'acc' | 'scales' | 'unknown';

export interface PortCard {
  readonly id: string;
  readonly label: string;
  readonly colour: WireColour;
  /** Type in words, for tooltips. */
  readonly type: string;
  readonly connected: boolean;
  /** Values side by side, once the type is known. */
  readonly lanes: number | undefined;
}

export interface RowCard {
  readonly id: string;
  readonly role: string;
  readonly pass: number | undefined;
  readonly inputs: readonly PortCard[];
  readonly outputs: readonly PortCard[];
  readonly problem: boolean;
}

/** Kinds of memory that an instance uses. */
export type Touch = MemoryTensor | 'weights' | 'tokens';

/** All that an instance shows on the canvas. */
export interface InstanceCard {
  readonly id: string;
  readonly module: string;
  readonly title: string;
  readonly category: ModuleEntry['category'];
  /** Empty for a module that the catalogue does not have. */
  readonly glyph: string;
  readonly params: readonly { readonly id: string; readonly label: string; readonly value: string }[];
  readonly rows: readonly RowCard[];
  readonly touches: readonly Touch[];
  readonly errors: number;
  readonly warnings: number;
  readonly problem: string | undefined;
}

/** All that a stream shows on the canvas. */
export interface WireCard {
  readonly id: string;
  readonly colour: WireColour;
  readonly carry: boolean;
  readonly invalid: boolean;
  readonly type: string;
  readonly label: string;
  readonly problem: string | undefined;
  readonly passes: readonly number[];
}

export function wireColour(type: StreamType | undefined): WireColour {
  if (!type) return 'unknown';
  if (type.extent.kind === 'scales') return 'scales';
  if (type.element.kind === 'float') return 'fp32';
  return type.element.bits <= 4 ? 'int4' : type.element.bits <= 8 ? 'int8' : 'acc';
}

function paramCards(entry: ModuleEntry, instance: Instance, stage: StageName): InstanceCard['params'] {
  const params = paramsOf(entry, instance.params);
  return entry.params
    .filter((param) => param.stages?.includes(stage) ?? true)
    .map((param) => ({ id: param.id, label: param.short, value: String(params[param.id]) }));
}

function touchesOf(stage: StageAnalysis, resolved: ResolvedInstance | undefined): Touch[] {
  if (!resolved) return [];
  const touches = new Set<Touch>();
  for (const operation of resolved.operations) {
    for (const { tensor } of [...(operation.role.reads ?? []), ...(operation.role.writes ?? [])]) touches.add(tensor);
  }
  try {
    for (const memory of resolved.entry.structure(instanceContext(stage, resolved)).memories) {
      if (memory.content.kind === 'image') touches.add('weights');
      else if (memory.content.buffer.kind === 'tokens') touches.add('tokens');
    }
  } catch {
    // An instance with errors has no structure; its problems say why.
  }
  return [...touches];
}

function buildCard(
  design: Design,
  stage: StageName,
  instance: Instance,
  resolved: ResolvedInstance | undefined,
  problems: readonly Problem[],
): InstanceCard {
  const analysis = analysisOf(design).stages[stage];
  const entry = moduleById(instance.module);
  const errors = errorsOf(problems);
  const operations = new Map<string, ResolvedOperation>(
    resolved?.operations.map((operation) => [operation.operation.id, operation]),
  );
  const portCard = (id: string, label: string, type: StreamType | undefined, connected: boolean): PortCard => ({
    id,
    label,
    colour: wireColour(type),
    type: type ? describeStream(type) : 'not known yet',
    connected,
    lanes: type?.extent.kind === 'scales' ? undefined : type?.lanes,
  });
  return {
    id: instance.id,
    module: instance.module,
    title: entry?.title ?? instance.module,
    category: entry?.category ?? 'routing',
    glyph: entry?.glyph ?? '',
    params: entry ? paramCards(entry, instance, stage) : [],
    rows: instance.operations.map((operation) => {
      const found = operations.get(operation.id);
      return {
        id: operation.id,
        role: operation.role,
        pass: found && found.pass >= 0 ? found.pass : undefined,
        inputs: (entry?.inputs ?? []).map((port) =>
          portCard(port.id, port.label, found?.inputs[port.id], found?.incoming.has(port.id) ?? false),
        ),
        outputs: (entry?.outputs(paramsOf(entry, instance.params)) ?? []).map((port) =>
          portCard(port.id, port.label, found?.outputs[port.id], found?.outgoing.has(port.id) ?? false),
        ),
        problem: errors.some((problem) => problem.operation === operation.id),
      };
    }),
    touches: touchesOf(analysis, resolved),
    errors: errors.length,
    warnings: problems.length - errors.length,
    problem: (errors[0] ?? problems[0])?.message,
  };
}

function buildWire(stage: StageAnalysis, id: string, problems: readonly Problem[]): WireCard {
  const resolved = stage.streams.find((stream) => stream.stream.id === id);
  const type = resolved?.type;
  const carry = resolved !== undefined && resolved.kind !== 'fifo';
  return {
    id,
    colour: wireColour(type),
    carry,
    invalid: !resolved || problems.some((problem) => problem.stream === id && problem.severity === 'error'),
    type: type ? describeStream(type) : 'type not known yet',
    label: type
      ? `${type.extent.kind === 'scales' ? 'scales' : `${elementName(type.element)} × ${type.lanes}`}${carry ? ` · carried P${resolved.from.pass} → P${resolved.to.pass}` : ''}`
      : '?',
    problem: problems.find((problem) => problem.stream === id)?.message,
    passes: resolved ? [resolved.from.pass, resolved.to.pass] : [],
  };
}

interface StageCards {
  readonly instances: ReadonlyMap<string, InstanceCard>;
  readonly wires: ReadonlyMap<string, WireCard>;
}

/** Equal cards stay the same object from edit to edit, so that only what changed is drawn again. */
const previous = new Map<string, { readonly text: string; readonly card: InstanceCard | WireCard }>();

function kept<Card extends InstanceCard | WireCard>(key: string, card: Card): Card {
  const text = JSON.stringify(card);
  const before = previous.get(key);
  if (before?.text === text) return before.card as Card;
  previous.set(key, { text, card });
  return card;
}

function stageCards(design: Design, stage: StageName): StageCards {
  const analysis = analysisOf(design);
  const of = analysis.stages[stage];
  const problems = analysis.problems.filter((problem) => problem.stage === stage);
  const resolved = new Map(of.instances.map((instance) => [instance.instance.id, instance]));
  const graph = design.stages[stage];
  return {
    instances: new Map(
      graph.instances.map((instance) => [
        instance.id,
        kept(
          `${stage}/${instance.id}`,
          buildCard(
            design,
            stage,
            instance,
            resolved.get(instance.id),
            problems.filter((problem) => problem.instance === instance.id),
          ),
        ),
      ]),
    ),
    wires: new Map(
      graph.streams.map((stream) => [stream.id, kept(`${stage}>${stream.id}`, buildWire(of, stream.id, problems))]),
    ),
  };
}

const bothCards = latest(
  4,
  (design: Design): Record<StageName, StageCards> => ({
    prefill: stageCards(design, 'prefill'),
    decode: stageCards(design, 'decode'),
  }),
);

/** What the canvas of a stage shows, derived once per design. */
export const cardsOf = (design: Design, stage: StageName): StageCards => bothCards(design)[stage];
