/** A model's files are wrong, or do not fit what was asked of them. The message says what, where and what to do. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
}
