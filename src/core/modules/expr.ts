/** The run-time state of a kernel that cycles and arguments depend on. */
export interface Run {
  /** Layer of the model, 0-based. */
  readonly layer: number;
  /** Prefill: blocks of TP tokens. */
  readonly blocks: number;
  /** Keys that attention sees: prefill blocks*TP, decode position+1. */
  readonly length: number;
  /** Decode: position of the token, 0-based. */
  readonly position: number;
}

/** A value that generated C++ computes and the estimator computes alike. */
export interface Expr {
  readonly cpp: string;
  /** Names of kernel variables that `cpp` uses. */
  readonly uses: readonly string[];
  readonly value: (run: Run) => number;
}

function variable(name: 'layer' | 'blocks' | 'length' | 'position'): Expr {
  return { cpp: name, uses: [name], value: (run) => run[name] };
}

export const LAYER = variable('layer');
export const BLOCKS = variable('blocks');
export const LENGTH = variable('length');
export const POSITION = variable('position');

/** A kernel argument that no cycle count depends on, such as a seed. */
export function argument(name: string): Expr {
  return {
    cpp: name,
    uses: [name],
    value: () => {
      throw new Error(`no cycle count may depend on ${name}`);
    },
  };
}

export function constant(value: number): Expr {
  return { cpp: String(value), uses: [], value: () => value };
}

/** An fp32 constant, printed so that C++ reads back the same bits. */
export function floatConstant(value: number): Expr {
  const rounded = Math.fround(value);
  const digits = rounded.toPrecision(9);
  const text = String(Number(digits));
  return { cpp: /[.e]/.test(text) ? `${text}f` : `${text}.0f`, uses: [], value: () => rounded };
}

function isConstant(expr: Expr): boolean {
  return expr.uses.length === 0;
}

function fold(expr: Expr): Expr {
  return isConstant(expr) ? constant(expr.value({ layer: 0, blocks: 0, length: 0, position: 0 })) : expr;
}

export function times(...factors: (Expr | number)[]): Expr {
  const exprs = factors
    .map((factor) => (typeof factor === 'number' ? constant(factor) : factor))
    .filter((factor) => factor.cpp !== '1');
  if (exprs.length === 0) return constant(1);
  if (exprs.length === 1) return exprs[0] as Expr;
  return fold({
    cpp: exprs.map((expr) => expr.cpp).join(' * '),
    uses: [...new Set(exprs.flatMap((expr) => expr.uses))],
    value: (run) => {
      let product = 1;
      for (const expr of exprs) product *= expr.value(run);
      return product;
    },
  });
}

export function plus(...terms: (Expr | number)[]): Expr {
  const exprs = terms
    .map((term) => (typeof term === 'number' ? constant(term) : term))
    .filter((term) => term.cpp !== '0');
  if (exprs.length === 0) return constant(0);
  if (exprs.length === 1) return exprs[0] as Expr;
  return fold({
    cpp: `(${exprs.map((expr) => expr.cpp).join(' + ')})`,
    uses: [...new Set(exprs.flatMap((expr) => expr.uses))],
    value: (run) => {
      let sum = 0;
      for (const expr of exprs) sum += expr.value(run);
      return sum;
    },
  });
}

/** The lowest bit, for slots that alternate. */
export function parity(expr: Expr): Expr {
  return { cpp: `(${expr.cpp} & 1)`, uses: expr.uses, value: (run) => expr.value(run) & 1 };
}
