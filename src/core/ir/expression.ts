/** Integer expressions over the state of a kernel: arguments that generated C++ computes, and cycles that estimators evaluate. */

/** The state of a kernel in one run of a pass. */
export interface Run {
  /** Layer of the model, 0-based. */
  readonly layer: number;
  /** Prefill: blocks of TP tokens. */
  readonly blocks: number;
  /** Keys that attention sees: prefill position+blocks*TP, decode position+1. */
  readonly length: number;
  /** Position of the token, 0-based; prefill: of the first token of the launch. */
  readonly position: number;
}

/** Variables that counts of cycles may depend on. */
export type RunVariable = keyof Run;

/**
 * State of the kernel and arguments that no count of cycles may depend on. `row`: where the KV cache keeps the position of
 * the run; `oldest`: where it keeps the first of the keys behind the sinks that attention sees. Of a launch in segments `lane`:
 * that of its last token; `slot`: where the queue of memories takes the next; `held`: how many it holds.
 */
export type Argument =
  | 'row'
  | 'oldest'
  | 'lane'
  | 'slot'
  | 'held'
  | 'token'
  | 'top_k'
  | 'temperature'
  | 'seed'
  | 'copy_logits';

/** Variables of the control loop. What is none of them does not compile. */
export type Variable = RunVariable | Argument;

/** A number is a constant. */
export type Expression =
  | number
  | { readonly kind: 'variable'; readonly name: Variable }
  /** An fp32 constant. */
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'sum'; readonly terms: readonly Expression[] }
  | { readonly kind: 'product'; readonly factors: readonly Expression[] }
  /** Rounded up. */
  | { readonly kind: 'quotient'; readonly of: Expression; readonly by: number }
  | { readonly kind: 'maximum'; readonly of: readonly Expression[] }
  /** The lowest bit. */
  | { readonly kind: 'parity'; readonly of: Expression }
  /** Zero unless the test bench sets a flag. Runs that are counted do not set it. */
  | { readonly kind: 'when'; readonly flag: Argument; readonly then: Expression };

const variable = (name: Variable): Expression => ({ kind: 'variable', name });

export const LAYER = variable('layer');
export const BLOCKS = variable('blocks');
export const LENGTH = variable('length');
export const POSITION = variable('position');

/** A kernel argument that no count of cycles depends on, such as a seed. */
export const argument = (name: Argument): Expression => variable(name);

/** An fp32 constant, rounded to fp32. */
export const floatConstant = (value: number): Expression => ({ kind: 'float', value: Math.fround(value) });

const isNumber = (expression: Expression): expression is number => typeof expression === 'number';

/** Constants alone are computed; factors of 1 are left out. */
export function times(...all: Expression[]): Expression {
  const factors = all.filter((factor) => factor !== 1);
  if (factors.every(isNumber)) return factors.reduce((product, factor) => product * factor, 1);
  return factors.length === 1 ? (factors[0] as Expression) : { kind: 'product', factors };
}

/** Constants alone are computed; terms of 0 are left out. */
export function plus(...all: Expression[]): Expression {
  const terms = all.filter((term) => term !== 0);
  if (terms.every(isNumber)) return terms.reduce((sum, term) => sum + term, 0);
  return terms.length === 1 ? (terms[0] as Expression) : { kind: 'sum', terms };
}

/** `of / by`, rounded up. */
export function quotient(of: Expression, by: number): Expression {
  if (isNumber(of)) return Math.ceil(of / by);
  return by === 1 ? of : { kind: 'quotient', of, by };
}

export function maximum(...of: Expression[]): Expression {
  return of.every(isNumber) ? Math.max(...of) : { kind: 'maximum', of };
}

/** The lowest bit, for slots that alternate. */
export const parity = (of: Expression): Expression => ({ kind: 'parity', of });

/** `then` where the test bench sets the flag, else zero. */
export const when = (flag: Argument, then: Expression): Expression => ({ kind: 'when', flag, then });

function stateOf(name: Variable, run: Run): number {
  switch (name) {
    case 'layer':
    case 'blocks':
    case 'length':
    case 'position':
      return run[name];
    default:
      throw new Error(`no cycle count may depend on ${name}`);
  }
}

/** @throws Error when the expression depends on an argument that no count of cycles may depend on. */
export function evaluate(expression: Expression, run: Run): number {
  if (typeof expression === 'number') return expression;
  switch (expression.kind) {
    case 'variable':
      return stateOf(expression.name, run);
    case 'float':
      return expression.value;
    case 'sum': {
      let sum = 0;
      for (const term of expression.terms) sum += evaluate(term, run);
      return sum;
    }
    case 'product': {
      let product = 1;
      for (const factor of expression.factors) product *= evaluate(factor, run);
      return product;
    }
    case 'quotient':
      return Math.ceil(evaluate(expression.of, run) / expression.by);
    case 'maximum': {
      let most = Number.NEGATIVE_INFINITY;
      for (const one of expression.of) most = Math.max(most, evaluate(one, run));
      return most;
    }
    case 'parity':
      return evaluate(expression.of, run) & 1;
    case 'when':
      return 0;
  }
}

/** The least and the greatest value. */
export type Range = readonly [least: number, most: number];

const corners = (values: readonly number[]): Range => [Math.min(...values), Math.max(...values)];

/** A range that holds every value of an expression, from the ranges of its variables. */
export function rangeOf(expression: Expression, ranges: (name: Variable) => Range): Range {
  if (typeof expression === 'number') return [expression, expression];
  switch (expression.kind) {
    case 'variable':
      return ranges(expression.name);
    case 'float':
      return [expression.value, expression.value];
    case 'sum': {
      const terms = expression.terms.map((term) => rangeOf(term, ranges));
      return [terms.reduce((sum, [least]) => sum + least, 0), terms.reduce((sum, [, most]) => sum + most, 0)];
    }
    case 'product':
      return expression.factors
        .map((factor) => rangeOf(factor, ranges))
        .reduce((a, b) => corners(a.flatMap((x) => b.map((y) => x * y))));
    case 'quotient': {
      const [least, most] = rangeOf(expression.of, ranges);
      return [Math.ceil(least / expression.by), Math.ceil(most / expression.by)];
    }
    case 'maximum': {
      const of = expression.of.map((one) => rangeOf(one, ranges));
      return [Math.max(...of.map(([least]) => least)), Math.max(...of.map(([, most]) => most))];
    }
    case 'parity':
      return [0, 1];
    case 'when': {
      const [least, most] = rangeOf(expression.then, ranges);
      return [Math.min(0, least), Math.max(0, most)];
    }
  }
}

const allEqual = (a: readonly Expression[], b: readonly Expression[]): boolean =>
  a.length === b.length && a.every((one, index) => equals(one, b[index] as Expression));

/** Whether two expressions are the same tree. Equal trees have equal values; the reverse need not hold. */
export function equals(a: Expression, b: Expression): boolean {
  if (a === b) return true;
  if (typeof a === 'number' || typeof b === 'number') return false;
  switch (a.kind) {
    case 'variable':
      return b.kind === 'variable' && a.name === b.name;
    case 'float':
      return b.kind === 'float' && Object.is(a.value, b.value);
    case 'sum':
      return b.kind === 'sum' && allEqual(a.terms, b.terms);
    case 'product':
      return b.kind === 'product' && allEqual(a.factors, b.factors);
    case 'quotient':
      return b.kind === 'quotient' && a.by === b.by && equals(a.of, b.of);
    case 'maximum':
      return b.kind === 'maximum' && allEqual(a.of, b.of);
    case 'parity':
      return b.kind === 'parity' && equals(a.of, b.of);
    case 'when':
      return b.kind === 'when' && a.flag === b.flag && equals(a.then, b.then);
  }
}

/** Calls `visit` with every variable of an expression; one that occurs twice, twice. */
function eachVariable(expression: Expression, visit: (name: Variable) => void): void {
  if (typeof expression === 'number') return;
  switch (expression.kind) {
    case 'variable':
      visit(expression.name);
      return;
    case 'float':
      return;
    case 'sum':
      for (const term of expression.terms) eachVariable(term, visit);
      return;
    case 'product':
      for (const factor of expression.factors) eachVariable(factor, visit);
      return;
    case 'maximum':
      for (const one of expression.of) eachVariable(one, visit);
      return;
    case 'quotient':
    case 'parity':
      eachVariable(expression.of, visit);
      return;
    case 'when':
      visit(expression.flag);
      eachVariable(expression.then, visit);
  }
}

/** The variables that expressions depend on. */
export function variables(...expressions: readonly Expression[]): ReadonlySet<Variable> {
  const names = new Set<Variable>();
  for (const expression of expressions) eachVariable(expression, (name) => names.add(name));
  return names;
}
