import { useEffect, useState } from 'react';
import { banksOf, type BankMap } from '../../core/estimate/stage/banks.ts';
import { atLeadingClocks, stageClocks, type StageClock } from '../../core/estimate/stage/clocks.ts';
import { energyOf, type Energy } from '../../core/estimate/design/energy.ts';
import { portLoads, type PortLoad } from '../../core/estimate/stage/ports.ts';
import { designResources, type DesignResources } from '../../core/estimate/design/design-resources.ts';
import {
  curveLengths,
  type CurvePoint,
  decodeCurve,
  longestPrompt,
  prefillCurve,
  type SegmentOverhead,
  segmentOverhead,
} from '../../core/estimate/workload/workload.ts';
import { cached } from '../../core/design/cache.ts';
import type { StageName } from '../../core/design/types.ts';
import type { DesignAnalysis } from '../../core/schedule/types.ts';
import { useComposer } from '../state/app-store.ts';
import { useReadable } from './readable.ts';
import { timeOf } from './time.ts';
import { analysisOf } from '../../core/edit/analysis.ts';
import { wholeTextCurve } from '../../core/edit/whole-text.ts';

/**
 * Estimates are derived from an analysis once, when a panel first asks for them, and kept with it. Those that depend on
 * clocks are at the ones that can be expected.
 */

export const resourcesOf: (analysis: DesignAnalysis) => DesignResources | undefined = cached((analysis) =>
  analysis.legal ? designResources(analysis) : undefined,
);
export const clocksOf: (analysis: DesignAnalysis) => Readonly<Record<StageName, StageClock>> | undefined = (
  analysis,
) => (analysis.legal ? stageClocks(analysis) : undefined);
export const loadsOf: (analysis: DesignAnalysis) => readonly PortLoad[] = cached((analysis) =>
  analysis.legal ? portLoads(atLeadingClocks(analysis)) : [],
);
export const mapOf: (analysis: DesignAnalysis) => BankMap | undefined = cached((analysis) =>
  analysis.legal ? banksOf(analysis) : undefined,
);
export const energyFor: (analysis: DesignAnalysis) => Energy | undefined = cached((analysis) => {
  const time = timeOf(analysis);
  return time && energyOf(atLeadingClocks(analysis), time);
});

export const overheadOf: (analysis: DesignAnalysis) => SegmentOverhead | undefined = cached((analysis) =>
  analysis.legal ? segmentOverhead(atLeadingClocks(analysis)) : undefined,
);

export interface Curves {
  readonly firstToken: readonly CurvePoint[];
  /** The same of a design in segments, were texts read in one piece. */
  readonly inOnePiece: readonly CurvePoint[] | undefined;
  readonly perToken: readonly CurvePoint[];
}

export const curvesOf: (analysis: DesignAnalysis) => Curves | undefined = cached((analysis) => {
  if (!analysis.legal) return undefined;
  const { design } = analysis;
  const lead = atLeadingClocks(analysis);
  // In segments also within the first launch, which is a small part of what is drawn.
  const launch = design.hmt ? curveLengths(design.limits.prompt, 8) : [];
  const lengths = [...new Set([...launch, ...curveLengths(longestPrompt(design))])].sort((a, b) => a - b);
  const firstToken = prefillCurve(lead, lengths);
  return {
    firstToken,
    inOnePiece: wholeTextCurve(lead, firstToken),
    perToken: decodeCurve(lead, curveLengths(design.limits.context)),
  };
});

/**
 * What figures are read from, a moment after the edit where deriving takes long: the analysis of the design; of a stage
 * with errors, what it was before them (`useReadable` says so). With errors only where there is nothing to read at all.
 */
export function useAnalysis(): DesignAnalysis {
  const { analysis } = useReadable();
  const present = useComposer((state) => analysisOf(state.design));
  return analysis ?? present;
}

/** Runs when the browser has time; Safari has no such callback. */
function whenIdle(run: () => void): () => void {
  if (typeof requestIdleCallback === 'function') {
    const handle = requestIdleCallback(run, { timeout: 200 });
    return () => cancelIdleCallback(handle);
  }
  const handle = setTimeout(run, 1);
  return () => clearTimeout(handle);
}

/** What is derived when the browser has time; what was there before stays until then. */
export function useIdle<Value>(
  analysis: DesignAnalysis,
  derive: (analysis: DesignAnalysis) => Value,
): Value | undefined {
  const [value, setValue] = useState<Value | undefined>();
  useEffect(() => whenIdle(() => setValue(() => derive(analysis))), [analysis, derive]);
  return value;
}
