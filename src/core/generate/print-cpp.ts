/** Types, expressions and calls as C++. */
import type { Call, TemplateArgument } from '../ir/call.ts';
import type { CppType } from '../ir/cpp-type.ts';
import type { Expression } from '../ir/expression.ts';

export function printType(type: CppType): string {
  switch (type.kind) {
    case 'float':
      return 'float';
    case 'index':
      return 'int';
    case 'int':
      return `ap_${type.signed ? '' : 'u'}int<${type.bits}>`;
    case 'stored':
      return `flexllm::MemoryOf<${printType(type.element)}>`;
    case 'vector':
      return `flexllm::Vec<${printType(type.of)}, ${type.lanes}>`;
    case 'word':
      return `flexllm::WordFor<${printType(type.element)}, ${type.count}>`;
  }
}

/** An fp32 constant, printed so that C++ reads back the same bits. */
function printFloat(value: number): string {
  const text = String(Number(value.toPrecision(9)));
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
}

/** Operands of products bind tighter than those of sums, which stand in parentheses. */
export function printExpression(expression: Expression): string {
  if (typeof expression === 'number') return String(expression);
  switch (expression.kind) {
    case 'variable':
      return expression.name;
    case 'float':
      return printFloat(expression.value);
    case 'sum':
      return `(${expression.terms.map(printExpression).join(' + ')})`;
    case 'product':
      return expression.factors.map(printExpression).join(' * ');
    case 'quotient':
      return `((${printExpression(expression.of)} + ${expression.by - 1}) / ${expression.by})`;
    case 'maximum':
      return expression.of.map(printExpression).reduce((a, b) => `(${a} > ${b} ? ${a} : ${b})`);
    case 'parity':
      return `(${printExpression(expression.of)} & 1)`;
    case 'when':
      return `(${expression.flag} ? ${printExpression(expression.then)} : 0)`;
  }
}

function printTemplateArgument(argument: TemplateArgument): string {
  if (typeof argument !== 'object') return String(argument);
  switch (argument.kind) {
    case 'order':
      return `flexllm::Order::${argument.order}`;
    case 'multipliers':
      return `flexllm::Multipliers::${argument.multipliers}`;
    case 'sparse':
      return `flexllm::Sparse<${argument.keep}, ${argument.of}, ${argument.share}>`;
    case 'storage':
      return `flexllm::Storage::${argument.storage === 'register' ? 'automatic' : argument.storage}`;
    default:
      return printType(argument);
  }
}

/** A function of the runtime library with its template arguments; the call's arguments follow. */
export function printFunction({ function: name, templateArguments }: Call): string {
  const list = templateArguments.map(printTemplateArgument).join(', ');
  return `flexllm::${name}${list === '' ? '' : `<${list}>`}`;
}
