import { Tokenizer } from '@huggingface/tokenizers';
import { calibrate, needsCalibration } from '../../core/models/calibrate.ts';
import { perplexity, score, scoringWindows } from '../../core/models/generation.ts';
import { loadReference } from '../../core/models/reference.ts';
import { openSafetensors } from '../../core/models/safetensors.ts';
import { MOBY_LLAMA_1M } from '../../core/models/samples.ts';
import { openWeights } from '../../core/models/weights.ts';
import { CALIBRATION_TEXT } from '../../../hls-runtime/runner/calibration-text.ts';
import type { PerplexityAnswer, PerplexityRequest } from './protocol.ts';

/** Measures the perplexity of the sample model under a recipe, in exactly the arithmetic of the generated hardware. Cancelled by ending the worker. */

const MAX_TOKENS = 2000;
const WINDOW = 250;
const CALIBRATION_TOKENS = 512;

const scope = self as unknown as {
  postMessage(message: PerplexityAnswer): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<PerplexityRequest>) => void): void;
};

async function file(base: string, name: string): Promise<Response> {
  const response = await fetch(new URL(`models/${MOBY_LLAMA_1M.name}/${name}`, base));
  if (!response.ok)
    throw new Error(`The file ${name} of the sample model could not be read (status ${response.status}).`);
  return response;
}

async function measure({ recipe, base }: PerplexityRequest): Promise<void> {
  const [definition, settings, text, buffer] = await Promise.all([
    file(base, 'tokenizer.json').then((response) => response.json()),
    file(base, 'tokenizer_config.json').then((response) => response.json()),
    file(base, 'heldout.txt').then((response) => response.text()),
    file(base, 'model.safetensors').then((response) => response.arrayBuffer()),
  ]);
  const tokenizer = new Tokenizer(definition as object, settings as object);
  const encode = (of: string): number[] => tokenizer.encode(of, { add_special_tokens: false }).ids;
  const bytes = new Uint8Array(buffer);
  const weights = openWeights(
    MOBY_LLAMA_1M,
    await openSafetensors({
      size: bytes.length,
      read: async (offset, length) => bytes.subarray(offset, offset + length),
    }),
  );
  const { bos } = MOBY_LLAMA_1M;
  const calibration = needsCalibration(recipe)
    ? await calibrate(
        weights,
        [...(bos === null ? [] : [bos]), ...encode(CALIBRATION_TEXT)].slice(0, CALIBRATION_TOKENS),
        undefined,
        undefined,
        recipe,
      )
    : null;
  const reference = await loadReference(weights, recipe, calibration);
  const ids = encode(text).slice(0, MAX_TOKENS);
  const nll: number[] = [];
  for (const window of scoringWindows(ids, WINDOW, bos)) {
    scope.postMessage({ kind: 'progress', done: nll.length, of: ids.length });
    nll.push(...score(reference, window));
  }
  scope.postMessage({ kind: 'result', perplexity: perplexity(nll), tokens: nll.length });
}

scope.addEventListener('message', (event) => {
  measure(event.data).catch((error: unknown) =>
    scope.postMessage({ kind: 'error', message: error instanceof Error ? error.message : String(error) }),
  );
});
