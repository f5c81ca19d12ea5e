/** Files that the runner of an exported project writes for the app: JSON with a format, a version and a schema. */
import * as z from 'zod/mini';
import { parseJson } from '../diagnostics/json.ts';
import { schemaIssue } from '../diagnostics/schema-issue.ts';
import type { Finding } from '../diagnostics/diagnostic.ts';
import type { ModelCode } from './diagnostics.ts';
import { ModelError } from './model-error.ts';

/** Largest accepted document in characters; a guard against absurd files. */
const MAX_CHARACTERS = 16_000_000;

/** A kind of such files, and what can be wrong with one. */
export interface ResultKind {
  readonly format: string;
  readonly version: number;
  readonly tooLarge: Finding<ModelCode>;
  readonly notJson: Finding<ModelCode>;
  readonly unknown: Finding<ModelCode>;
  readonly otherVersion: (version: number) => Finding<ModelCode>;
  readonly damaged: (where: string, reason: string) => Finding<ModelCode>;
}

/**
 * Reads the text of such a file.
 * @throws ModelError with one sentence when the text is none, is of another version, or has a wrong value.
 */
export function readResult<Schema extends z.ZodMiniType>(
  text: string,
  kind: ResultKind,
  schema: Schema,
): z.infer<Schema> {
  if (text.length > MAX_CHARACTERS) throw new ModelError(kind.tooLarge);
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw new ModelError(kind.notJson);
  }
  const head = z.looseObject({ format: z.literal(kind.format), version: z.number() }).safeParse(value);
  if (!head.success) throw new ModelError(kind.unknown);
  if (head.data.version !== kind.version) throw new ModelError(kind.otherVersion(head.data.version));
  const result = schema.safeParse(value);
  if (result.success) return result.data as z.infer<Schema>;
  const issue = result.error.issues[0];
  const { path, reason } = issue ? schemaIssue(issue, value) : { path: '', reason: 'it is not understood' };
  const where = path === '' ? 'at its top' : `at ${path.slice(0, 200)}`;
  throw new ModelError(kind.damaged(where, reason));
}
