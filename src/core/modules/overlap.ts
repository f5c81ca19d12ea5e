import type { DesignContext, InstanceContext, ParamSpec } from './types.ts';

/** Parameter `overlap` of a barrier: its steps one after the other, or those of neighbours at once. Results are the same. */
export const overlapParam = (neighbours: 'rows' | 'tokens', help: string, stages?: ParamSpec['stages']): ParamSpec => ({
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
