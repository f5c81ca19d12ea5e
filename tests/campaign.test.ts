/**
 * Designs, links and archives with parts changed at random, as they come from editors, mail programs and half-finished
 * downloads: each is refused with a sentence, or is a design whose problems are named, or one that is estimated and
 * exported. CAMPAIGN=36000 runs the large form.
 */
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { formatDesign, parseDesign } from '../src/core/design/schema.ts';
import type { Design } from '../src/core/design/types.ts';
import { FindingError } from '../src/core/diagnostics/diagnostic.ts';
import { estimateReport } from '../src/core/estimate/design/report.ts';
import { generateProject } from '../src/core/generate/project.ts';
import { analyze } from '../src/core/schedule/analyze.ts';
import { SAMPLES } from '../src/core/templates/samples.ts';
import { designInZip, readShareHash, shareHash } from '../src/ui/files/share.ts';
import { assets } from './harness.ts';
import { Random } from './random-design.ts';

const EACH = Math.ceil(Number(process.env['CAMPAIGN'] ?? 450) / 3);
/** Exports take longest: one of so many designs that are legal. */
const EXPORTED = 8;

type Json = Record<string, unknown>;
interface Place {
  readonly holder: Json;
  readonly key: string;
}

function places(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [{ holder: value as Json, key }, ...places(inner)]);
}

const STRANGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  3,
  7,
  64,
  1e6,
  1e300,
  '',
  'x y',
  'k',
  'A',
  '\u0000',
  '<b>',
  [],
  {},
  [[]],
];

/** Changes a value, a key or a gap; small changes of numbers and names that occur elsewhere more often than nonsense. */
function mutate(document: Json, random: Random): void {
  const all = places(document);
  const { holder, key } = random.pick(all);
  const value = holder[key];
  const kind = random.int(0, 9);
  if (kind === 0) delete holder[key];
  else if (kind === 1) holder[key] = random.pick(STRANGE);
  else if (kind === 2) holder[`${key}_2`] = value;
  else if (kind === 3 && Array.isArray(value)) value.splice(random.int(0, Math.max(0, value.length - 1)), 1);
  else if (kind === 4 && Array.isArray(value) && value.length > 0) value.push(structuredClone(random.pick(value)));
  else if (typeof value === 'number')
    holder[key] = random.pick([value + 1, value - 1, 2 * value, Math.floor(value / 2), 3 * value, random.int(0, 200)]);
  else if (typeof value === 'string') {
    const same = all.filter((other) => other.key === key && typeof other.holder[other.key] === 'string');
    holder[key] = random.pick(same).holder[key];
  } else if (typeof value === 'boolean') holder[key] = !value;
}

const SENTENCE = /^\S.{8,}$/s;
const NONSENSE = /undefined|NaN|Infinity|\[object|Invalid input/;

function expectSentences(messages: readonly string[]): void {
  expect(messages.length).toBeGreaterThan(0);
  for (const message of messages) {
    expect(message).toMatch(SENTENCE);
    expect(message).not.toMatch(NONSENSE);
  }
}

function expectFinite(value: unknown, path = ''): void {
  if (typeof value === 'number') expect(Number.isFinite(value), path).toBe(true);
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) expectFinite(inner, `${path}.${key}`);
}

const texts = SAMPLES.map(({ design }) => formatDesign(design()));
const shared = assets();

describe(`${3 * EACH} designs, links and archives`, () => {
  test('designs', { timeout: 3_600_000 }, () => {
    const seen = { refused: 0, broken: 0, legal: 0 };
    for (let seed = 1; seed <= EACH; seed += 1) {
      const random = new Random(seed);
      const document = JSON.parse(random.pick(texts)) as Json;
      for (let change = random.int(1, 3); change > 0; change -= 1) mutate(document, random);
      const where = `seed ${seed}`;
      const read = parseDesign(JSON.stringify(document));
      if (!read.ok) {
        seen.refused += 1;
        expectSentences(read.problems.map(({ message }) => message));
        continue;
      }
      const analysis = analyze(read.design);
      const errors = analysis.problems.filter(({ severity }) => severity === 'error');
      if (errors.length > 0) {
        seen.broken += 1;
        expectSentences(errors.map(({ message }) => message));
        continue;
      }
      seen.legal += 1;
      const estimate = estimateReport(analysis);
      expectFinite(estimate, where);
      if (seen.legal % EXPORTED !== 0) continue;
      try {
        expect(generateProject(analysis, shared).length, where).toBeGreaterThan(10);
      } catch (error) {
        if (!(error instanceof FindingError)) throw error;
        expectSentences([error.message]);
      }
    }
    expect(Math.min(seen.refused, seen.broken, seen.legal)).toBeGreaterThan(EACH / 20);
  });

  test('links', { timeout: 3_600_000 }, () => {
    const hashes = SAMPLES.flatMap(({ design }) => {
      const link = shareHash(design() as Design);
      return 'hash' in link ? [link.hash] : [];
    });
    let refused = 0;
    for (let seed = 1; seed <= EACH; seed += 1) {
      const random = new Random(seed);
      const hash = [...random.pick(hashes)];
      for (let change = random.int(1, 4); change > 0; change -= 1) {
        const at = random.int(3, hash.length - 1);
        const kind = random.int(0, 2);
        if (kind === 0) hash.splice(at, random.int(1, 40));
        else hash[at] = random.pick(['A', 'b', '-', '_', '=', '%', ' ', 'é', '/', '+']);
      }
      const read = readShareHash(hash.join(''));
      if ('problem' in read) {
        refused += 1;
        expectSentences([read.problem]);
        continue;
      }
      const design = parseDesign(read.text);
      if (!design.ok) expectSentences(design.problems.map(({ message }) => message));
    }
    expect(refused).toBeGreaterThan(EACH / 2);
  });

  test('archives', { timeout: 3_600_000 }, () => {
    const zips = texts.map((text, index) =>
      zipSync({
        [`p${index}/design.json`]: strToU8(text),
        [`p${index}/README.md`]: strToU8('# P'),
        [`p${index}/src/a.cpp`]: new Uint8Array(3000),
      }),
    );
    let refused = 0;
    for (let seed = 1; seed <= EACH; seed += 1) {
      const random = new Random(seed);
      let zip = random.pick(zips).slice();
      for (let change = random.int(1, 6); change > 0; change -= 1) {
        const kind = random.int(0, 7);
        if (kind === 0) zip = zip.slice(0, random.int(1, zip.length));
        // The directory is at the end.
        else
          zip[kind < 5 ? Math.max(0, zip.length - 1 - random.int(0, 260)) : random.int(0, zip.length - 1)] = random.int(
            0,
            255,
          );
      }
      const read = designInZip(zip);
      if (read === undefined || 'problem' in read) {
        refused += 1;
        if (read) expectSentences([read.problem]);
        continue;
      }
      const design = parseDesign(read.text);
      if (!design.ok) expectSentences(design.problems.map(({ message }) => message));
    }
    expect(refused).toBeGreaterThan(EACH / 10);
  });
});
