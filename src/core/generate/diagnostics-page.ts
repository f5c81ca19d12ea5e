import { DESIGN_DIAGNOSTICS } from '../design/diagnostics.ts';
import { DESIGN_EXPLANATIONS } from '../design/explanations.ts';
import type { Diagnostic, DiagnosticTable, Explanation } from '../diagnostics/diagnostic.ts';
import { ESTIMATE_DIAGNOSTICS } from '../estimate/stage/diagnostics.ts';
import { ESTIMATE_EXPLANATIONS } from '../estimate/stage/explanations.ts';
import { MODEL_DIAGNOSTICS } from '../models/diagnostics.ts';
import { MODEL_EXPLANATIONS, RECIPE_EXPLANATIONS } from '../models/explanations.ts';
import { RECIPE_DIAGNOSTICS } from '../models/recipe-diagnostics.ts';
import { MODULE_DIAGNOSTICS } from '../modules/diagnostics.ts';
import { MODULE_EXPLANATIONS } from '../modules/explanations.ts';
import { SCHEDULE_DIAGNOSTICS } from '../schedule/diagnostics.ts';
import { SCHEDULE_EXPLANATIONS } from '../schedule/explanations.ts';
import { EXPORT_DIAGNOSTICS } from './diagnostics.ts';
import { EXPORT_EXPLANATIONS } from './explanations.ts';

interface Part {
  readonly title: string;
  readonly about: string;
  /** Where the table is, from the root of the repository. */
  readonly file: string;
  readonly table: DiagnosticTable;
  readonly explanations: Readonly<Record<string, Explanation>>;
}

/** All tables, in the order of the page: what is met most often first. */
export const DIAGNOSTIC_PARTS: readonly Part[] = [
  {
    title: 'Designs',
    about:
      'Found while a design is edited: in its numbers, its instances, its streams and what they carry. The problems panel lists them, and `composer check` prints them.',
    file: 'src/core/schedule/diagnostics.ts',
    table: SCHEDULE_DIAGNOSTICS,
    explanations: SCHEDULE_EXPLANATIONS,
  },
  {
    title: 'Modules',
    about:
      'Why a module refuses what it is given. The sentence starts with the operation, or the instance, that refuses: `linear_all/q_proj`.',
    file: 'src/core/modules/diagnostics.ts',
    table: MODULE_DIAGNOSTICS,
    explanations: MODULE_EXPLANATIONS,
  },
  {
    title: 'Memories of the card',
    about:
      'Found when the buffers of a legal design are mapped to banks. They do not keep a design from being simulated, so `composer check` prints all of them as warnings.',
    file: 'src/core/estimate/stage/diagnostics.ts',
    table: ESTIMATE_DIAGNOSTICS,
    explanations: ESTIMATE_EXPLANATIONS,
  },
  {
    title: 'Export',
    about: 'What keeps a project from being written.',
    file: 'src/core/generate/diagnostics.ts',
    table: EXPORT_DIAGNOSTICS,
    explanations: EXPORT_EXPLANATIONS,
  },
  {
    title: 'Design files',
    about: 'Found when a file is opened. Nothing of it is used then; the present design stays as it is.',
    file: 'src/core/design/diagnostics.ts',
    table: DESIGN_DIAGNOSTICS,
    explanations: DESIGN_EXPLANATIONS,
  },
  {
    title: 'Recipes',
    about: 'Found in the number formats of a design, while it is edited and when weights are packed.',
    file: 'src/core/models/recipe-diagnostics.ts',
    table: RECIPE_DIAGNOSTICS,
    explanations: RECIPE_EXPLANATIONS,
  },
  {
    title: 'Models and reports',
    about:
      'Found in the files of a model, in the manifest of an exported project and in the report of a build: by the composer when it reads them, by the runner of a project when it packs weights.',
    file: 'src/core/models/diagnostics.ts',
    table: MODEL_DIAGNOSTICS,
    explanations: MODEL_EXPLANATIONS,
  },
];

const section = (code: string, { severity, sentence }: Diagnostic, { sample, why, remedy }: Explanation): string =>
  [
    `### ${code}`,
    `${severity === 'error' ? 'Error' : 'Warning'}, for example:`,
    `> ${sentence(sample).replaceAll(/[<>*[\]]/g, '\\$&')}`,
    `**Why.** ${why}`,
    `**What to do.** ${remedy}`,
  ].join('\n\n');

/** The page of all diagnostics (docs/diagnostics.md), written from the tables that define them. */
export function diagnosticsPage(): string {
  const parts = DIAGNOSTIC_PARTS.map(({ title, about, file, table, explanations }) =>
    [
      `## ${title}`,
      `${about} Defined in [${file}](../${file}).`,
      Object.keys(table)
        .map((code) => `[${code}](#${code})`)
        .join(', '),
      ...Object.entries(table).map(([code, diagnostic]) =>
        section(code, diagnostic, explanations[code] as Explanation),
      ),
    ].join('\n\n'),
  );
  return `# Diagnostics

Written from the tables of the sources by \`npm run docs\`; do not edit. Every problem has a code, which stays as it is when its sentence is
worded anew. The terminal prints the code at the end of the line in brackets, \`composer check --json\` as \`code\`, with the arguments of the
sentence as \`args\`; in the app it is shown when the pointer rests on an entry of the problems panel.

${parts.join('\n\n')}
`;
}
