import type { DesignNumber } from '../design/numbers.ts';
import type { Design } from '../design/types.ts';
import type { Step } from '../estimate/design/levers.ts';
import type { Edit, Refused } from './edit.ts';
import { setParam } from './parameters.ts';
import { sequence } from './sequence.ts';
import { setNumber } from './settings.ts';

/** Takes a step that was tried for a figure, with the parameters that have to follow, as one edit. */
export function takeStep(design: Design, { stage, instance, param, to, params }: Step): Edit | Refused {
  if (stage === undefined || instance === undefined) return setNumber(param as DesignNumber, Number(to));
  return sequence(
    design,
    `Set ${param} of ${instance} to ${to}`,
    Object.entries(params).map(
      ([name, value]) =>
        (present: Design) =>
          setParam(present, stage, instance, name, value),
    ),
  );
}
