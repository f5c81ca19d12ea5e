/** npm run docs: writes the generated pages of docs/. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './ensure.mjs';
import { withSources } from './load.mjs';

await withSources(async (load) => {
  const { moduleReference } = await load('/src/core/generate/module-reference.ts');
  writeFileSync(join(ROOT, 'docs/modules.md'), moduleReference());
});
