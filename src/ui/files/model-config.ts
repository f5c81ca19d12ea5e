import { parseJson } from '../../core/diagnostics/json.ts';
import type { Architecture } from '../../core/models/architecture.ts';
import { parseConfig } from '../../core/models/hf-config.ts';

/** Whether a text looks like the config.json of a model rather than a design. */
export function isModelConfig(text: string): boolean {
  try {
    const value = parseJson(text);
    return (
      typeof value === 'object' &&
      value !== null &&
      !('format' in value) &&
      ['model_type', 'architectures', 'hidden_size', 'num_hidden_layers'].some((key) => key in value)
    );
  } catch {
    return false;
  }
}

/** The model of a config.json; a file that is not called just that gives the model its name. */
export function readModel(file: string, text: string): { readonly model: Architecture } | { readonly problem: string } {
  const name = file
    .replace(/\.json$/i, '')
    .replace(/[^\w .-]/g, ' ')
    .trim();
  const result = parseConfig(text, /^config( ?\(\d+\))?$/i.test(name) || name === '' ? undefined : name.slice(0, 100));
  return result.ok
    ? { model: result.model }
    : { problem: `${file}: ${result.problems[0]?.message ?? 'it is no model this composer knows.'}` };
}
