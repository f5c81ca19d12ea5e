import type { Problem, StageName } from '../../design/types.ts';
import { kernelPorts } from '../parts/plumbing.ts';
import { programOf } from '../../lower/program.ts';
import type { StageAnalysis } from '../../schedule/types.ts';
import type { MemoryBanks } from '../../targets/types.ts';
import { type EstimateCode, found } from './diagnostics.ts';
import type { MemoryPort } from './memory-ports.ts';

/** A port on a bank, with what it asks of it in a pass as a share of what the bank sustains. */
interface Asking {
  readonly port: MemoryPort;
  readonly bank: string;
  readonly memory: MemoryBanks;
  readonly pass: number;
  readonly duty: number;
  readonly share: number;
}

/** Ports that transfer in more than this share of the cycles of a pass stream through it. */
const STREAMING = 0.5;
/** A pass that sharing makes longer by less is none to speak of. */
const LEAST = 1.05;

const most = <Of>(list: readonly Of[], of: (one: Of) => number): Of | undefined =>
  list.reduce<Of | undefined>((best, one) => (best !== undefined && of(best) >= of(one) ? best : one), undefined);

/**
 * The bank of a stage whose ports wait longest for one another: what that means, and what to set. The passes take as long
 * as the estimate says either way (pass/pass-traffic.ts); `clock` is that of the stage in Hz.
 */
export function sharedChannels(
  stage: StageAnalysis,
  ports: readonly {
    readonly port: MemoryPort;
    readonly place: { readonly memory: MemoryBanks; readonly name: string } | undefined;
  }[],
  clock: number,
  target: string,
): Problem<EstimateCode>[] {
  const asking = ports.flatMap(({ port, place }): Asking[] =>
    place === undefined || port.stage !== stage.stage
      ? []
      : port.passes.map(({ pass, duty }) => ({
          port,
          bank: place.name,
          memory: place.memory,
          pass,
          duty,
          share: (duty * port.wordBytes * clock) / (place.memory.bandwidth * place.memory.efficiency),
        })),
  );
  const groups = new Map<string, Asking[]>();
  for (const one of asking) {
    const key = `${one.pass} ${one.bank}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const factorOf = (list: readonly Asking[]): number =>
    list.reduce((sum, { share }) => sum + share, 0) / Math.max(1, ...list.map(({ share }) => share));
  const streams = [...groups.values()]
    .map((list) => list.filter(({ duty }) => duty > STREAMING))
    .filter((list) => list.length > 1 && factorOf(list) > LEAST);
  const worst = most(streams, factorOf);
  const [first] = worst ?? [];
  if (!worst || !first) return [];
  const together = asking.filter(
    ({ pass, duty, memory }) => pass === first.pass && memory === first.memory && duty > STREAMING,
  );
  const owners = new Map(kernelPorts(programOf(stage)).map(({ bundle, instances }) => [bundle, instances[0] ?? '']));
  const byInstance = new Map<string, number>();
  for (const { port } of together) {
    const id = owners.get(port.name) ?? '';
    byInstance.set(id, (byInstance.get(id) ?? 0) + 1);
  }
  const [instance] = most([...byInstance], ([, count]) => count) ?? [''];
  const entry = stage.instances.find((resolved) => resolved.instance.id === instance)?.entry;
  const setting = entry?.params.find(({ id }) => id === 'ports')?.label ?? 'number of ports';
  return [
    {
      ...found('channels-shared', {
        stage: stage.stage satisfies StageName,
        pass: first.pass,
        ports: worst.map(({ port }) => port.name),
        bank: first.bank,
        rate: first.memory.bandwidth * first.memory.efficiency,
        factor: factorOf(worst),
        streaming: together.length,
        channels: first.memory.usable,
        memory: first.memory.kind.toUpperCase(),
        target,
        instance,
        setting,
      }),
      stage: stage.stage,
      ...(instance ? { instance } : {}),
    },
  ];
}
