import { embed, forwardLayer, layerMath, type LayerWeights, loadLayer, matmul, normalise } from './float-forward.ts';
import { type WeightSource, wholeMatrix } from './weights.ts';

/** A model in ordinary floating point, all weights in memory. */
export interface FloatReference {
  /** Logits of every position, [ids.length][vocab]. */
  logits(ids: readonly number[]): Promise<Float64Array>;
  /** Negative log-likelihoods of `ids[promptLength]` and all that follow, each given everything before it. */
  score(ids: readonly number[], promptLength?: number): Promise<number[]>;
}

export async function loadFloatReference(weights: WeightSource): Promise<FloatReference> {
  const { model } = weights;
  const layers: LayerWeights[] = [];
  for (let layer = 0; layer < model.layers; layer++) layers.push(await loadLayer(weights, layer));
  const finalNorm = await weights.norm('final_norm', 0);
  const head = await wholeMatrix(weights, 'lm_head', 0);
  const logits = async (ids: readonly number[]): Promise<Float64Array> => {
    const x = await embed(weights, ids);
    for (const layer of layers) await forwardLayer(model, layer, layerMath(model, layer), x);
    const y = new Float64Array(ids.length * model.vocab);
    return matmul(normalise(x, finalNorm, model.normEpsilon), head, ids.length, model.hidden, y);
  };
  return {
    logits,
    score: async (ids, promptLength = 1) => {
      const all = await logits(ids.slice(0, -1));
      return ids.slice(promptLength).map((id, i) => {
        const start = (promptLength - 1 + i) * model.vocab;
        const row = all.subarray(start, start + model.vocab);
        const best = row.reduce((a, b) => Math.max(a, b), -Infinity);
        return best + Math.log(row.reduce((sum, v) => sum + Math.exp(v - best), 0)) - (row[id] as number);
      });
    },
  };
}
