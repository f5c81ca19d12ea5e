import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { CALIBRATION_TEXT } from '../../hls-runtime/runner/calibration-text.ts';
import { loadTokenizer, TextStream, withBegin } from '../../hls-runtime/runner/tokenizer.ts';
import { calibrate } from '../../src/core/models/calibrate.ts';
import { generate } from '../../src/core/models/generation.ts';
import type { Recipe } from '../../src/core/models/recipe.ts';
import { loadReference } from '../../src/core/models/reference.ts';
import { MOBY_LLAMA_1M } from '../../src/core/models/samples.ts';
import { MOBY, weightsOf } from '../../tests/harness.ts';

/** What the reference implementation of the arithmetic answers for the sample model: the text that hardware must print. */
export async function referenceText(recipe: Recipe, prompt: string, tokens: number): Promise<string> {
  const weights = await weightsOf(MOBY_LLAMA_1M);
  const codec = await loadTokenizer(MOBY, MOBY_LLAMA_1M.bos);
  const encode = (text: string): number[] => withBegin(codec.encode(text), MOBY_LLAMA_1M.bos);
  const calibration =
    recipe.attention === 'int8'
      ? await calibrate(weights, encode(CALIBRATION_TEXT).slice(0, MOBY_LLAMA_1M.maxPositions))
      : null;
  const ids = encode(prompt);
  const stream = new TextStream(codec, ids);
  for (const id of generate(await loadReference(weights, recipe, calibration), ids, tokens)) stream.push(id);
  return stream.text();
}

/** Unpacks an exported project, packs the weights and C-simulates; what it prints. */
export function simulatedText(zip: string, prompt: string, tokens: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'composer-e2e-'));
  try {
    for (const [path, bytes] of Object.entries(unzipSync(readFileSync(zip)))) {
      const target = join(folder, path);
      mkdirSync(dirname(target), { recursive: true });
      if (!path.endsWith('/')) writeFileSync(target, bytes);
    }
    const [name] = Object.keys(unzipSync(readFileSync(zip), { filter: (file) => /\/run\.mjs$/.test(file.name) }));
    const project = join(folder, dirname(name ?? ''));
    const run = (...args: string[]): string =>
      execFileSync(process.execPath, ['run.mjs', ...args], {
        cwd: project,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    run('pack');
    return (JSON.parse(run('csim', '--prompt', prompt, '--tokens', String(tokens), '--json')) as { text: string }).text;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
