/** Files that the runner of an exported project writes for the app: JSON with a format, a version and a schema. */
import * as z from 'zod/mini';
import { parseJson } from '../diagnostics/json.ts';
import { schemaIssue } from '../diagnostics/schema-issue.ts';
import { found } from './diagnostics.ts';
import { ModelError } from './model-error.ts';

/** Largest accepted document in characters; a guard against absurd files. */
const MAX_CHARACTERS = 16_000_000;

/**
 * Reads the text of such a file; its format is `flexllm-report` or `flexllm-probe`.
 * @throws ModelError with one sentence when the text is none, is of another version, or has a wrong value.
 */
export function readResult<Schema extends z.ZodMiniType>(
  text: string,
  what: 'report' | 'probe',
  version: number,
  schema: Schema,
): z.infer<Schema> {
  if (text.length > MAX_CHARACTERS) throw new ModelError(found(`${what}-too-large`, {}));
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw new ModelError(found(`${what}-not-json`, {}));
  }
  const head = z.looseObject({ format: z.literal(`flexllm-${what}`), version: z.number() }).safeParse(value);
  if (!head.success) throw new ModelError(found(`${what}-unknown`, {}));
  if (head.data.version !== version)
    throw new ModelError(found(`${what}-version`, { version: head.data.version, known: version }));
  const result = schema.safeParse(value);
  if (result.success) return result.data as z.infer<Schema>;
  const issue = result.error.issues[0];
  const { path, reason } = issue ? schemaIssue(issue, value) : { path: '', reason: 'it is not understood' };
  const where = path === '' ? 'at its top' : `at ${path.slice(0, 200)}`;
  throw new ModelError(found(`${what}-damaged`, { where, reason }));
}
