import { DESIGN_DIAGNOSTICS } from '../design/diagnostics.ts';
import type { Diagnostic, DiagnosticTable } from '../diagnostics/diagnostic.ts';
import { ESTIMATE_DIAGNOSTICS } from '../estimate/stage/diagnostics.ts';
import { MODEL_DIAGNOSTICS } from '../models/diagnostics.ts';
import { MODULE_DIAGNOSTICS } from '../modules/diagnostics.ts';
import { SCHEDULE_DIAGNOSTICS } from '../schedule/diagnostics.ts';
import { EXPORT_DIAGNOSTICS } from './diagnostics.ts';

interface Part {
  readonly title: string;
  readonly about: string;
  /** Where the table is, from the root of the repository. */
  readonly file: string;
  readonly table: DiagnosticTable;
}

/** All tables, in the order of the page: what is met most often first. */
export const DIAGNOSTIC_PARTS: readonly Part[] = [
  {
    title: 'Designs',
    about:
      'Found while a design is edited: in its numbers, its instances, its streams and what they carry. The problems panel lists them, and `composer check` prints them.',
    file: 'src/core/schedule/diagnostics.ts',
    table: SCHEDULE_DIAGNOSTICS,
  },
  {
    title: 'Modules',
    about:
      'Why a module refuses what it is given. The sentence starts with the operation, or the instance, that refuses: `linear_all/q_proj`.',
    file: 'src/core/modules/diagnostics.ts',
    table: MODULE_DIAGNOSTICS,
  },
  {
    title: 'Memories of the card',
    about:
      'Found when the buffers of a legal design are mapped to banks. They do not keep a design from being simulated, so `composer check` prints all of them as warnings.',
    file: 'src/core/estimate/stage/diagnostics.ts',
    table: ESTIMATE_DIAGNOSTICS,
  },
  {
    title: 'Export',
    about: 'What keeps a project from being written.',
    file: 'src/core/generate/diagnostics.ts',
    table: EXPORT_DIAGNOSTICS,
  },
  {
    title: 'Design files',
    about: 'Found when a file is opened. Nothing of it is used then; the present design stays as it is.',
    file: 'src/core/design/diagnostics.ts',
    table: DESIGN_DIAGNOSTICS,
  },
  {
    title: 'Recipes, models and reports',
    about:
      'Found in a recipe, in the files of a model, in the manifest of an exported project and in the report of a build: by the composer when it reads them, by the runner of a project when it packs weights.',
    file: 'src/core/models/diagnostics.ts',
    table: MODEL_DIAGNOSTICS,
  },
];

const section = (code: string, { severity, sentence, sample, why, remedy }: Diagnostic): string =>
  [
    `### ${code}`,
    `${severity === 'error' ? 'Error' : 'Warning'}, for example:`,
    `> ${sentence(sample).replaceAll(/[<>*[\]]/g, '\\$&')}`,
    `**Why.** ${why}`,
    `**What to do.** ${remedy}`,
  ].join('\n\n');

/** The page of all diagnostics (docs/diagnostics.md), written from the tables that define them. */
export function diagnosticsPage(): string {
  const parts = DIAGNOSTIC_PARTS.map(({ title, about, file, table }) =>
    [
      `## ${title}`,
      `${about} Defined in [${file}](../${file}).`,
      Object.keys(table)
        .map((code) => `[${code}](#${code})`)
        .join(', '),
      ...Object.entries(table).map(([code, diagnostic]) => section(code, diagnostic)),
    ].join('\n\n'),
  );
  return `# Diagnostics

Written from the tables of the sources by \`npm run docs\`; do not edit. Every problem has a code, which stays as it is when its sentence is
worded anew. The terminal prints the code at the end of the line in brackets, \`composer check --json\` as \`code\`, with the arguments of the
sentence as \`args\`; in the app it is shown when the pointer rests on an entry of the problems panel.

${parts.join('\n\n')}
`;
}
