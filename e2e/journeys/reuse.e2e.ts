import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { formatDesign } from '../../src/core/design/schema.ts';
import type { Design } from '../../src/core/design/types.ts';
import { moduleById } from '../../src/core/modules/catalogue.ts';
import { sampleById } from '../../src/core/templates/samples.ts';
import { ComposerPage } from '../pages/composer-page.ts';
import { downloaded, HANDS } from '../pages/hands.ts';
import { type Names, wiring } from '../pages/parts.ts';

for (const { name, of } of HANDS) {
  test(`spatial becomes temporal and spatial again, ${name}`, async ({ page }) => {
    const spatial = sampleById('moby-spatial')?.design() as Design;
    const engines = spatial.stages.prefill.instances.filter((instance) => instance.module === 'linear_prefill');
    expect(engines.length).toBe(7);
    // By keyboard the engines of attention are enough; the ways are the same for the others.
    const [shared, ...others] = name === 'by mouse' ? engines : engines.slice(0, 4);
    const composer = new ComposerPage(page);
    const hands = of(page);
    await composer.open();
    await hands.menu('Open a sample');
    await hands.press(page.getByRole('dialog').getByRole('button', { name: /^Moby 1M, spatial/ }));
    await hands.press(page.getByRole('group', { name: 'Canvases shown' }).getByRole('button', { name: 'Prefill' }));
    const passes = await composer.passes().count();
    const cycles = async (): Promise<string> => (await composer.cycles('prefill').textContent()) ?? '';
    const before = await cycles();

    const names: Names = new Map(spatial.stages.prefill.instances.map((instance) => [instance.id, instance.id]));
    for (const engine of others)
      await hands.moveOnto('prefill', engine.id, engine.operations[0]?.id ?? '', shared?.id ?? '');
    await hands.showAll('prefill');
    for (const engine of others) await expect(composer.instance('prefill', engine.id)).toHaveCount(0);
    // Each engine's work needs a pass of its own now.
    await expect.poll(() => composer.passes().count()).toBeGreaterThanOrEqual(others.length + 1);
    expect(passes).toBeLessThan(others.length + 1);
    await expect(page.getByRole('button', { name: /\d+ errors?$/ })).toHaveCount(0);
    await expect.poll(cycles).not.toBe(before);

    for (const engine of others) {
      const operation = engine.operations[0]?.id ?? '';
      await hands.split('prefill', shared?.id ?? '', operation);
      const heading = page.getByRole('region', { name: 'Inspector' }).getByLabel('Instance name');
      await expect(heading).not.toHaveValue(shared?.id ?? '');
      names.set(engine.id, await heading.inputValue());
      // It came away with the parameters of the engine that it shared.
      for (const param of moduleById(engine.module)?.params ?? []) {
        const value = engine.params[param.id];
        if (value !== shared?.params[param.id])
          await hands.choose(
            page.getByRole('region', { name: 'Inspector' }).getByLabel(param.label, { exact: true }),
            String(value),
          );
      }
    }
    await expect(composer.passes()).toHaveCount(passes);
    await expect.poll(cycles).toBe(before);
    const { path } = await downloaded(page, () => hands.menu('Save design'));
    const back = JSON.parse(readFileSync(path, 'utf8')) as Design;
    expect(wiring(back, 'prefill', names)).toBe(wiring(spatial, 'prefill'));

    for (
      let steps = 0;
      (await page.getByRole('button', { name: /^Undo: (Set|Give|Move)/ }).count()) > 0 && steps < 40;
      steps += 1
    )
      await hands.undo();
    const { path: undone } = await downloaded(page, () => hands.menu('Save design'));
    expect(readFileSync(undone, 'utf8')).toBe(formatDesign(spatial));
  });
}
