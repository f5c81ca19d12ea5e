import type { StageName } from '../design/types.ts';
import type { WorkloadTime } from './timing.ts';

export interface Energy {
  readonly limitWatts: number;
  readonly prefill: { readonly watts: number; readonly joules: number };
  readonly decode: { readonly watts: number; readonly joules: number; readonly tokensPerJoule: number };
  /** Generated tokens over the energy of prefill and decode. */
  readonly tokensPerJoule: number;
  readonly withinLimit: boolean;
}

/** Energy of a workload at the power of each stage in watts. */
export function energyOf(time: WorkloadTime, watts: Readonly<Record<StageName, number>>, limitWatts: number): Energy {
  const joules = { prefill: watts.prefill * time.prefill.seconds, decode: watts.decode * time.decode.seconds };
  return {
    limitWatts,
    prefill: { watts: watts.prefill, joules: joules.prefill },
    decode: { watts: watts.decode, joules: joules.decode, tokensPerJoule: time.decode.tokens / joules.decode },
    tokensPerJoule: time.decode.tokens / (joules.prefill + joules.decode),
    withinLimit: Math.max(watts.prefill, watts.decode) <= limitWatts,
  };
}
