/**
 * The contract between an entry and its header, for every module of the catalogue and each of its stages, whatever they are:
 * every value that a parameter offers makes a legal design or is refused with a sentence; what is legal compiles, counts the
 * cycles of the entry and generates the tokens of the reference; what is not offered is refused on both sides.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ParamValue } from '../src/core/design/types.ts';
import { arrayStorage } from '../src/core/ir/storage.ts';
import { programOf } from '../src/core/lower/program.ts';
import { paramsOf } from '../src/core/modules/catalogue.ts';
import { type InstanceContext, type ModuleEntry, type ParamSpec, Refusal } from '../src/core/modules/types.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { ContractRuns } from './contract-runs.ts';
import {
  callsSource,
  instanceWith,
  instantiations,
  instantiationSource,
  type Refusals,
  refusalsIn,
  verdictOf,
  writeRuntime,
} from './entry-calls.ts';
import {
  BASES,
  choicesOf,
  CONTRACTS,
  contextAt,
  noPlace,
  type Place,
  placesIn,
  sampled,
  settled,
  withParams,
  withValue,
} from './whole-design.ts';

let folder = '';
let runs: ContractRuns;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'composer-contract-'));
  writeRuntime(folder);
  runs = new ContractRuns(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Sentences end with a full stop and say what to do behind a semicolon or colon. */
const SENTENCE = /^['A-Z].*[;:] .*\.$/;

/** Values that a parameter does not offer: next to those that it does, none, too few, far too many, and of another kind. */
function outside(choices: readonly ParamValue[]): ParamValue[] {
  const numbers = choices.filter((value): value is number => typeof value === 'number');
  if (numbers.length < choices.length) return ['no such value', '', 0];
  const beside = numbers.flatMap((value) => [value - 1, value + 1]).filter((value) => !numbers.includes(value));
  const ends = beside.length > 6 ? [...beside.slice(0, 3), ...beside.slice(-3)] : beside;
  const most = Math.max(...numbers);
  const gap = [2 * most, Math.floor((most + (numbers.at(-2) ?? most)) / 2)].filter((value) => !numbers.includes(value));
  const far = [0, -1, 2 ** 20, 1e12, 2.5].filter((value) => !numbers.includes(value));
  return [...new Set<ParamValue>([...ends, ...gap, ...far, String(numbers[0])])];
}

const numeric = ({ params }: ModuleEntry): readonly ParamSpec[] =>
  params.filter((param) => typeof param.default === 'number');

/** One place of an entry in every base that has one. */
const firstPlaces = (stage: Place['stage'], entry: ModuleEntry): Place[] =>
  BASES.flatMap((base) => placesIn(base, stage, entry, 1).slice(0, 1));

/** What an entry makes of other parameters; undefined where it refuses to say. */
function attempt(context: InstanceContext, entry: ModuleEntry, params: InstanceContext['params']) {
  try {
    return instanceWith(context, entry, params);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** Whether all values are among those that are offered together; else the analysis refuses them. */
const offers = (context: InstanceContext, entry: ModuleEntry, params: InstanceContext['params']): boolean =>
  entry.params.every((param) => choicesOf(context, param, params).includes(params[param.id] ?? ''));

const valuesOf = (context: InstanceContext, param: ParamSpec): readonly ParamValue[] =>
  choicesOf(context, param, context.params);

describe.concurrent.each(CONTRACTS)('%s: %s', (stage, _id, entry) => {
  const places = firstPlaces(stage, entry);

  test('a whole design has a place for it', () => {
    expect(places.length, noPlace(stage, entry)).toBeGreaterThan(0);
  });

  test('every value that it offers makes a legal design, which becomes a program, or is refused with a sentence', () => {
    for (const param of entry.params) {
      let legal = 0;
      for (const place of places) {
        const choices = valuesOf(contextAt(place), param);
        expect(choices, `${param.id} must offer its default`).toContain(
          choices.length > 0 ? paramsOf(entry, contextAt(place).params)[param.id] : undefined,
        );
        for (const value of choices) {
          const outcome = withValue(place, param.id, value);
          if ('design' in outcome) {
            legal += 1;
            programOf(analyze(outcome.design).stages[stage]);
            continue;
          }
          expect(outcome.refused.length).toBeGreaterThan(0);
          for (const message of outcome.refused) expect(message).toMatch(SENTENCE);
        }
      }
      expect(legal, `no value of ${param.id} is legal in a whole design`).toBeGreaterThan(0);
    }
  });

  test('its arrays are bound to the kinds of memory that they are counted as', () => {
    for (const place of places) {
      const context = contextAt(place);
      const counted = entry
        .hardware(context)
        .flatMap((part) => (part.kind === 'buffer' ? [arrayStorage(part.words, part.bits, part.dual)] : []));
      const bound = entry
        .structure(context)
        .processes.flatMap(({ call }) => call.templateArguments)
        .flatMap((argument) => (typeof argument === 'object' && argument.kind === 'storage' ? [argument.storage] : []));
      expect(new Set(bound.filter((storage) => storage !== 'register'))).toEqual(
        new Set(counted.filter((storage) => storage !== 'register')),
      );
    }
  });

  test('every value that it offers compiles', async () => {
    const instances = places.flatMap((place) => {
      const context = contextAt(place);
      return [
        context,
        ...entry.params.flatMap((param) =>
          sampled(valuesOf(context, param), param.default).flatMap((value) => {
            const params = settled(context, entry, param.id, value);
            return offers(context, entry, params) ? (attempt(context, entry, params) ?? []) : [];
          }),
        ),
      ];
    });
    const source = callsSource(instances, entry);
    for (const compiler of ['g++', 'clang++']) {
      const found = await verdictOf(compiler, folder, `${stage}_${entry.id}_offered.cpp`, source);
      expect(found, found.slice(0, 2000)).toBe('');
    }
  });

  test('what it does not offer is refused by the analysis, with the parameter and legal values named', () => {
    for (const place of places) {
      const context = contextAt(place);
      for (const param of entry.params) {
        const choices = valuesOf(context, param);
        for (const value of outside(choices)) {
          const { legal, problems } = analyze(withParams(place.design, place, { [param.id]: value }));
          expect(legal, `${param.id} = ${value}`).toBe(false);
          const named = problems.filter((problem) => problem.instance === place.instance && problem.param === param.id);
          const messages = named.map(({ message }) => message);
          for (const message of messages) expect(message).toMatch(/^['A-Z].*\.$/);
          const naming = messages.filter((message) =>
            choices.some((choice) => new RegExp(`legal near it: ([^ ]+, )*${choice}[,.]`).test(message)),
          );
          expect(naming, `${param.id} = ${value}: ${messages.join(' ')}`).toHaveLength(1);
        }
      }
    }
  });

  test('what it does not offer does not compile, unless the entry says that the header would take it', async () => {
    // The recipes at both ends of the list: fp32, and the fewest bits.
    const cases = [...new Set([...places.slice(0, 1), ...places.slice(-1)])].flatMap((place) => {
      const context = contextAt(place);
      return numeric(entry).flatMap((param) =>
        outside(valuesOf(context, param)).flatMap((value) => {
          if (!Number.isInteger(value) || Math.abs(Number(value)) >= 2 ** 31) return [];
          const params = { ...paramsOf(entry, context.params), [param.id]: value };
          const instance = attempt(context, entry, params);
          if (!instance) return [];
          const calls = instantiations(instance, entry, context);
          return calls.length === 0 ? [] : [{ param, value, calls, recipe: place.design.recipe.name }];
        }),
      );
    });
    if (cases.length === 0) return;
    const taken = new Set<ParamSpec>();
    for (const compiler of ['g++', 'clang++']) {
      const name = `${stage}_${entry.id}_refused.cpp`;
      const verdicts = new Map<number, Refusals>();
      // A template that several cases need is refused once, for one of them; then the others are asked again without it.
      for (let asked = [...cases.keys()]; asked.length > 0; ) {
        const source = instantiationSource(asked.map((index) => cases[index]?.calls ?? []));
        const found = refusalsIn(compiler, await verdictOf(compiler, folder, name, source), asked.length);
        const refused = asked.filter((_, at) => found[at]?.asserted.length);
        for (const [at, index] of asked.entries()) verdicts.set(index, found[at] ?? { asserted: [], errors: 0 });
        asked = refused.length > 0 ? asked.filter((index) => !refused.includes(index)) : [];
      }
      for (const [index, { param, value, calls, recipe }] of cases.entries()) {
        // Of an error in a header it is not always said which case it is of, unless there is one alone.
        const together = verdicts.get(index);
        const unsure = together && together.errors > 0 && together.asserted.length === 0;
        const verdict = unsure
          ? refusalsIn(compiler, await verdictOf(compiler, folder, name, instantiationSource([calls])), 1)[0]
          : together;
        const what = `${compiler}, ${recipe}: ${param.id} = ${value}: ${calls.map((call) => JSON.stringify(call.templateArguments)).join()}`;
        if (verdict?.errors !== 0) expect(verdict?.asserted, what).not.toEqual([]);
        else if (param.restrictions?.[stage]) taken.add(param);
        else
          expect.fail(`${what} compiles: let the header refuse it, or say in \`restrictions\` why it is not offered`);
      }
    }
    for (const { param } of cases)
      expect(taken.has(param), `${param.id}: \`restrictions\` says that the header takes more`).toBe(
        param.restrictions?.[stage] !== undefined,
      );
  });

  test('its values, in whole designs: tokens of the reference, cycles of the entry', async () => {
    const { ran, wrong, left } = await runs.of(stage, entry);
    expect(ran).toBeGreaterThan(0);
    expect(wrong, wrong.join('\n')).toEqual([]);
    expect(left).toEqual([]);
  });
});
