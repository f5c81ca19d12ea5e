import type { Design, StageName } from '../../design/types.ts';
import type { DesignAnalysis } from '../../schedule/types.ts';
import { targetById } from '../../targets/targets.ts';
import { banksOf, bitstreamsOf, sustained } from '../stage/banks.ts';
import { atLeadingClocks, rangeText, type StageClock, stageClocks } from '../stage/clocks.ts';
import { boundsOf } from './bounds.ts';
import { HOP_CYCLES, LOOP_CYCLES, PASS_CYCLES } from '../parts/depths.ts';
import { machineOf } from '../stage/machine.ts';
import { memoryBusy } from '../stage/memory-busy.ts';
import { leadingMemory, portLoads, stageBandwidth } from '../stage/ports.ts';
import { launchCount, passRuns, runCycles } from '../pass/runs.ts';
import { bottleneckOf } from '../pass/bottleneck.ts';
import { operationLimit } from '../stage/limits.ts';
import { loadCycles, timePass, workloadTime } from '../workload/timing.ts';
import { wholeWorkload } from '../workload/workload.ts';

/** Where a figure comes from. */
export interface Explanation {
  readonly figure: string;
  readonly formula: string;
  /** What goes into the formula, in words and numbers. */
  readonly values: readonly { readonly name: string; readonly value: string }[];
  readonly source: string;
}

const MODEL =
  'Trip counts of the loops as C-simulation counts them, through the model of a pass (docs/concepts.md); operator depths from HLS reports, memory latency from HBM Connect (FPGA 2021). No fitted factor.';
const PAPER =
  'FlexLLM (arXiv 2601.15710), latency formulas of the prefill and the decode accelerator; multiplications only.';

const digits = (value: number, places = 4): string =>
  Number.isInteger(value) ? String(value) : value.toPrecision(places);
const gb = (rate: number): string => `${digits(rate / 1e9)} GB/s`;
const entry = (name: string, value: string | number): { name: string; value: string } => ({
  name,
  value: typeof value === 'number' ? digits(value) : value,
});

/** Figures that can be explained: `prefill.seconds`, `decode.seconds`, `pass.<stage>.<pass>`, `busy.<stage>[.<pass>]`, `operation.<stage>.<key>`, `port.<stage>.<name>`, ... */
export function explain(
  given: DesignAnalysis,
  figure: string,
  workload: Design['workload'] = given.design.workload,
): Explanation | undefined {
  if (!given.legal) return undefined;
  const clocks = stageClocks(given);
  const analysis = atLeadingClocks(given);
  const { design } = analysis;
  const [head = '', stageName = '', ...rest] = figure.split('.');
  const stage = stageName === 'prefill' || stageName === 'decode' ? stageName : undefined;
  if (head === 'pass' && stage) return explainPass(analysis, figure, stage, Number(rest[0]), workload);
  if ((head === 'runs' || head === 'share') && stage)
    return explainPart(analysis, figure, stage, Number(rest[0]), workload);
  if (head === 'busy' && stage) return explainBusy(analysis, figure, stage, rest[0], workload);
  if (head === 'clock' && stage) return explainClock(figure, stage, clocks[stage]);
  if (head === 'operation' && stage) return explainOperation(analysis, figure, stage, rest.join('.'), workload);
  if (head === 'port' && stage) return explainPort(analysis, figure, stage, rest.join('.'));
  const whole = wholeWorkload(analysis, workload);
  if (!whole) return undefined;
  const bounds = boundsOf(analysis);
  const stageFigure = (name: StageName): Explanation => {
    const time = whole[name];
    const launches = name === 'prefill' ? launchCount(analysis.stages.prefill, workload.prompt) : 1;
    const which =
      name === 'decode' ? ' (first token)' : launches > 1 ? ` (launch from position ${time.at.position} on)` : '';
    return {
      figure,
      formula:
        name === 'prefill'
          ? launches > 1
            ? 'seconds = (launches x loading of constants + sum over launches, over passes (runs x cycles of the pass with the keys of the launch)) / clock'
            : 'seconds = (loading of constants + sum over passes (runs x cycles of the pass)) / clock'
          : 'seconds = (loading of constants + sum over tokens, over passes (runs x cycles of the pass at the context of the token)) / clock',
      values: [
        entry('tokens', time.tokens),
        ...(launches > 1 ? [entry('launches', launches)] : []),
        entry('loading of constants', `${digits(loadCycles(analysis, name))} cycles`),
        ...time.passes.map((pass) =>
          entry(
            `pass ${pass.pass.index}${which}`,
            `${passRuns(analysis.stages[name], pass.pass)} x ${digits(Math.round(pass.cycles))} cycles`,
          ),
        ),
        entry('cycles', time.cycles),
        entry('counted cycles alone', time.counted),
        entry('clock', `${design.clocks[name]} MHz`),
        ...(clocks[name].above
          ? [entry('clock entered', `${clocks[name].entered} MHz; expected are ${rangeText(clocks[name])}`)]
          : []),
        entry('seconds', time.seconds),
      ],
      source: MODEL,
    };
  };
  switch (figure) {
    case 'prefill.seconds':
    case 'prefill.cycles':
      return stageFigure('prefill');
    case 'decode.seconds':
    case 'decode.cycles':
      return stageFigure('decode');
    case 'decode.tokensPerSecond':
      return {
        figure,
        formula: 'tokens / seconds',
        values: [entry('tokens', whole.decode.tokens), entry('seconds', whole.decode.seconds)],
        source: MODEL,
      };
    case 'decode.perToken':
      return {
        figure,
        formula: 'cycles per token = cycles of all generated tokens / tokens; each at the context that it has',
        values: [
          entry('cycles', whole.decode.cycles),
          entry('tokens', whole.decode.tokens),
          entry('cycles per token', Math.round(whole.decode.cycles / whole.decode.tokens)),
          entry('the first of them', Math.round(runCycles(analysis.stages.decode, whole.decode.passes))),
        ],
        source: MODEL,
      };
    case 'timeToFirstToken':
      return {
        figure,
        formula: 'prefill of all prompt tokens but the last + start and first step of decode',
        values: [
          entry('prefill', `${digits(whole.prefill.seconds)} s`),
          entry('start and first step', `${digits(whole.timeToFirstToken - whole.prefill.seconds)} s`),
        ],
        source: MODEL,
      };
    case 'endToEnd.seconds': {
      const { endToEnd } = whole;
      const target = targetById(design.target);
      return {
        figure,
        formula: 'batch x (prefill + hand-over + decode) + reconfiguration',
        values: [
          entry('batch', endToEnd.batch),
          entry('prefill', `${digits(endToEnd.prefill)} s`),
          entry('hand-over of keys and values', `${digits(endToEnd.handOver)} s`),
          entry('decode', `${digits(endToEnd.decode)} s`),
          entry('reconfiguration', `${digits(endToEnd.reconfiguration)} s`),
          entry('bitstreams', target ? bitstreamsOf(design, target) : 1),
        ],
        source:
          'Reconfiguration: FlexLLM (arXiv 2601.15710), about 0.3 s on U280, unless the design says otherwise. Hand-over over PCIe at an assumed 12 GB/s.',
      };
    }
    case 'prefill.boundSeconds':
      return (
        bounds && {
          figure,
          formula: 'N l / (TP F) x [ d dkv / WPkqvo + max(d d / WPkqvo, d l / WPmha, d dffn / WPffn) ]',
          values: [
            entry('l', workload.prompt),
            entry('TP', bounds.parallelism.tp),
            entry('WPkqvo', bounds.parallelism.wpKqvo),
            entry('WPmha', bounds.parallelism.wpMha),
            entry('WPffn', bounds.parallelism.wpFfn),
            entry('F', `${design.clocks.prefill} MHz`),
          ],
          source: PAPER,
        }
      );
    case 'decode.boundSeconds':
      return (
        bounds && {
          figure,
          formula:
            'ld / F x [ (N (2 d dkv + d d + 3 d dffn) + d dvocab) / WP + max(N d d / WP, N d (lp + ld/2) / WPmha) ]',
          values: [
            entry('lp', workload.prompt),
            entry('ld', workload.generate),
            entry('WP', bounds.parallelism.wpDecode),
            entry('WPmha', bounds.parallelism.wpDecodeMha),
            entry('F', `${design.clocks.decode} MHz`),
          ],
          source: PAPER,
        }
      );
    case 'memory.prefill':
    case 'memory.decode': {
      const loads = portLoads(analysis);
      const { peak, ceiling, share, pass } = stageBandwidth(analysis, loads)[
        figure === 'memory.prefill' ? 'prefill' : 'decode'
      ];
      return {
        figure,
        formula: 'sum over ports that stream in the busiest pass (word bytes x clock) / peak of the memory',
        values: [
          entry('pass', pass),
          entry('peak', gb(peak)),
          entry('of', gb(ceiling)),
          entry('share', `${digits(share * 100)} %`),
        ],
        source:
          'Streams of different passes take turns on their ports; ports add up. Peak of the memory: target profile.',
      };
    }
    default:
      return undefined;
  }
}

function runAt(analysis: DesignAnalysis, stage: StageName, workload: Design['workload']) {
  const time = workloadTime(analysis, workload);
  return time?.[stage].at;
}

function explainPass(
  analysis: DesignAnalysis,
  figure: string,
  name: StageName,
  index: number,
  workload: Design['workload'],
): Explanation | undefined {
  const stage = analysis.stages[name];
  const pass = stage.passes[index];
  const run = runAt(analysis, name, workload);
  if (!pass || !run) return undefined;
  const time = timePass(stage, pass, run, machineOf(analysis, name));
  const last = [...time.slots].sort((a, b) => b.end - a.end)[0];
  const slowest = bottleneckOf(time);
  return {
    figure,
    formula:
      'end of the last operation + start of the next pass; the slowest operation sets the interval, the others add fill and drain',
    values: [
      entry('slowest', slowest ? `${slowest.operation.key}: ${digits(Math.round(slowest.modelled))} cycles` : '-'),
      entry('last', last ? `${last.operation.key}: ends at ${digits(Math.round(last.end))}` : '-'),
      entry('between passes', `${PASS_CYCLES} cycles`),
      entry('cycles', Math.round(time.cycles)),
    ],
    source: MODEL,
  };
}

/** How often a pass runs in a run of the stage, or its share of the stage's time. */
function explainPart(
  analysis: DesignAnalysis,
  figure: string,
  name: StageName,
  index: number,
  workload: Design['workload'],
): Explanation | undefined {
  const stage = analysis.stages[name];
  const passes = workloadTime(analysis, workload)?.[name].passes ?? [];
  const time = passes.find(({ pass }) => pass.index === index);
  if (!time) return undefined;
  const runs = passRuns(stage, time.pass);
  const layers = stage.context.model.layers;
  if (figure.startsWith('runs'))
    return {
      figure,
      formula:
        time.pass.section !== 'layer'
          ? 'once, outside of the layers'
          : runs < layers
            ? 'once per layer of the model but the last, whose output nobody reads'
            : 'once per layer of the model',
      values: [entry('layers', layers), entry('runs', runs)],
      source: 'The schedule: passes within the layers run once for each, those before and after them once.',
    };
  const total = runCycles(stage, passes);
  return {
    figure,
    formula: 'share = runs x cycles of the pass / sum of the same over all passes',
    values: [
      entry('runs', runs),
      entry('cycles', Math.round(time.cycles)),
      entry('runs x cycles', Math.round(runs * time.cycles)),
      entry('all passes', Math.round(total)),
      entry('share', `${digits(total > 0 ? (100 * runs * time.cycles) / total : 0, 3)} %`),
    ],
    source: MODEL,
  };
}

/** The share of time in which the memory is busy: of one pass, or of all of them. */
function explainBusy(
  analysis: DesignAnalysis,
  figure: string,
  name: StageName,
  index: string | undefined,
  workload: Design['workload'],
): Explanation | undefined {
  const time = workloadTime(analysis, workload)?.[name];
  const passes = time?.passes.filter(({ pass }) => index === undefined || pass.index === Number(index)) ?? [];
  const [first] = passes;
  const memory = leadingMemory(analysis.design);
  if (!time || !first || !memory) return undefined;
  const { bytes, seconds, ceiling, share } = memoryBusy(analysis, name, { passes, at: time.at });
  const kind = memory.kind.toUpperCase();
  return {
    figure,
    formula: `memory busy = bytes that the ports on ${kind} move / (peak of ${kind} x time)${index === undefined ? ', over all passes, each as often as it runs' : ''}`,
    values: [
      ...(index === undefined ? [] : [entry('runs', passRuns(analysis.stages[name], first.pass))]),
      entry(index === undefined ? 'bytes' : 'bytes of all runs', `${digits(bytes / 1e6)} MB`),
      entry(index === undefined ? 'time' : 'time of all runs', `${digits(seconds * 1e3)} ms`),
      entry(`peak of ${kind}`, gb(ceiling)),
      entry('memory busy', `${digits(share * 100, 3)} %`),
    ],
    source: `Bytes: a word per counted cycle of the loops on a port; ports on other memories are left out. Time: ${MODEL} Peak: ${memory.source}`,
  };
}

/** The clock that figures are at. */
function explainClock(figure: string, name: StageName, clock: StageClock): Explanation {
  return {
    figure,
    formula: clock.held
      ? 'a bitstream has one clock: the lower of those of both stages'
      : 'figures are at the lower of the clock entered and the highest that can be expected',
    values: [
      entry('entered', `${clock.entered} MHz`),
      clock.measured === undefined
        ? entry('expected', rangeText(clock))
        : entry('measured of a build', `${clock.measured} MHz`),
      ...(clock.held ? [entry(`clock of ${clock.held}, the lower one`, `${clock.leading} MHz`)] : []),
      entry(`figures of ${name} are at`, `${clock.leading} MHz`),
    ],
    source: clock.evidence,
  };
}

function explainOperation(
  analysis: DesignAnalysis,
  figure: string,
  name: StageName,
  key: string,
  workload: Design['workload'],
): Explanation | undefined {
  const stage = analysis.stages[name];
  const operation = stage.operations.find((candidate) => candidate.key === key);
  const pass = operation && stage.passes[operation.pass];
  const run = runAt(analysis, name, workload);
  if (!operation || !pass || !run) return undefined;
  const slot = timePass(stage, pass, run, machineOf(analysis, name)).slots.find(
    (candidate) => candidate.operation === operation,
  );
  if (!slot) return undefined;
  return {
    figure,
    formula:
      'slowest process: max(trip counts x II, bytes of its memory port / rate of the bank) + pipeline latency per loop entry',
    values: [
      ...slot.processes.map(({ process, cycles }) => entry(`counted, ${process}`, cycles)),
      entry('counted', slot.cycles),
      entry('with fill and memory', Math.round(slot.modelled)),
      entry('loop entry and exit', `${LOOP_CYCLES} cycles; a hop through a FIFO ${HOP_CYCLES}`),
      entry('starts', Math.round(slot.start)),
      entry('ends', Math.round(slot.end)),
      entry('limited by', operationLimit(analysis, stage, operation, slot, run)),
    ],
    source: `${operation.owner.entry.source} ${MODEL}`,
  };
}

function explainPort(
  analysis: DesignAnalysis,
  figure: string,
  stage: StageName,
  name: string,
): Explanation | undefined {
  const load = portLoads(analysis).find((candidate) => candidate.stage === stage && candidate.name === name);
  const place = banksOf(analysis).ports.find(({ port }) => port.stage === stage && port.name === name)?.place;
  if (!load) return undefined;
  return {
    figure,
    formula: 'demand = word bytes x clock x duty in the busiest pass; share = demand / what the bank sustains',
    values: [
      entry('word', `${load.widthBits} bit`),
      entry('clock', `${analysis.design.clocks[stage]} MHz`),
      entry('duty', `${digits(load.duty * 100)} %`),
      entry('demand', gb(load.demand)),
      entry('bank', load.bank ?? 'none'),
      entry('bank sustains', place ? `${gb(sustained(place.memory))} of ${gb(place.memory.bandwidth)}` : '-'),
      entry('share', `${digits(load.share * 100)} %`),
    ],
    source: place?.memory.source ?? 'target profile',
  };
}
