import type { Args } from '../diagnostics/diagnostic.ts';
import type { Problem } from './types.ts';

const sameArgs = (a: Args, b: Args): boolean => Object.keys(a).every((name) => String(a[name]) === String(b[name]));

/** Those of some problems that keep a design from being built. */
export const errorsOf = <Of extends Problem>(problems: readonly Of[]): Of[] =>
  problems.filter(({ severity }) => severity === 'error');

/** Whether a problem of one design is still there in another: the same diagnostic of the same operation with the same arguments. */
export const sameProblem = (a: Problem, b: Problem): boolean =>
  a.code === b.code &&
  a.stage === b.stage &&
  a.instance === b.instance &&
  a.operation === b.operation &&
  sameArgs(a.args, b.args);
