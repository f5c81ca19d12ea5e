/** The exponential, the reciprocal and the quotient of the hardware: how exact they are, and that every compiler and the reference agree. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { exponential, quotient, reciprocal } from '../src/core/models/exponential.ts';
import { command, ROOT } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'exponential-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function built(name: string, compiler: string, ...flags: string[]): Promise<string> {
  const runtime = join(ROOT, 'hls-runtime');
  const binary = join(folder, name);
  const { code, stderr } = await command(
    compiler,
    [
      ...['-std=c++17', '-Wall', '-Wextra', '-Werror', '-Wno-unknown-pragmas', '-ffp-contract=off', '-pthread'],
      ...[...flags, `-I${join(runtime, 'include')}`, '-idirafter', join(runtime, 'csim')],
      ...[join(runtime, 'tests/exponential.cpp'), '-o', binary],
    ],
    ROOT,
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return binary;
}

test('over all fp32 numbers they are at most 0.52 units in the last place from the exact value', async () => {
  const { code, stdout } = await command(await built('worst', 'g++', '-O2'), ['worst'], ROOT);
  expect(code).toBe(0);
  console.log(`largest errors in units of the last place:\n${stdout.trim()}`);
  const errors = [...stdout.matchAll(/^(\w+) ([\d.]+) (?:at|under)/gm)].map(
    ([, name, error]) => [name, Number(error)] as const,
  );
  expect(errors.map(([name]) => name)).toEqual(['exponential', 'reciprocal', 'quotient']);
  for (const [name, error] of errors) expect(error, name).toBeLessThan(0.52);
}, 300_000);

/** A number that no exponent and no significand is a multiple of. */
const STRIDE = 30011;

describe('the same bits everywhere', () => {
  const word = new Uint32Array(1);
  const float = new Float32Array(word.buffer);
  const mixed = (hash: number, y: number): number => {
    float[0] = y;
    return Math.imul(hash ^ (Number.isNaN(y) ? 0x7fc00000 : (word[0] as number)), 16777619) >>> 0;
  };
  let [exponentials, reciprocals, quotients] = [0x811c9dc5, 0x811c9dc5, 0x811c9dc5];
  for (let bits = 0; bits < 2 ** 32; bits += STRIDE) {
    word[0] = bits;
    const x = float[0] as number;
    exponentials = mixed(exponentials, exponential(x));
    reciprocals = mixed(reciprocals, reciprocal(x));
    word[0] = Math.imul(bits, 2654435761);
    quotients = mixed(quotients, quotient(x, float[0] as number));
  }
  const hex = (value: number): string => value.toString(16).padStart(8, '0');
  const wanted = `${hex(exponentials)} ${hex(reciprocals)} ${hex(quotients)}\n`;

  test.each([
    ['g++', '-O0'],
    ['g++', '-O1'],
    ['g++', '-O2', '-march=native'],
    ['g++', '-O3', '-march=native'],
    ['g++', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
    ['clang++', '-O0'],
    ['clang++', '-O2'],
    ['clang++', '-O3', '-march=native'],
    ['clang++', '-O1', '-fsanitize=undefined', '-fsanitize-trap=all'],
  ])('%s %s %s', async (compiler, ...flags) => {
    const binary = await built(`${compiler}${flags.join('')}`.replaceAll(/[^\w+-]/g, ''), compiler, ...flags);
    expect(await command(binary, ['hash', String(STRIDE)], ROOT)).toMatchObject({ code: 0, stdout: wanted });
  });
});
