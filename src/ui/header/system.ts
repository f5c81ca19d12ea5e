import { STAGE_NAMES, type StageName } from '../../core/design/types.ts';
import { type BankMap, portKey } from '../../core/estimate/stage/banks.ts';
import type { StageClock } from '../../core/estimate/stage/clocks.ts';
import type { WorkloadTime } from '../../core/estimate/workload/timing.ts';
import { type Readable, readable } from '../../core/schedule/readable.ts';
import type { DesignAnalysis } from '../../core/schedule/types.ts';
import { duration, plural, rate, whole } from '../words/format.ts';
import { clockShort } from '../words/clocks.ts';
import { bytes } from '../words/units.ts';

/** The whole system in a line: what comes in, what the two canvases make of it, what lies between them, what goes out. */

export interface SystemPart {
  readonly id: 'prompt' | 'lookup' | 'prefill' | 'cache' | 'decode' | 'tokens';
  readonly title: string;
  readonly value: string;
  readonly detail: string;
  /** Stages that value, or detail, is a figure of; from before their errors where they have some. */
  readonly figure?: { readonly of: 'value' | 'detail'; readonly stages: readonly StageName[] };
  /** For those who meet it for the first time. */
  readonly help: string;
}

/** Banks that hold buffers of the KV cache, and their bytes. */
function cacheOf(map: BankMap | undefined): { readonly size: number; readonly banks: number } {
  const ports = map?.ports.map(({ port }) => port).filter(({ content }) => content === 'cache') ?? [];
  // Both stages name the same buffers.
  const buffers = new Map(ports.map(({ buffer, size }) => [buffer, size]));
  const keys = new Set(ports.map(portKey));
  return {
    size: [...buffers.values()].reduce((sum, size) => sum + size, 0),
    banks: map?.banks.filter((bank) => bank.ports.some((key) => keys.has(key))).length ?? 0,
  };
}

export function systemParts(
  analysis: DesignAnalysis,
  time: WorkloadTime | undefined,
  map: BankMap | undefined,
  clocks: Readonly<Record<StageName, StageClock>> | undefined,
  standing: Readable['standing'] = readable(analysis, {}).standing,
): SystemPart[] {
  const { design } = analysis;
  const { model, workload, limits } = design;
  const cache = cacheOf(map);
  const { window } = design;
  const held = window
    ? `${whole(window.sinks)} first, ${whole(window.recent)} recent tokens`
    : `${whole(limits.context)} tokens`;
  const unfinished = (stage: StageName): string => {
    if (design.stages[stage].instances.length === 0) return 'empty';
    const errors = analysis.problems.filter(
      (problem) => problem.stage === stage && problem.severity === 'error',
    ).length;
    return errors > 0 ? plural(errors, 'error') : 'no errors';
  };
  const known = (stage: StageName): boolean => time !== undefined && standing[stage] !== 'none';
  const clockNote = (stage: StageName): string | undefined =>
    known(stage) && clocks && clocks[stage].leading < clocks[stage].entered
      ? `at ${clockShort(clocks[stage])}`
      : undefined;
  const embedded = STAGE_NAMES.every((stage) =>
    analysis.stages[stage].operations.some(({ role }) => role.section === 'begin'),
  );
  return [
    {
      id: 'prompt',
      title: 'Prompt in',
      value: plural(workload.prompt, 'token'),
      detail: design.hmt ? `in segments of ${whole(design.hmt.segment)}` : `at most ${whole(limits.prompt)}`,
      help: 'The host writes the tokens of the prompt to memory.',
    },
    {
      id: 'lookup',
      title: 'Embedding',
      value: `${whole(model.vocab)} × ${whole(model.hidden)}`,
      detail: embedded ? 'read by both stages' : 'not on both canvases yet',
      help: 'A table in memory with a row of numbers for every token of the vocabulary.',
    },
    {
      id: 'prefill',
      title: 'Prefill',
      value: time && known('prefill') ? duration(time.prefill.seconds) : unfinished('prefill'),
      ...(known('prefill') ? { figure: { of: 'value', stages: ['prefill'] } as const } : {}),
      detail: clockNote('prefill') ?? `${plural(design.tokenParallelism, 'token')} side by side`,
      help: 'Reads the whole prompt and fills the KV cache: the left canvas.',
    },
    {
      id: 'cache',
      title: 'KV cache',
      value: cache.size > 0 ? bytes(cache.size) : 'in memory',
      detail: cache.banks > 0 ? `${plural(cache.banks, 'bank')}, ${held}` : held,
      help: 'Keys and values of all earlier tokens. Prefill writes them, decode reads them and adds a row per token.',
    },
    {
      id: 'decode',
      title: 'Decode',
      value: time && known('decode') ? `${rate(time.tokensPerSecond)} tokens/s` : unfinished('decode'),
      ...(known('decode') ? { figure: { of: 'value', stages: ['decode'] } as const } : {}),
      detail: clockNote('decode') ?? 'one token at a time',
      help: 'Makes one token after another from the KV cache: the right canvas.',
    },
    {
      id: 'tokens',
      title: 'Tokens out',
      value: plural(workload.generate, 'token'),
      detail: time && STAGE_NAMES.every(known) ? `first after ${duration(time.timeToFirstToken)}` : '',
      figure: { of: 'detail', stages: STAGE_NAMES },
      help: 'The host reads the tokens that decode has chosen.',
    },
  ];
}
