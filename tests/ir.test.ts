/** The intermediate form: what it prints is what it means. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { printExpression, printFunction, printType } from '../src/core/generate/print-cpp.ts';
import { core, multipliers, order, sameCall } from '../src/core/ir/call.ts';
import { bitsOf, type CppType, type Element, sameType } from '../src/core/ir/cpp-type.ts';
import {
  argument,
  BLOCKS,
  equals,
  evaluate,
  type Expression,
  floatConstant,
  LAYER,
  LENGTH,
  maximum,
  parity,
  plus,
  POSITION,
  quotient,
  type Range,
  rangeOf,
  type Run,
  times,
  variables,
  when,
} from '../src/core/ir/expression.ts';
import { command, ROOT, WARNINGS } from './harness.ts';

const folder = join(ROOT, 'build/ir');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a C++ program and returns its lines. */
async function lines(name: string, source: string): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.cpp`), source);
  const include = ['-I', join(ROOT, 'hls-runtime/include'), '-idirafter', join(ROOT, 'hls-runtime/csim')];
  const built = await command('g++', ['-std=c++17', '-O0', ...WARNINGS, ...include, `${name}.cpp`, '-o', name], folder);
  expect(built.stderr).toBe('');
  const ran = await command(join(folder, name), [], folder);
  expect(ran.code).toBe(0);
  return ran.stdout.trim().split('\n');
}

const element: fc.Arbitrary<Element> = fc.oneof(
  fc.constant({ kind: 'float' } as const),
  fc.record({ kind: fc.constant('int' as const), bits: fc.integer({ min: 1, max: 40 }), signed: fc.boolean() }),
);
const stored: fc.Arbitrary<Element> = fc.constantFrom<Element>(
  { kind: 'float' },
  { kind: 'int', bits: 4, signed: true },
  { kind: 'int', bits: 8, signed: false },
  { kind: 'int', bits: 8, signed: true },
);
const type: fc.Arbitrary<CppType> = fc.oneof(
  fc.record({ kind: fc.constant('vector' as const), of: element, lanes: fc.integer({ min: 1, max: 70 }) }),
  fc.record({ kind: fc.constant('word' as const), element: stored, count: fc.integer({ min: 1, max: 16 }) }),
  element,
  fc.constant({ kind: 'index' } as const),
);

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  fc.integer({ min: 0, max: 9 }),
  fc.constantFrom(LAYER, BLOCKS, LENGTH, POSITION),
);
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('expression'), { minLength: 1, maxLength: 3 }).map((all) => plus(...all)),
    fc.array(tie('expression'), { minLength: 1, maxLength: 3 }).map((all) => times(...all)),
    fc.tuple(tie('expression'), fc.integer({ min: 1, max: 7 })).map(([of, by]) => quotient(of, by)),
    fc.array(tie('expression'), { minLength: 2, maxLength: 3 }).map((all) => maximum(...all)),
    tie('expression').map(parity),
    tie('expression').map((then) => when('copy_logits', then)),
  ),
}));

const RUN: Run = { layer: 3, blocks: 2, length: 11, position: 10 };

describe('expressions', () => {
  test('C++ computes what they evaluate to', async () => {
    const all = fc.sample(expression, { numRuns: 300, seed: 12 }).filter((one) => evaluate(one, RUN) < 2 ** 31);
    expect(all.length).toBeGreaterThan(250);
    const printed = await lines(
      'expressions',
      `#include <cstdio>
int main() {
  const long long layer = 3, blocks = 2, length = 11, position = 10;
  const bool copy_logits = false;
${all.map((one) => `  std::printf("%lld\\n", static_cast<long long>(${printExpression(one)}));`).join('\n')}
  static_cast<void>(layer + blocks + length + position + copy_logits);
  return 0;
}
`,
    );
    expect(printed.map(Number)).toEqual(all.map((one) => evaluate(one, RUN)));
  });

  test('a value depends on no variable but those that are named, and equal trees have equal values', () => {
    fc.assert(
      fc.property(expression, expression, fc.nat({ max: 50 }), (one, other, value) => {
        const used = variables(one);
        for (const name of ['layer', 'blocks', 'length', 'position'] as const)
          if (!used.has(name)) expect(evaluate(one, { ...RUN, [name]: value })).toBe(evaluate(one, RUN));
        expect(equals(one, structuredClone(one))).toBe(true);
        expect(equals(one, other)).toBe(printExpression(one) === printExpression(other) && equals(other, one));
        if (equals(one, other)) expect(evaluate(one, RUN)).toBe(evaluate(other, RUN));
      }),
    );
  });

  test('every value lies in its range', () => {
    const between = fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 40 })).map(([a, b]) => [a, a + b] as const);
    const names = ['layer', 'blocks', 'length', 'position'] as const;
    fc.assert(
      fc.property(
        expression,
        fc.tuple(between, between, between, between),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (one, all, share) => {
          const ranges = new Map<string, Range>(names.map((name, index) => [name, all[index] as Range]));
          const range = (name: string): Range => ranges.get(name) ?? [0, 1];
          const [least, most] = rangeOf(one, range);
          fc.pre(most < Number.MAX_SAFE_INTEGER);
          for (const at of [0, share, 1]) {
            const run = Object.fromEntries(
              names.map((name) => [name, range(name)[0] + Math.round(at * (range(name)[1] - range(name)[0]))]),
            ) as unknown as Run;
            expect(evaluate(one, run)).toBeGreaterThanOrEqual(least);
            expect(evaluate(one, run)).toBeLessThanOrEqual(most);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('constants are computed, neutral elements left out', () => {
    expect(times(2, 3)).toBe(6);
    expect(plus()).toBe(0);
    expect(times(1, LAYER, 1)).toBe(LAYER);
    expect(plus(0, LAYER)).toBe(LAYER);
    expect(printExpression(plus(5, times(LAYER, 7)))).toBe('(5 + layer * 7)');
    expect(printExpression(floatConstant(1 / 3))).toBe('0.333333343f');
    expect(printExpression(floatConstant(2))).toBe('2.0f');
  });

  test('no count of cycles may depend on an argument', () => {
    expect(() => evaluate(argument('seed'), RUN)).toThrow('no cycle count may depend on seed');
  });
});

describe('types and calls', () => {
  test('C++ has them, with the bits that they say', async () => {
    const all = fc.sample(type, { numRuns: 150, seed: 12 });
    const words = all.filter((one) => one.kind === 'word');
    const printed = await lines(
      'types',
      `#include <cstdio>

#include "flexllm/types.hpp"

${all.map((one, index) => `using T${index} = ${printType(one)};\nT${index}* p${index} = nullptr;`).join('\n')}

int main() {
${words.map((one) => `  std::printf("%zu\\n", 8 * sizeof(${printType(one)}));`).join('\n')}
  return 0;
}
`,
    );
    expect(printed.map(Number)).toEqual(words.map(bitsOf));
  });

  test('bits', () => {
    const int = (bits: number, signed = true): Element => ({ kind: 'int', bits, signed });
    expect(bitsOf({ kind: 'vector', of: int(4, false), lanes: 16 })).toBe(64);
    expect(bitsOf({ kind: 'vector', of: { kind: 'stored', element: int(8) }, lanes: 4 })).toBe(32);
    expect(bitsOf({ kind: 'word', element: int(4), count: 24 })).toBe(128);
  });

  test('types are the same exactly when they print alike', () => {
    fc.assert(fc.property(type, type, (one, other) => sameType(one, other) === (printType(one) === printType(other))));
  });

  test('calls are the same exactly when they print alike', () => {
    const call = core('systolic', 'engine', [{ kind: 'float' }, 4, true, order('blocked'), multipliers('dsp')]);
    expect(printFunction(call)).toBe(
      'flexllm::engine<float, 4, true, flexllm::Order::blocked, flexllm::Multipliers::dsp>',
    );
    expect(sameCall(call, { ...call, templateArguments: [...call.templateArguments] })).toBe(true);
    call.templateArguments.forEach((_, index) => {
      const others = [false, 5, order('interleaved'), multipliers('lut'), { kind: 'index' } as const];
      for (const other of others) {
        const templateArguments = call.templateArguments.map((one, at) => (at === index ? other : one));
        expect(sameCall(call, { ...call, templateArguments })).toBe(false);
      }
    });
    expect(printFunction(core('fork', 'fork'))).toBe('flexllm::fork');
  });
});
