/** C-simulation of whole designs that have, together, the values that all parameters of the catalogue offer. */
import { join } from 'node:path';
import type { Design, ParamValue, StageName } from '../src/core/design/types.ts';
import { programOf } from '../src/core/lower/program.ts';
import { calibrate, needsCalibration } from '../src/core/models/calibrate.ts';
import { generate } from '../src/core/models/generation.ts';
import { loadReference } from '../src/core/models/reference.ts';
import { syntheticWeights } from '../src/core/models/synthetic.ts';
import type { ModuleEntry, ParamSpec } from '../src/core/modules/types.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { expectedCounts, measuredCounts } from './counts.ts';
import { compileByBoth, exportDesign, packImages, simulate } from './harness.ts';
import {
  BASES,
  choicesOf,
  CONTRACTS,
  contextAt,
  type Place,
  placesIn,
  sampled,
  SMALL,
  withValue,
} from './whole-design.ts';

/** One value of a parameter, or a module without parameters. */
interface Case {
  readonly stage: StageName;
  readonly entry: ModuleEntry;
  readonly param: ParamSpec | undefined;
  readonly value: ParamValue | undefined;
}

interface Planned {
  design: Design;
  readonly cases: { readonly of: Case; readonly instance: string }[];
  /** The reference knows nothing of modules that streams are led through, unless they only move data. */
  readonly known: boolean;
}

const keyOf = ({ stage, entry, param, value }: Case): string =>
  `${stage} ${entry.id} ${param?.id ?? ''} ${value ?? ''}`;

const casesAt = (place: Place, stage: StageName, entry: ModuleEntry): Case[] => {
  const context = contextAt(place);
  const params = entry.params.filter((param) => param.stages?.includes(stage) ?? true);
  return [
    { stage, entry, param: undefined, value: undefined },
    ...params.flatMap((param) =>
      sampled(choicesOf(context, param, context.params), param.default).map((value) => ({
        stage,
        entry,
        param,
        value,
      })),
    ),
  ];
};

const movesOnly = ({ copies, bridges }: ModuleEntry): boolean => copies !== undefined || (bridges?.length ?? 0) > 0;

/** Puts as many open cases into a base as it takes, each on another parameter of another instance. */
function fill(base: Design, open: Map<string, Case>, turn: number): Planned | undefined {
  const planned: Planned = { design: base, cases: [], known: true };
  const places = CONTRACTS.flatMap(([stage, , entry]) =>
    placesIn(base, stage, entry)
      .filter(({ inserted }) => !inserted)
      .map((place) => ({ place, entry })),
  );
  const start = turn % places.length;
  for (const { place, entry } of [...places.slice(start), ...places.slice(0, start)]) {
    const { stage, instance } = place;
    for (const param of [undefined, ...entry.params]) {
      const wanted = [...open.values()].filter(
        (one) => one.stage === stage && one.entry === entry && one.param === param,
      );
      for (const one of wanted) {
        const outcome =
          one.param && one.value !== undefined
            ? withValue({ ...place, design: planned.design }, one.param.id, one.value)
            : { design: planned.design };
        if (!('design' in outcome)) continue;
        planned.design = outcome.design;
        planned.cases.push({ of: one, instance });
        open.delete(keyOf(one));
        break;
      }
    }
  }
  return planned.cases.length > 0 ? planned : undefined;
}

/** Values of modules that no base has, each on an instance of its own in one design. */
function fillInserted(
  base: Design,
  stage: StageName,
  entry: ModuleEntry,
  open: Map<string, Case>,
): Planned | undefined {
  const mine = [...open.values()].filter((one) => one.stage === stage && one.entry === entry);
  const places = placesIn(base, stage, entry, Math.max(1, mine.length));
  const last = places.at(-1);
  if (!last?.inserted || mine.length === 0) return undefined;
  const planned: Planned = { design: last.design, cases: [], known: movesOnly(entry) };
  for (const { instance } of places) {
    for (const one of mine.filter((other) => open.has(keyOf(other)))) {
      const outcome =
        one.param && one.value !== undefined
          ? withValue({ ...last, instance, design: planned.design }, one.param.id, one.value)
          : { design: planned.design };
      if (!('design' in outcome)) continue;
      planned.design = outcome.design;
      planned.cases.push({ of: one, instance });
      open.delete(keyOf(one));
      if (one.param) break;
    }
  }
  return planned.cases.length > 0 ? planned : undefined;
}

interface Plan {
  readonly designs: readonly Planned[];
  /** What a design would take alone and none of these has. */
  readonly left: readonly Case[];
}

function makePlan(): Plan {
  const open = new Map<string, Case>();
  for (const base of BASES)
    for (const [stage, , entry] of CONTRACTS)
      for (const place of placesIn(base, stage, entry, 1).slice(0, 1))
        for (const one of casesAt(place, stage, entry)) open.set(keyOf(one), one);
  const designs: Planned[] = [];
  for (let turn = 0, idle = 0; idle < BASES.length && open.size > 0; turn += 1) {
    const planned = fill(BASES[turn % BASES.length] as Design, open, turn);
    idle = planned ? 0 : idle + 1;
    if (planned) designs.push(planned);
  }
  for (const base of BASES)
    for (const [stage, , entry] of CONTRACTS) {
      const planned = fillInserted(base, stage, entry, open);
      if (planned) designs.push(planned);
    }
  const takes = ({ stage, entry, param, value }: Case): boolean =>
    param !== undefined &&
    value !== undefined &&
    BASES.some((base) =>
      placesIn(base, stage, entry, 1).some((place) => 'design' in withValue(place, param.id, value)),
    );
  return { designs, left: [...open.values()].filter(takes) };
}

const PROMPTS = [1, 6];
const TOKENS = 4;

interface Ran {
  readonly counted: ReadonlyMap<string, number>;
  readonly formulas: ReadonlyMap<string, number>;
  /** Processes by instance, both with their stage. */
  readonly processes: ReadonlyMap<string, readonly string[]>;
  readonly wrong: string | undefined;
}

/** Runs designs when they are asked for, each once. */
export class ContractRuns {
  private readonly folder: string;
  private known: Plan | undefined;
  private readonly running = new Map<Planned, Promise<Ran>>();

  constructor(folder: string) {
    this.folder = folder;
  }

  private plan(): Plan {
    this.known ??= makePlan();
    return this.known;
  }

  /** Designs that are compiled and run for the whole catalogue. */
  get designs(): number {
    return this.plan().designs.length;
  }

  private async run(planned: Planned): Promise<Ran> {
    const { design, known } = planned;
    const index = this.plan().designs.indexOf(planned);
    const project = join(this.folder, `design_${index}`);
    const weights = syntheticWeights(SMALL, index + 1);
    const text = Array.from({ length: 8 }, (_, at) => (at === 0 ? 0 : 2 + ((7 * at + index) % 48)));
    const calibration = needsCalibration(design.recipe)
      ? await calibrate(weights, text, undefined, undefined, design.recipe)
      : null;
    await packImages(project, exportDesign(design, project), weights, calibration);
    const binary = await compileByBoth(project);
    const prompts = PROMPTS.map((length) => text.slice(0, length));
    const result = await simulate(project, binary, prompts, { tokens: TOKENS });
    const reference = await loadReference(weights, design.recipe, calibration, undefined, design.hmt);
    const wanted = JSON.stringify(prompts.map((prompt) => generate(reference, prompt, TOKENS)));
    const { stages } = analyze(design);
    const programs = [programOf(stages.prefill), programOf(stages.decode)] as const;
    const processes = new Map<string, string[]>();
    for (const { stage, processes: all } of programs)
      for (const { instance, name } of all)
        processes.set(`${stage} ${instance}`, [...(processes.get(`${stage} ${instance}`) ?? []), `${stage} ${name}`]);
    return {
      counted: measuredCounts(result.counts),
      formulas: expectedCounts(
        ...programs,
        PROMPTS,
        result.ids.map((ids) => ids.length),
      ),
      processes,
      wrong:
        known && JSON.stringify(result.ids) !== wanted
          ? `generates ${JSON.stringify(result.ids)}, the reference ${wanted}`
          : undefined,
    };
  }

  private ran(planned: Planned): Promise<Ran> {
    const running = this.running.get(planned) ?? this.run(planned);
    this.running.set(planned, running);
    return running;
  }

  /** Runs the designs that have values of a module; what is wrong with them, and values that no design took. */
  async of(
    stage: StageName,
    entry: ModuleEntry,
  ): Promise<{ readonly ran: number; readonly wrong: readonly string[]; readonly left: readonly string[] }> {
    const { designs, left } = this.plan();
    const mine = ({ of }: { readonly of: Case }): boolean => of.stage === stage && of.entry === entry;
    const wrong: string[] = [];
    let ran = 0;
    for (const planned of designs) {
      const cases = planned.cases.filter(mine);
      if (cases.length === 0) continue;
      ran += cases.length;
      const { counted, formulas, processes, wrong: tokens } = await this.ran(planned);
      const values = cases.map(({ of, instance }) => `${instance}.${of.param?.id ?? ''}=${of.value ?? ''}`).join(', ');
      if (tokens) wrong.push(`${planned.design.name} with ${values} ${tokens}`);
      for (const instance of new Set(cases.map((one) => one.instance))) {
        const names = processes.get(`${stage} ${instance}`) ?? [];
        for (const key of new Set([...counted.keys(), ...formulas.keys()])) {
          if (!names.some((name) => key.startsWith(`${name} `)) || counted.get(key) === formulas.get(key)) continue;
          wrong.push(
            `${planned.design.name} with ${values}: ${key} counts ${counted.get(key)} cycles, the entry says ${formulas.get(key)}`,
          );
        }
      }
    }
    return { ran, wrong, left: left.filter((one) => mine({ of: one })).map(keyOf) };
  }
}
