import { FindingError } from '../diagnostics/diagnostic.ts';
import type { ModelCode } from './diagnostics.ts';

/** A model's files are wrong, or do not fit what was asked of them. The message says what, where and what to do. */
export class ModelError extends FindingError<ModelCode> {
  override readonly name = 'ModelError';
}
