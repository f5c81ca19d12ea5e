/** npm run docs: writes the generated pages of docs/ and the published JSON Schemas. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { architecturePicture } from './architecture.mjs';
import { ROOT } from './ensure.mjs';
import { withSources } from './load.mjs';

for (const theme of ['light', 'dark'])
  writeFileSync(join(ROOT, `docs/pictures/architecture-${theme}.svg`), architecturePicture(theme));

await withSources(async (load) => {
  const { moduleReference } = await load('/src/core/generate/module-reference.ts');
  writeFileSync(join(ROOT, 'docs/modules.md'), moduleReference());
  const { diagnosticsPage } = await load('/src/core/generate/diagnostics-page.ts');
  writeFileSync(join(ROOT, 'docs/diagnostics.md'), diagnosticsPage());
  const { assumptionsPage } = await load('/src/core/generate/assumptions-page.ts');
  writeFileSync(join(ROOT, 'docs/assumptions.md'), assumptionsPage());
  const { performancePage } = await load('/src/core/generate/performance-page.ts');
  writeFileSync(join(ROOT, 'docs/performance.md'), performancePage());
  const { accLlmPage } = await load('/src/core/generate/accllm-page.ts');
  writeFileSync(join(ROOT, 'docs/accllm.md'), accLlmPage());
  const { shortcutSheet } = await load('/src/ui/actions/shortcut-sheet.ts');
  mkdirSync(join(ROOT, 'docs/guide'), { recursive: true });
  writeFileSync(join(ROOT, 'docs/guide/shortcuts.md'), shortcutSheet());
  const { withGlossary } = await load('/src/ui/words/glossary.ts');
  const concepts = join(ROOT, 'docs/concepts.md');
  writeFileSync(concepts, withGlossary(readFileSync(concepts, 'utf8')));
  const { estimateJsonSchema } = await load('/src/core/estimate/design/report-schema.ts');
  mkdirSync(join(ROOT, 'public/schemas'), { recursive: true });
  writeFileSync(
    join(ROOT, 'public/schemas/estimate.schema.json'),
    `${JSON.stringify(estimateJsonSchema(), null, 2)}\n`,
  );
  const { withResourceTable } = await load('/src/core/generate/resource-table.ts');
  const resources = join(ROOT, 'docs/resources.md');
  const { withClockTable } = await load('/src/core/generate/clock-table.ts');
  writeFileSync(resources, withClockTable(withResourceTable(readFileSync(resources, 'utf8'))));
});
