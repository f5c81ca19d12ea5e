import type { Design, StageName } from './types.ts';

/**
 * A short print of all that decides what hardware a stage is: equal for equal hardware. Names, notes, places on the canvas
 * and the clocks are no part of it. FNV-1a over the canonical text, 64 bits in hexadecimal.
 */
export function hardwarePrint(design: Design, stage: StageName): string {
  const sorted = (of: Readonly<Record<string, unknown>>): unknown =>
    Object.entries(of).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const { instances, streams } = design.stages[stage];
  const one = design.bitstreams === 1;
  const parts = [
    instances.map(({ id, module, params, operations, slr }) => [id, module, sorted(params), operations, slr ?? null]),
    streams.map(({ from, to, depth, carry }) => [from, to, depth ?? null, carry ?? null]),
    [design.target, design.platform ?? null, design.bitstreams ?? null, design.split ?? null],
    [design.model, design.recipe, design.limits, design.tokenParallelism, design.cachePorts],
    sorted(design.banks ?? {}),
    one ? hardwarePrint({ ...design, bitstreams: 2 }, stage === 'prefill' ? 'decode' : 'prefill') : null,
  ];
  let print = 0xcbf29ce484222325n;
  for (const character of JSON.stringify(parts))
    print = BigInt.asUintN(64, (print ^ BigInt(character.codePointAt(0) ?? 0)) * 0x100000001b3n);
  return print.toString(16).padStart(16, '0');
}

/** The clock in MHz that a build of a stage runs at; undefined where there was none, or where the stage is no more as it was built. */
export function builtClock(design: Design, stage: StageName): number | undefined {
  const built = design.builtClocks?.find((one) => one.stage === stage);
  return built && built.of === hardwarePrint(design, stage) ? built.clock : undefined;
}
