import { type CurvePoint, prefillCurve } from '../estimate/workload/workload.ts';
import { analyze } from '../schedule/analyze.ts';
import type { DesignAnalysis } from '../schedule/types.ts';
import { applyEdit } from './edit.ts';
import { setSegments } from './settings.ts';

/**
 * The same design with texts of up to `longest` tokens in one piece: as if its model had been trained for so many positions, and
 * the card had room for their keys and values.
 */
function inOnePiece({ design }: DesignAnalysis, longest: number): DesignAnalysis {
  const whole = applyEdit(design, setSegments(undefined)).design;
  const { limits, model } = whole;
  const context = Math.max(limits.context, longest + 1);
  return analyze({
    ...whole,
    model: { ...model, maxPositions: Math.max(model.maxPositions, context) },
    limits: { ...limits, prompt: Math.max(limits.prompt, longest), context },
  });
}

/** Modelled time to the first token of a design in segments, were texts read in one piece, over the tokens of `points` and at the same clocks; undefined where it cannot be. */
export const wholeTextCurve = (
  analysis: DesignAnalysis,
  points: readonly CurvePoint[],
): readonly CurvePoint[] | undefined => {
  const longest = points.at(-1)?.tokens;
  if (!analysis.design.hmt || longest === undefined) return undefined;
  const whole = inOnePiece(analysis, longest);
  return whole.legal
    ? prefillCurve(
        whole,
        points.map(({ tokens }) => tokens),
      )
    : undefined;
};
