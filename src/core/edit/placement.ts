import { mapBanks, parsePlace, placeName, portKey } from '../estimate/stage/banks.ts';
import { memoryPorts, type MemoryPort } from '../estimate/stage/memory-ports.ts';
import { decodeRun, decodeStart, prefillRun } from '../estimate/pass/runs.ts';
import type { Design, StageName } from '../design/types.ts';
import type { DesignAnalysis } from '../schedule/types.ts';
import { platformOf, targetById } from '../targets/targets.ts';
import type { MemoryBanks } from '../targets/types.ts';
import type { Edit, Refused } from './edit.ts';
import { sameProblem } from '../design/problems.ts';

/** Edits that the estimate panels make: where things are placed and what they are placed on. */

export function setSlr(design: Design, stage: StageName, id: string, slr: number | undefined): Edit | Refused {
  const target = targetById(design.target);
  const count = target ? platformOf(target, design.platform).slrs.length : 0;
  if (!design.stages[stage].instances.some((instance) => instance.id === id))
    return { refused: `There is no instance '${id}' in ${stage}.` };
  if (slr !== undefined && (slr < 0 || slr >= count))
    return { refused: `${target?.title ?? design.target} has SLR0 to SLR${count - 1}.` };
  return {
    label: slr === undefined ? `Place ${id} automatically` : `Place ${id} in SLR${slr}`,
    recipe: (draft) => {
      const instance = draft.stages[stage].instances.find((candidate) => candidate.id === id);
      if (!instance) return;
      if (slr === undefined) delete instance.slr;
      else instance.slr = slr;
    },
  };
}

export function setPlatform(design: Design, id: string): Edit | Refused {
  const target = targetById(design.target);
  const platform = target?.platforms.find((candidate) => candidate.id === id);
  if (!target || !platform) return { refused: `${target?.title ?? design.target} has no platform '${id}'.` };
  return {
    label: `Platform ${platform.title}`,
    recipe: (draft) => {
      draft.platform = id;
    },
  };
}

export function setBitstreams(count: 1 | 2): Edit {
  return {
    label: count === 1 ? 'One bitstream' : 'Two bitstreams',
    recipe: (draft) => {
      draft.bitstreams = count;
    },
  };
}

/** One kernel per stage, or one per SLR. */
export function setSplit(split: boolean): Edit {
  return {
    label: split ? 'A kernel per SLR' : 'A kernel per stage',
    recipe: (draft) => {
      if (split) draft.split = 'slr';
      else delete draft.split;
    },
  };
}

const portOf = (analysis: DesignAnalysis, key: string): MemoryPort | undefined => {
  const stage: StageName = key.startsWith('prefill.') ? 'prefill' : 'decode';
  const run =
    stage === 'prefill'
      ? prefillRun(analysis.stages.prefill, analysis.design.workload.prompt)
      : decodeRun(analysis.stages.decode, decodeStart(analysis.stages.prefill, analysis.design.workload.prompt));
  return memoryPorts(analysis.stages[stage], run).find((port) => portKey(port) === key);
};

/** Banks that a buffer of a size takes. */
export const banksNeeded = (size: number, memory: MemoryBanks): number =>
  Math.max(1, Math.ceil(size / memory.capacity));

const withBank = (design: Design, key: string, place: string | undefined): Design => {
  const banks = { ...design.banks };
  if (place === undefined) delete banks[key];
  else banks[key] = place;
  return { ...design, banks };
};

/**
 * Maps a port to a bank (or to as many from there on as its buffer takes), or leaves it to the composer. What the bank map
 * does not allow is refused with its reason.
 */
export function setBank(analysis: DesignAnalysis, key: string, place: string | undefined): Edit | Refused {
  const { design } = analysis;
  const target = targetById(design.target);
  const port = portOf(analysis, key);
  if (!target || !port) return { refused: `The design has no port '${key}'.` };
  let name = place;
  if (place !== undefined) {
    const parsed = parsePlace(target, place);
    if (!parsed) return { refused: `'${place}' is not a memory of ${target.title}.` };
    const count = Math.max(parsed.count, banksNeeded(port.size, parsed.memory));
    if (parsed.first + count > parsed.memory.count) {
      return {
        refused: `'${key}' needs ${count} neighbouring banks; from ${parsed.memory.name(parsed.first)} on there are only ${parsed.memory.count - parsed.first}.`,
      };
    }
    if (parsed.first + count > parsed.memory.usable)
      return {
        refused: `${parsed.memory.name(parsed.first + count - 1)} is not for kernels: of ${parsed.memory.count} banks, the first ${parsed.memory.usable} can be used.`,
      };
    name = placeName(parsed.memory, parsed.first, count);
  }
  const before = mapBanks(analysis).problems;
  const after = mapBanks({ ...analysis, design: withBank(design, key, name) });
  const refusal = after.problems.find(
    (problem) => problem.severity === 'error' && !before.some((other) => sameProblem(other, problem)),
  );
  if (refusal) return { refused: refusal.message };
  return {
    label: name === undefined ? `Map ${key} automatically` : `Map ${key} to ${name}`,
    recipe: (draft) => {
      const banks = { ...withBank(draft as Design, key, name).banks };
      if (Object.keys(banks).length === 0) delete draft.banks;
      else draft.banks = banks;
    },
  };
}
