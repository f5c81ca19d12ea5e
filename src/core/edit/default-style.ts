import type { StageName } from '../design/types.ts';
import { designResources } from '../estimate/design/design-resources.ts';
import { analyze } from '../schedule/analyze.ts';
import { type ComposeOptions, composeDesign } from '../templates/compose.ts';
import type { TemplateStyle } from '../templates/llama.ts';

/**
 * The style of a stage where none is asked for: the fast one where the card has room for it, the one of FlexLLM otherwise.
 * Both stages are tried in the fast style; in one bitstream what does not fit is no fault of one of them.
 */
export function defaultStyle(options: Omit<ComposeOptions, StageName>, stage: StageName): TemplateStyle {
  const analysis = analyze(composeDesign({ ...options, prefill: 'fast', decode: 'fast' }));
  if (!analysis.legal) return 'hybrid';
  const { causes } = designResources(analysis);
  const misfit = causes.some((cause) => cause.light === 'red' && (cause.stage === undefined || cause.stage === stage));
  return misfit ? 'hybrid' : 'fast';
}
