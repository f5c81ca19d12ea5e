/** The Llama-3.2-1B designs generate and compile. (That a layer of full width equals the reference: tests/cards.) */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Design } from '../src/core/design/types.ts';
import { sampleById } from '../src/core/templates/samples.ts';
import { checkSyntax, exportDesign } from './harness.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'composer-llama-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sample(id: string): Design {
  const found = sampleById(id);
  if (!found) throw new Error(`no sample ${id}`);
  return found.design();
}

describe.each(['llama-3.2-1b-u280', 'llama-3.2-1b-v80'])('%s', (id) => {
  test('the whole design compiles without warnings under both compilers', { timeout: 300_000 }, async () => {
    const project = join(folder, id);
    exportDesign(sample(id), project);
    await checkSyntax(project, 'g++');
    await checkSyntax(project, 'clang++');
  });
});
