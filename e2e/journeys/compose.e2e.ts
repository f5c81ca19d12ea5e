import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import type { Design, Endpoint } from '../../src/core/design/types.ts';
import { STAGE_NAMES } from '../../src/core/design/types.ts';
import { sampleById } from '../../src/core/templates/samples.ts';
import { ComposerPage } from '../pages/composer-page.ts';
import { downloaded, HANDS, operationsOf } from '../pages/hands.ts';
import { type Names, partsOf, wiresOf, wiring } from '../pages/parts.ts';
import { referenceText, simulatedText } from '../pages/reference.ts';

const PROMPT = 'Call me Ishmael.';
const TOKENS = 48;

test.use({ viewport: { width: 2400, height: 1500 } });

for (const { name, of } of HANDS) {
  test(`the sample design is composed from an empty canvas to text, ${name}`, async ({ page }) => {
    test.setTimeout(300_000);
    const wanted = sampleById('moby-u280')?.design() as Design;
    const composer = new ComposerPage(page);
    const hands = of(page);
    await composer.open();

    await test.step('an empty design', async () => {
      await hands.menu('New design');
      const dialog = page.getByRole('dialog');
      await hands.write(dialog.getByLabel('Name'), wanted.name);
      await hands.write(dialog.getByLabel('Prompt tokens'), String(wanted.workload.prompt));
      await hands.write(dialog.getByLabel('Generated tokens'), String(wanted.workload.generate));
      for (const stage of ['Prefill', 'Decode'])
        await hands.choose(dialog.getByLabel(stage), 'Empty: compose it yourself');
      await hands.press(dialog.getByRole('button', { name: 'Create design' }));
      await expect(dialog).toHaveCount(0);
    });

    const names: Record<'prefill' | 'decode', Names> = { prefill: new Map(), decode: new Map() };
    for (const stage of STAGE_NAMES) {
      const parts = partsOf(wanted, stage);
      const made = names[stage];
      await hands.press(
        page
          .getByRole('group', { name: 'Canvases shown' })
          .getByRole('button', { name: stage === 'prefill' ? 'Prefill' : 'Decode' }),
      );
      await expect(
        page.getByRole('heading', { name: `${stage === 'prefill' ? 'Prefill' : 'Decode'} is empty` }),
      ).toBeVisible();

      await test.step(`${parts.length} instances of ${stage}`, async () => {
        await hands.makeRoom(stage, {
          width: Math.max(...parts.map(({ position }) => position.x)) + 240,
          height: Math.max(...parts.map(({ position }) => position.y)) + 200,
        });
        for (const part of parts) {
          const [first, ...others] = part.operations;
          const id = await hands.add(stage, part, first?.role ?? '');
          made.set(part.id, id);
          for (const operation of others) await hands.reuse(stage, id, part, operation.role);
          const operations = await operationsOf(page, stage, id);
          part.operations.forEach((operation, index) => {
            made.set(`${part.id}/${operation.id}`, `${id}/${operations[index]}`);
          });
          for (const { label, value } of part.params)
            await hands.choose(
              page.getByRole('region', { name: 'Inspector' }).getByLabel(label, { exact: true }),
              String(value),
            );
        }
      });

      const wires = wiresOf(wanted, stage);
      await test.step(`${wires.length} streams of ${stage}`, async () => {
        const end = (at: Endpoint): Endpoint => {
          const [instance = '', operation = ''] = (made.get(`${at.instance}/${at.operation}`) ?? '').split('/');
          return { instance, operation, port: at.port };
        };
        for (const wire of wires) await hands.connect(stage, end(wire.from), end(wire.to));
        await hands.tidyUp(stage);
        await expect(composer.canvas(stage).getByRole('group', { name: /^Stream from/ })).toHaveCount(wires.length);
      });
    }

    await test.step('it is the sample design but for names and places', async () => {
      const { path } = await downloaded(page, () => hands.menu('Save design'));
      const composed = JSON.parse(readFileSync(path, 'utf8')) as Design;
      for (const stage of STAGE_NAMES) expect(wiring(composed, stage, names[stage])).toBe(wiring(wanted, stage));
      expect({ ...composed, stages: null }).toEqual({ ...wanted, stages: null });
      await expect(page.getByRole('button', { name: /\d+ errors?$/ })).toHaveCount(0);
    });

    await test.step('exported, its C-simulation prints the text of the reference', async () => {
      const { path, name: file } = await downloaded(page, () =>
        hands.press(page.getByRole('button', { name: 'Export', exact: true })),
      );
      expect(file).toBe('moby-u280.zip');
      const text = simulatedText(path, PROMPT, TOKENS);
      expect(text.length).toBeGreaterThan(60);
      expect(text).toBe(await referenceText(wanted.recipe, PROMPT, TOKENS));
    });
    expect(composer.requests.filter((url) => !/^(http:\/\/127\.0\.0\.1:\d+\/|data:|blob:)/.test(url))).toEqual([]);
  });
}
