import type { StageName } from '../design/types.ts';
import { type CodeOf, error, findingsOf, warning } from '../diagnostics/diagnostic.ts';

/** A port of an operation, and where it is: `linear_all/q_proj`. */
type AtPort = { readonly port: string; readonly operation: string };

/** What keeps a design from being scheduled: its numbers, its instances, its streams and what they carry. */
export const SCHEDULE_DIAGNOSTICS = {
  'shell-unknown': error<{ shell: string; target: string; shells: readonly string[] }>({
    sentence: ({ shell, target, shells }) => `'${shell}' is not a shell of ${target}; choose ${shells.join(', ')}.`,
  }),
  'slr-unknown': error<{ instance: string; slr: number; target: string; slrs: number }>({
    sentence: ({ instance, slr, target, slrs }) =>
      `'${instance}' is placed in SLR${slr}, but ${target} has SLR0 to SLR${slrs - 1}; choose one of them.`,
  }),
  'kv-heads-indivisible': error<{ heads: number; kvHeads: number }>({
    sentence: ({ heads, kvHeads }) =>
      `${heads} query heads do not divide over ${kvHeads} KV heads, but grouped-query attention needs a whole number of query heads per KV head; correct the heads of the model.`,
  }),
  'head-size-odd': error<{ headDim: number }>({
    sentence: ({ headDim }) =>
      `Heads of size ${headDim} cannot be rotated in pairs, as RoPE does; correct the head size of the model to an even number.`,
  }),
  'context-too-long': error<{ context: number; positions: number; model: string }>({
    sentence: ({ context, positions, model }) =>
      `The context limit of ${context} tokens exceeds the ${positions} positions that ${model} attends to; set it to ${positions} or less.`,
  }),
  'context-beyond-training': warning<{ context: number; positions: number; model: string }>({
    sentence: ({ context, positions, model }) =>
      `The context limit of ${context} tokens exceeds the ${positions} positions that ${model} was trained for; the attention window keeps all distances within them, and what lies between its sinks and its recent tokens is not attended to.`,
  }),
  'window-too-long': error<{ sinks: number; recent: number; positions: number; model: string }>({
    sentence: ({ sinks, recent, positions, model }) =>
      `The attention window of ${sinks} sinks and ${recent} recent tokens spans more than the ${positions} positions that ${model} attends to; make it shorter, ${positions} together at most.`,
  }),
  'sinks-indivisible': error<{ sinks: number; step: number }>({
    sentence: ({ sinks, step }) =>
      `Prefill writes whole blocks of tokens to the KV cache, and ${sinks} sinks would end inside one; set the sinks of the attention window to a multiple of ${step}.`,
  }),
  'prompt-too-long': error<{ prompt: number; context: number }>({
    sentence: ({ prompt, context }) =>
      `The prompt limit of ${prompt} tokens exceeds the context limit of ${context}; lower it or raise the context.`,
  }),
  'chunk-too-long': error<{ chunk: number; prompt: number }>({
    sentence: ({ chunk, prompt }) =>
      `A launch of prefill would take ${chunk} tokens, but prompts have at most ${prompt}; lower the prefill chunk, or leave it out to prefill in one launch.`,
  }),
  'chunk-indivisible': error<{ chunk: number; tp: number }>({
    sentence: ({ chunk, tp }) =>
      `Prefill works on ${tp} tokens side by side, and a launch of ${chunk} would end inside such a block; set the prefill chunk to a multiple of ${tp}.`,
  }),
  'segments-with-window': error({
    sentence: () =>
      'A text that is read in segments has all it attends to in its launch, so an attention window would forget part of a segment; take the window away, or the segments.',
  }),
  'segments-with-chunk': error({
    sentence: () =>
      'A launch takes a whole segment, so it has no chunks; leave the prefill chunk out, or the segments.',
  }),
  'summary-too-long': error<{ summary: number; segment: number }>({
    sentence: ({ summary, segment }) =>
      `The summary of ${summary} tokens is longer than a segment, which has ${segment}; lower it to ${segment} or less, half of it as a rule.`,
  }),
  'recall-too-long': error<{ recall: number; segment: number }>({
    sentence: ({ recall, segment }) =>
      `Of the segment before, ${recall} tokens would be repeated, but it has ${segment}; lower the recalled tokens to ${segment} or less.`,
  }),
  'segment-too-long': error<{ segment: number; recall: number; tokens: number; limit: number }>({
    sentence: ({ segment, recall, tokens, limit }) =>
      `A segment of ${segment} tokens with ${recall} recalled ones and those of the memory takes ${tokens} tokens of a launch, but launches are limited to ${limit}; shorten the segment by ${tokens - limit} or raise the prompt limit.`,
  }),
  'workload-prompt-too-long': error<{ prompt: number; limit: number }>({
    sentence: ({ prompt, limit }) =>
      `The workload has prompts of ${prompt} tokens, but the design is limited to ${limit}; raise the limit or shorten the workload.`,
  }),
  'workload-too-long': error<{ prompt: number; generate: number; limit: number }>({
    sentence: ({ prompt, generate, limit }) =>
      `Prompt and generated tokens of the workload (${prompt} + ${generate}) exceed the context limit of ${limit}; raise the limit or shorten the workload.`,
  }),
  'cache-memories-indivisible': error<{ kvHeads: number; memories: number }>({
    sentence: ({ kvHeads, memories }) =>
      `${kvHeads} KV heads do not divide over ${memories} cache memories; use a divisor of ${kvHeads}.`,
  }),

  'assumption-refuted': warning<{
    title: string;
    release: string;
    stage: StageName;
    instances: readonly string[];
    remedy: string;
  }>({
    sentence: ({ title, release, stage, instances, remedy }) =>
      `${title}: the tools of release ${release} say no, and ${stage} rests on it${
        instances.length === 0 ? '' : ` (${instances.join(', ')})`
      }. ${remedy}`,
  }),

  'instance-name-taken': error<{ instance: string }>({
    sentence: ({ instance }) => `Two instances are named '${instance}'; rename one.`,
  }),
  'module-unknown': error<{ instance: string; module: string }>({
    sentence: ({ instance, module }) =>
      `Instance '${instance}' is of the module '${module}', which is not in the catalogue; replace it.`,
  }),
  'module-of-other-stage': error<{ module: string; instance: string; stages: readonly StageName[]; stage: StageName }>({
    sentence: ({ module, instance, stages, stage }) =>
      `${module} ('${instance}') belongs on the ${stages.join(' and ')} canvas, not on ${stage}; move or delete it.`,
  }),
  'parameter-illegal': error<{ label: string; instance: string; value: unknown; near: string }>({
    sentence: ({ label, instance, value, near }) =>
      `${label} of '${instance}' cannot be ${value}; legal near it: ${near || 'none with these parameters'}.`,
  }),
  'parameter-unknown': warning<{ instance: string; parameter: string; module: string }>({
    sentence: ({ instance, parameter, module }) =>
      `'${instance}' sets '${parameter}', which ${module} does not have; it is ignored.`,
  }),
  'operations-missing': error<{ instance: string }>({
    sentence: ({ instance }) => `'${instance}' has no operation; add one or delete it.`,
  }),
  'operation-name-taken': error<{ instance: string; operation: string }>({
    sentence: ({ instance, operation }) => `'${instance}' has two operations named '${operation}'; rename one.`,
  }),
  'role-impossible': error<{ module: string; role: string; stage: StageName; roles: readonly string[] }>({
    sentence: ({ module, role, stage, roles }) =>
      `${module} cannot do '${role}' in ${stage} under this recipe; possible: ${roles.join(', ')}.`,
  }),

  'stream-end-missing': error<{ way: 'to' | 'from'; end: string }>({
    sentence: ({ way, end }) =>
      `A stream ${way === 'to' ? 'leads to' : 'comes from'} '${end}', which does not exist; delete or reconnect it.`,
  }),
  'output-shared': error<AtPort>({
    sentence: ({ port, operation }) =>
      `Output '${port}' of '${operation}' feeds two streams, but hardware streams have one reader; insert a fork.`,
  }),
  'input-shared': error<AtPort>({
    sentence: ({ port, operation }) => `Input '${port}' of '${operation}' is fed by two streams; remove one.`,
  }),
  'input-open': error<AtPort>({
    sentence: ({ port, operation }) =>
      `Nothing is connected to input '${port}' of '${operation}'; connect a stream to it.`,
  }),
  'output-open': error<AtPort>({
    sentence: ({ port, operation }) =>
      `Output '${port}' of '${operation}' leads nowhere, so its data would block the hardware; connect it.`,
  }),
  cycle: error<{ operations: readonly string[] }>({
    sentence: ({ operations }) =>
      `Operations wait for one another in a cycle: ${operations.join(', ')}; remove one of the streams between them.`,
  }),
  'stage-empty': error<{ stage: StageName; module: string }>({
    sentence: ({ stage, module }) =>
      `${stage === 'prefill' ? 'Prefill' : 'Decode'} is empty; place '${module}' first, or fill it from a template.`,
  }),
  'role-missing': error<{ stage: StageName; does: string; role: string; module: string }>({
    sentence: ({ stage, does, role, module }) =>
      `Nothing in ${stage} ${does}; add the operation '${role}' (${module}).`,
  }),
  'role-twice': error<{ first: string; second: string; role: string }>({
    sentence: ({ first, second, role }) => `'${first}' and '${second}' both do '${role}'; delete one of them.`,
  }),
  'fifo-too-shallow': error<{ from: string; to: string; depth: number; least: number }>({
    sentence: ({ from, to, depth, least }) =>
      `The FIFO from ${from} to ${to} holds ${depth} vectors, but with fewer than ${least} the pass can block for ever; raise its depth to ${least}, or let it be derived.`,
  }),
  'hidden-forms-differ': error<{ stage: StageName; forms: readonly string[] }>({
    sentence: ({ stage, forms }) =>
      `Hidden states are written and read in different forms in ${stage} (${forms.join('; ')}); give all hidden-state readers and the streams into hidden-state writers the same lanes and order, or insert lane adapters.`,
  }),

  'tensor-differs': error<AtPort & { needs: string; gets: string }>({
    sentence: ({ port, operation, needs, gets }) =>
      `'${operation}' needs ${needs} at input '${port}' but gets ${gets}; connect the operation that makes ${needs}.`,
  }),
  'data-expected': error<AtPort>({
    sentence: ({ port, operation }) =>
      `Input '${port}' of '${operation}' takes data, not the scales of a quantizer; connect a stream of data.`,
  }),
  'scales-expected': error<AtPort>({
    sentence: ({ port, operation }) =>
      `Input '${port}' of '${operation}' takes the scales of a quantizer; connect the scales output of one.`,
  }),
  'sharing-differs': error<AtPort & { own: string; first: string; forms: readonly [string, string] }>({
    sentence: ({ first, operation, port, forms, own }) =>
      `'${first}' and '${operation}' share one instance but use different streams at '${port}': ${forms[0]} and ${forms[1]}; insert a lane adapter or give '${own}' an instance of its own.`,
  }),
};

export type ScheduleCode = CodeOf<typeof SCHEDULE_DIAGNOSTICS>;
export const found = findingsOf(SCHEDULE_DIAGNOSTICS);
