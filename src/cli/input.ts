import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { formatDesign, parseDesign } from '../core/design/schema.ts';
import type { Design, Problem } from '../core/design/types.ts';
import type { Architecture } from '../core/models/architecture.ts';
import { mergeGenerationConfig, parseConfig } from '../core/models/hf-config.ts';
import { ModelError } from '../core/models/model-error.ts';
import { parseProbeResult, type ProbeResult } from '../core/models/probe-result.ts';
import { SAMPLE_MODELS } from '../core/models/samples.ts';
import { sampleById, SAMPLES } from '../core/templates/samples.ts';
import { InputError } from './errors.ts';

/** A design file larger than this is refused unread. */
const MAX_BYTES = 16e6;

/** One line per problem, with its place and its code. */
export function describeProblem(problem: Problem): string {
  const place =
    problem.path ??
    [problem.stage, problem.instance, problem.operation, problem.port ?? problem.param]
      .filter((part) => part !== undefined)
      .join(' / ');
  return `${problem.severity}${place ? ` at ${place}` : ''}: ${problem.message} [${problem.code}]`;
}

function readText(path: string, what: string): string {
  try {
    const info = statSync(path);
    if (!info.isFile()) throw new InputError(`${path} is not a file; name ${what}.`);
    if (info.size > MAX_BYTES) throw new InputError(`${path} has ${info.size} bytes, too much for ${what}.`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `${path} cannot be read (${error instanceof Error ? error.message : String(error)}); name ${what}.`,
    );
  }
}

/** A design by the name of a sample or from a file. */
export function loadDesign(name: string): Design {
  const sample = sampleById(name);
  if (sample) return sample.design();
  const text = readText(name, `a design file or one of the samples: ${SAMPLES.map((known) => known.id).join(', ')}`);
  const result = parseDesign(text);
  if (!result.ok)
    throw new InputError(`${name} is not a valid design:\n${result.problems.map(describeProblem).join('\n')}`);
  return result.design;
}

/** The text of a design for a file. A design that could not be read again is refused: nothing is written that `check` refuses. */
export function designText(design: Design): string {
  const text = formatDesign(design);
  const result = parseDesign(text);
  if (result.ok) return text;
  const list = result.problems.map(({ path, message, args }) =>
    path === 'name' ? `--name ${args['reason']}; choose another name.` : message,
  );
  throw new InputError(`The design cannot be written: ${list.join('\n')}`);
}

/** What the user's tools said: the file that `node run.mjs probe` wrote. */
export function loadProbe(file: string): ProbeResult {
  try {
    return parseProbeResult(readText(file, 'the probe.json that "node run.mjs probe" wrote'));
  } catch (error) {
    if (error instanceof ModelError) throw new InputError(`${file} was not read. ${error.message}`);
    throw error;
  }
}

/** A model by the name of a sample or from a folder with a Hugging Face config.json (or the file itself). */
export function loadModel(name: string): Architecture {
  const sample = SAMPLE_MODELS.find((model) => model.name === name);
  if (sample) return sample;
  const file = name.endsWith('.json') ? name : join(name, 'config.json');
  const text = readText(
    file,
    `a folder with config.json, or one of: ${SAMPLE_MODELS.map((model) => model.name).join(', ')}`,
  );
  const folder = file.slice(0, -'config.json'.length).replace(/[/\\]+$/, '');
  const label = folder.split(/[/\\]/).at(-1) ?? '';
  const result = parseConfig(text, label.replace(/[^\w.-]/g, '').slice(0, 100) || undefined);
  if (!result.ok)
    throw new InputError(
      `${file} does not describe a supported model:\n${result.problems.map((problem) => `${problem.path}: ${problem.message} [${problem.code}]`).join('\n')}`,
    );
  try {
    return mergeGenerationConfig(result.model, readText(join(folder, 'generation_config.json'), 'it'));
  } catch {
    return result.model;
  }
}
