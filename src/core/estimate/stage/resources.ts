import { cached, cacheSlot } from '../../design/cache.ts';
import type { BuiltInstance, Design, StageName } from '../../design/types.ts';
import type { LoweredInstance } from '../../lower/instance.ts';
import { instancesOf, programOf } from '../../lower/program.ts';
import { type StageKernels, splitProgram } from '../../lower/split.ts';
import type { Program } from '../../lower/types.ts';
import { componentsOf, operationIn } from '../../schedule/reuse.ts';
import {
  type DesignAnalysis,
  instanceContext,
  type ResolvedInstance,
  type StageAnalysis,
} from '../../schedule/types.ts';
import { platformOf, targetById } from '../../targets/targets.ts';
import { type Family, type Platform, type ResourceCounts, sumCounts, type Target } from '../../targets/types.ts';
import { banksOf } from './banks.ts';
import { gather, netsOfRows, partsOfRow, type Row, rowOf } from './rows.ts';
import {
  type ClockRange,
  type Crossing,
  expectedClock,
  type LargestLoop,
  type Net,
  planFloor,
  type Unit,
} from './floorplan.ts';
import {
  channelLines,
  channelWires,
  controlLines,
  kernelPorts,
  portLines,
  portWires,
  processLines,
  tableLines,
} from '../parts/plumbing.ts';
import {
  hardwareLines,
  merge,
  type ResourceLine,
  type Resources,
  sumLines,
  sumResources,
} from '../parts/resource-lines.ts';

export type { ResourceLine, Resources } from '../parts/resource-lines.ts';

/** Resources of the kernel of one stage, or of its kernels together. `total` is the sum of all instances, `fifos`, `ports` and `control`. */
export interface StageResources {
  readonly stage: StageName;
  /** Modules with their movers, routers and the control of their processes, by instance id. */
  readonly perInstance: ReadonlyMap<string, Resources>;
  readonly fifos: Resources;
  /** FIFOs by the instance that reads them. */
  readonly fifosOf: ReadonlyMap<string, Resources>;
  readonly ports: Resources;
  readonly control: Resources;
  readonly total: Resources;
  /** SLR of every instance; of one that lies in several, that of most of it. */
  readonly slrOf: ReadonlyMap<string, number>;
  /** Of instances whose processes are a row that lies in several SLRs: the share in each. */
  readonly spread: ReadonlyMap<string, readonly number[]>;
  /** Adds up to `total`. */
  readonly perSlr: readonly ResourceCounts[];
  readonly crossings: readonly Crossing[];
  /** The loop with the most multiply-accumulate cells; undefined where nothing multiplies matrices. */
  readonly loop: LargestLoop | undefined;
  readonly clock: ClockRange;
}

/** Name of the unit that holds the control of the kernel. */
const KERNEL = ' kernel';

/** What an instance takes: its module with routers, carries and the control of its processes, and the FIFOs that it reads. */
interface Own {
  readonly family: Family;
  readonly module: Resources;
  readonly fifos: Resources;
}

/** With instances as they are lowered: those that an edit does not touch stay the same objects. */
const lastOwn = cacheSlot<LoweredInstance, Own>();

function ownOf(stage: StageAnalysis, resolved: ResolvedInstance, lowered: LoweredInstance, family: Family): Own {
  const last = lastOwn(lowered);
  if (last.value?.family === family) return last.value;
  const lines = [
    hardwareLines(componentsOf(stage.context, resolved), family),
    ...lowered.processes.map(processLines),
    ...lowered.tables.map(tableLines),
  ];
  const own = {
    family,
    module: sumLines(lines.flat(), merge),
    fifos: sumLines(lowered.reads.flatMap(channelLines), merge),
  };
  last.value = own;
  return own;
}

/** Wires of the streams between instances; a carry in memory is the port's. */
function netsOf(program: Program): Net[] {
  const nets: Net[] = [];
  for (const [channel, stream] of program.streams) {
    const from = stream.from.owner.instance.id;
    const to = stream.to.owner.instance.id;
    if (from !== to) nets.push({ from, to, wires: channelWires(channel), what: channel.name });
  }
  return nets;
}

interface StageParts {
  readonly perInstance: Map<string, Resources>;
  readonly fifos: Map<string, Resources>;
  readonly ports: Map<string, Resources>;
  readonly control: Resources;
  readonly nets: readonly Net[];
  readonly anchors: ReadonlyMap<string, readonly { slr: number; wires: number }[]>;
}

/** SLR of the memory behind each port of a stage, by bundle; undefined where it is reached from all. */
type SlrOfPort = ReadonlyMap<string, number | undefined>;

/** Where the bank map puts the ports. */
const slrsOfPorts = cached((analysis: DesignAnalysis): Readonly<Record<StageName, SlrOfPort>> => {
  const { ports } = banksOf(analysis);
  const of = (stage: StageName): SlrOfPort =>
    new Map(
      ports.flatMap(({ port, place }) =>
        port.stage === stage && place ? [[port.name, place.memory.slr(place.first)] as const] : [],
      ),
    );
  return { prefill: of('prefill'), decode: of('decode') };
});

/** @param slrOf places of ports; those without one are taken to lie at the first memory. */
function partsOf(stage: StageAnalysis, target: Target, slrOf: SlrOfPort): StageParts {
  const program = programOf(stage);
  const { family } = target;
  const perInstance = new Map<string, Resources>();
  const fifos = new Map<string, Resources>();
  const lowered = instancesOf(stage);
  stage.instances.forEach((resolved, at) => {
    const own = ownOf(stage, resolved, lowered[at] as LoweredInstance, family);
    perInstance.set(resolved.instance.id, own.module);
    fifos.set(resolved.instance.id, own.fifos);
  });
  const adapters = new Map<string, ResourceLine[]>();
  const anchors = new Map<string, { slr: number; wires: number }[]>();
  for (const port of kernelPorts(program)) {
    const id = port.instances[0] ?? KERNEL;
    adapters.set(id, [...(adapters.get(id) ?? []), ...portLines(port, family)]);
    const slr = slrOf.has(port.bundle) ? slrOf.get(port.bundle) : target.memories[0]?.slr(0);
    if (slr !== undefined) anchors.set(id, [...(anchors.get(id) ?? []), { slr, wires: portWires(port) }]);
  }
  const ports = new Map([...adapters].map(([id, lines]) => [id, sumLines(lines, merge)]));
  return { perInstance, fifos, ports, control: sumLines(controlLines(program)), nets: netsOf(program), anchors };
}

/** Figures of a build take the place of the estimate of an instance that has the parameters it was built with. */
function applyBuilt(perInstance: Map<string, Resources>, stage: StageAnalysis, built: readonly BuiltInstance[]): void {
  const params = new Map(stage.instances.map(({ instance }) => [instance.id, instance.params]));
  for (const figures of built) {
    const own = params.get(figures.instance);
    if (figures.stage !== stage.stage || !own) continue;
    const keys = Object.keys(own);
    if (keys.length !== Object.keys(figures.params).length || !keys.every((key) => own[key] === figures.params[key]))
      continue;
    const { lut, ff, dsp, bram18, uram, from } = figures;
    perInstance.set(
      figures.instance,
      sumLines([
        {
          what: `as ${from}`,
          count: 1,
          each: { lut, ff, dsp, bram18, uram },
          source: `report of a build of this design, ${from}`,
        },
      ]),
    );
  }
}

/**
 * The control of the kernels of a stage by SLR: of one, or of the parts of a split stage, each with the processes that take
 * up what the other parts send, the streams between them, and the ports of memories that another part uses too.
 */
function controlsOf(
  program: Program,
  { programs }: StageKernels,
  slrOf: ReadonlyMap<string, number>,
  whole: Resources,
  family: Family,
): readonly { readonly slr: number; readonly resources: Resources }[] {
  if (programs.length === 1) return [{ slr: slrOf.get(KERNEL) ?? 0, resources: whole }];
  const own = new Set(program.processes.map(({ name }) => name));
  const met = new Set<string>();
  return programs.map((part) => {
    const shared = kernelPorts(part).filter(({ bundle }) => met.has(bundle));
    for (const { bundle } of part.memories) met.add(bundle);
    const receivers = part.processes.filter(({ name }) => !own.has(name));
    const lists = [
      controlLines(part),
      ...receivers.map(processLines),
      ...part.channels.filter(({ link }) => link).map(channelLines),
      ...shared.filter(({ bundle }) => bundle !== 'generated').map((port) => portLines(port, family)),
    ];
    const at = part.processes.find(({ name }) => own.has(name))?.instance ?? KERNEL;
    return { slr: slrOf.get(at) ?? 0, resources: sumLines(lists.flat(), merge) };
  });
}

/** Cells of an engine over the processes of its row. */
function largestLoop(stage: StageAnalysis): LargestLoop | undefined {
  const loops = stage.instances.flatMap((resolved): LargestLoop[] => {
    const [operation] = resolved.operations;
    const context = instanceContext(stage, resolved);
    const work = operation && resolved.entry.arithmetic?.(context, operationIn(context, operation));
    const processes = resolved.entry.row?.(context).count ?? 1;
    return work ? [{ cells: work.perCycle / processes, instance: resolved.instance.id }] : [];
  });
  return loops.reduce<LargestLoop | undefined>(
    (most, one) => (most && most.cells >= one.cells ? most : one),
    undefined,
  );
}

interface Derived {
  readonly key: string;
  readonly built: Design['built'];
  readonly resources: StageResources;
  readonly kernels: StageKernels;
}

const lastDerived = cacheSlot<StageAnalysis, Derived>();

/** Resources of one stage: estimated, or of a build where the document has figures of one. The stage must be legal. Derived once per analysis. */
export const stageResources = (analysis: DesignAnalysis, stage: StageName): StageResources =>
  derive(analysis, stage).resources;

/** The kernels of a stage, split by the SLRs of its instances where the design asks for it. Derived with its resources. */
export const placedKernels = (analysis: DesignAnalysis, stage: StageName): StageKernels =>
  derive(analysis, stage).kernels;

function derive(analysis: DesignAnalysis, stage: StageName): Derived {
  const { target, platform } = profile(analysis);
  const graph = analysis.stages[stage];
  // A stage that is split by SLRs has ports in every part, of which the map is made when the parts are known.
  const portSlrs: SlrOfPort = analysis.design.split === 'slr' ? new Map() : slrsOfPorts(analysis)[stage];
  const key = `${target.id} ${platform.id} ${analysis.design.split ?? ''} ${[...portSlrs.values()].join()}`;
  const last = lastDerived(graph);
  const known = last.value;
  const { built } = analysis.design;
  if (known?.key === key && known.built === built) return known;
  const parts = partsOf(graph, target, portSlrs);
  if (built) applyBuilt(parts.perInstance, graph, built);
  const none = sumLines([]);
  const total = (id: string): Resources[] => [
    parts.perInstance.get(id) ?? none,
    parts.fifos.get(id) ?? none,
    parts.ports.get(id) ?? none,
  ];
  const rows = new Map<string, Row>();
  const units: Unit[] = graph.instances.flatMap((resolved) => {
    const { id, slr } = resolved.instance;
    const whole: Unit = {
      id,
      resources: sumCounts(total(id)),
      fixed: slr,
      anchors: parts.anchors.get(id) ?? [],
    };
    // A kernel per SLR has whole instances, and who chooses an SLR chooses it for all of an instance.
    const row = analysis.design.split === 'slr' || slr !== undefined ? undefined : rowOf(graph, resolved);
    if (!row) return [whole];
    rows.set(id, row);
    return partsOfRow(whole, row.count);
  });
  units.push({
    id: KERNEL,
    resources: sumCounts([parts.control, ...total(KERNEL)]),
    fixed: Math.floor(platform.slrs.length / 2),
    anchors: parts.anchors.get(KERNEL) ?? [],
  });
  const nets = netsOfRows(parts.nets, rows);
  const { placeOf, crossings } = planFloor(units, nets, target, platform);
  const { slrOf, spread } = gather(placeOf, rows, platform.slrs.length);
  const program = programOf(graph);
  const kernels =
    analysis.design.split === 'slr'
      ? splitProgram(program, (instance) => slrOf.get(instance) ?? 0)
      : { programs: [program], links: [] };
  const controls = controlsOf(program, kernels, slrOf, parts.control, target.family);
  const perSlr = platform.slrs.map((_, slr) => {
    const placed = units
      .filter((unit) => placeOf.get(unit.id) === slr)
      .flatMap((unit) => (unit.id === KERNEL ? total(KERNEL) : [unit.resources]));
    return sumCounts([
      ...placed,
      ...controls.filter((control) => control.slr === slr).map(({ resources }) => resources),
    ]);
  });
  const fifos = sumResources([...parts.fifos.values()], merge);
  const ports = sumResources([...parts.ports.values()], merge);
  const control = sumResources(
    controls.map(({ resources }) => resources),
    merge,
  );
  const loop = largestLoop(graph);
  const resources: StageResources = {
    stage,
    perInstance: parts.perInstance,
    fifos,
    fifosOf: parts.fifos,
    ports,
    control,
    total: sumResources([...parts.perInstance.values(), fifos, ports, control]),
    slrOf: new Map([...slrOf].filter(([id]) => id !== KERNEL)),
    spread,
    perSlr,
    crossings,
    loop,
    clock: expectedClock(target, platform, perSlr, crossings, loop),
  };
  const derived = { key, built, resources, kernels };
  last.value = derived;
  return derived;
}

/** Target and shell of a design. */
export function profile(analysis: DesignAnalysis): { target: Target; platform: Platform; bitstreams: 1 | 2 } {
  const { design } = analysis;
  const target = targetById(design.target);
  if (!target) throw new Error(`unknown target ${design.target}`);
  return {
    target,
    platform: platformOf(target, design.platform),
    bitstreams: design.bitstreams ?? target.defaultBitstreams,
  };
}
