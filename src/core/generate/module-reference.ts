import { emptyCache } from '../design/cache.ts';
import type { StageName } from '../design/types.ts';
import { recipeByName } from '../models/recipe.ts';
import { MOBY_LLAMA_1M } from '../models/samples.ts';
import { CATALOGUE } from '../modules/catalogue.ts';
import type { DesignContext, ModuleEntry } from '../modules/types.ts';

function context(stage: StageName): DesignContext {
  const recipe = recipeByName('w4a4kv8');
  if (!recipe) throw new Error('no recipe w4a4kv8');
  return {
    stage,
    model: MOBY_LLAMA_1M,
    recipe,
    tp: 4,
    cachePorts: 4,
    fifoCarries: 'all',
    ultra: true,
    maxPrompt: 256,
    maxChunk: 256,
    window: undefined,
    hmt: undefined,
    maxKeys: stage === 'prefill' ? 256 : 512,
    positions: 512,
    capacity: 512,
    cache: emptyCache(),
  };
}

function choicesText(values: readonly (number | string)[]): string {
  if (values.length <= 10) return values.join(', ');
  return `${values.slice(0, 4).join(', ')}, ... ${values.at(-1)}`;
}

function describeModule(entry: ModuleEntry): string {
  const stage = entry.stages[0] as StageName;
  const here = context(stage);
  const defaults = Object.fromEntries(entry.params.map((param) => [param.id, param.default]));
  const roles = new Map(
    entry.stages.flatMap((name) => entry.roles(context(name)).map((role) => [role.role, role] as const)),
  );
  const parts = [
    `## ${entry.title}`,
    `\`${entry.id}\`, ${entry.category}; on ${entry.stages.join(' and ')}.${entry.barrier ? ' A barrier: it holds a whole block of tokens, or a row, before anything leaves.' : ''}`,
    entry.help,
    [
      '| operation | what | inputs |',
      '| --- | --- | --- |',
      ...[...roles.values()].map(
        (role) =>
          `| \`${role.role}\` | ${role.label} | ${
            Object.entries(role.inputs)
              .map(([port, tensor]) => `\`${port}\`: ${tensor ? `\`${tensor}\`` : 'any'}`)
              .join(', ') || 'none'
          } |`,
      ),
    ].join('\n'),
  ];
  if (entry.params.length > 0) {
    parts.push(
      [
        '| parameter | meaning | values | default |',
        '| --- | --- | --- | --- |',
        ...entry.params.map(
          (param) =>
            `| ${param.label} (\`${param.id}\`)${param.stages ? `, ${param.stages.join(' and ')} only` : ''} | ${param.help} | ${choicesText(param.choices(here, defaults, []))} | ${param.default} |`,
        ),
      ].join('\n'),
    );
  }
  const outputs = entry.outputs(defaults);
  if (outputs.length > 0) parts.push(`Outputs: ${outputs.map((port) => `\`${port.id}\` (${port.help})`).join(', ')}`);
  parts.push(`Source: ${entry.source}`);
  return parts.join('\n\n');
}

/** The module reference (docs/modules.md), written from the catalogue. Values are those of the sample model. */
export function moduleReference(): string {
  return `# Modules

Written from the catalogue by \`npm run docs\`; do not edit. Parameter values are those for the sample model under \`w4a4kv8\`. Calls, stream orders and
cycle formulas are in [runtime.md](runtime.md).

${CATALOGUE.map(describeModule).join('\n\n')}
`;
}
