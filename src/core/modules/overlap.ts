import type { DesignContext, InstanceContext, ParamSpec } from './types.ts';

/** Parameter `overlap`: the steps of a module one after the other, or those of neighbours at once. Results are the same. */
export const overlapParam = (
  neighbours: 'rows' | 'tokens' | 'heads',
  help: string,
  stages?: ParamSpec['stages'],
): ParamSpec => ({
  id: 'overlap',
  label: 'Overlap',
  short: 'overlap',
  help,
  ...(stages ? { stages } : {}),
  default: 'serial',
  choices: () => ['serial', neighbours],
});

/** Whether the next block of tokens arrives while one leaves: in prefill; a pass of decode has one token. */
export const overlapsTokens = ({ stage }: DesignContext, params: InstanceContext['params']): boolean =>
  stage === 'prefill' && params['overlap'] === 'tokens';
