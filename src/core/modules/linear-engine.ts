/** What all linear engines have in common: roles, activations, arithmetic, the order of what leaves. */
import type { Element } from '../ir/cpp-type.ts';
import { type Expression, times } from '../ir/expression.ts';
import { isFused, type MatrixRole, matrixShape, partsOf } from '../models/architecture.ts';
import type { Recipe, WeightFormat } from '../models/recipe.ts';
import { commonFormat, expectElement, input, linearInput, weightElement } from './common.ts';
import type {
  Arithmetic,
  DesignContext,
  InstanceContext,
  OperationContext,
  ParamSpec,
  RoleSpec,
  StreamType,
} from './types.ts';

/** A role for each of these matrices, or for several that are multiplied as one. */
export const engineRoles = (recipe: Recipe, roles: readonly MatrixRole[]): readonly RoleSpec[] =>
  roles.map((role) => ({
    role,
    label: isFused(role) ? partsOf(role).join(' + ') : role,
    inputs: { in: linearInput(recipe, role) },
    required: partsOf(role).map((part) => `computes ${part}`),
    ...(role === 'lm_head' ? { section: 'end' as const } : {}),
  }));

/** The activations of an engine and its number formats; refuses others than the recipe has. */
export function expectActivations(
  { recipe }: DesignContext,
  inputs: Readonly<Record<string, StreamType>>,
  roles: readonly string[],
): { readonly type: StreamType; readonly activation: Element; readonly weight: Element } {
  const type = input(inputs, 'in');
  const { weights, activation } = commonFormat(recipe, roles);
  expectElement(
    type,
    activation,
    'in',
    activation.kind === 'int' ? 'put a dynamic quantizer in front' : 'remove the quantizer in front',
  );
  return { type, activation, weight: weightElement(weights) };
}

/** Number format of the weights of an instance. */
export const weightsOf = ({ design, operations }: InstanceContext): WeightFormat =>
  commonFormat(
    design.recipe,
    operations.map(({ role }) => role),
  ).weights;

/** Multiply-accumulates of a matrix for `tokens` tokens. */
export function engineArithmetic(
  instance: InstanceContext,
  { role }: OperationContext,
  tokens: Expression,
  perCycle: number,
): Arithmetic {
  const { k, n } = matrixShape(instance.design.model, role as MatrixRole);
  return { macs: times(tokens, k * n), perCycle, element: weightElement(weightsOf(instance)) };
}

/** Decode: the order in which the lanes carry the output channels. */
export const OUTPUT_ORDER: ParamSpec = {
  id: 'order',
  shapes: 'order',
  label: 'Output order',
  short: '',
  help: 'blocked: lane i computes a contiguous run of output channels. interleaved: neighbouring output channels lie in neighbouring lanes.',
  default: 'blocked',
  choices: () => ['blocked', 'interleaved'],
};
