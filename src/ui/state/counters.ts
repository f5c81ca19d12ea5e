import { analyses } from '../../core/edit/analysis.ts';

/** How often things happen, for tests of speed: a number each, nothing is measured. */
export const counters = {
  /** Designs analysed. */
  get analyses(): number {
    return analyses.count;
  },
  /** Workloads whose time was estimated. */
  estimates: 0,
  /** Steps that the history has taken in; one that merges into the last is none. */
  steps: 0,
  /** Drawings of a canvas as a whole, with all that stands around its instances. */
  canvases: 0,
  /** Drawings of instances on the canvases, by `<stage>/<instance>`. */
  drawn: new Map<string, number>(),
};

export function countDrawing(stage: string, instance: string): void {
  const key = `${stage}/${instance}`;
  counters.drawn.set(key, (counters.drawn.get(key) ?? 0) + 1);
}
