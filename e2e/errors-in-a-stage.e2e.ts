import { expect, test } from '@playwright/test';
import { SAMPLES } from '../src/core/templates/samples.ts';
import { expectAccessible } from './pages/axe.ts';
import { HANDS } from './pages/hands.ts';
import { opened } from './pages/opened.ts';

/** One error takes no figure away: those of its stage stay as they were, grey, and those of the other stay true. */

for (const { name, of } of HANDS) {
  test(`an error of decode greys decode and leaves prefill, ${name}`, async ({ page }) => {
    await opened(page, /hybrid/);
    const hands = of(page);
    const speed = page.getByRole('button', { name: /first token/ });
    const [prefill, decode, both] = ['time-prefill', 'time-decode', 'time-end-to-end'].map((id) =>
      page.getByTestId(id),
    );
    if (!prefill || !decode || !both) throw new Error('no figures');
    const clock = page.getByRole('region', { name: 'Inspector' }).getByLabel('Prefill clock, MHz');
    const strip = page.getByRole('region', { name: 'The whole system' });
    await hands.panel('Time');
    await expect(decode).toContainText('tokens/s');
    const before = await decode.textContent();
    const cycles = await prefill.textContent();
    const ttft = await page.getByTestId('time-ttft').textContent();

    await hands.press(page.getByRole('group', { name: 'Canvases shown' }).getByRole('button', { name: 'Decode' }));
    await hands.select('decode', 'softmax');
    await page.keyboard.press('Delete');
    await expect(page.getByRole('button', { name: /^\d+ errors?$/ })).toBeVisible();

    // Time: prefill as it is; decode and what needs both are those from before, and say so.
    await expect(prefill).toHaveText(cycles ?? '');
    await expect(decode).toHaveText(`before the error: ${before}`);
    await expect(both).toContainText('before the error: ');
    await expect(decode.locator('.past')).toHaveAttribute('title', /^Before the error: figures of decode are the last/);
    await expect(page.getByRole('note').filter({ hasText: 'figures of decode' }).first()).toBeVisible();
    await expect(speed).toHaveAccessibleName(/first token before the error: .* before the error: .*tokens\/s/);
    await expect(speed).toHaveAttribute('title', /Before the error: figures of decode/);
    await expect(strip).toContainText(/before the error: [\d,]+ tokens\/s/);
    await expect(strip.getByRole('button', { name: /^Prefill/ })).not.toContainText('before the error');
    await expect(page.getByTestId('cycles-decode')).toContainText('before the error: ');
    await hands.press(page.getByTestId('canvas-decode').getByRole('button', { name: 'Zoom in' }));
    await hands.press(page.getByTestId('canvas-decode').getByRole('button', { name: 'Zoom in' }));
    await expect(
      page
        .getByTestId('canvas-decode')
        .getByRole('img', { name: /^Before the error: works \d+ %/ })
        .first(),
    ).toBeVisible();

    // Roofline, resources and schedule of decode.
    const greyed = page.locator('.past--block').filter({ visible: true });
    await hands.panel('Roofline');
    await expect(page.getByTestId('panel-roofline').getByRole('note')).toContainText('figures of decode');
    await expect(greyed.getByTestId('limit-decode')).toContainText('Decode is limited by linear_all');
    await hands.panel('Resources');
    await expect(greyed.getByRole('button', { name: 'linear_all', exact: true })).toBeVisible();
    await hands.panel('Schedule');
    await expect(greyed.getByRole('table')).toContainText('softmax');
    await expectAccessible(page, 'figures from before an error');

    // Prefill is live: an edit moves its figures; decode stands still.
    await hands.press(page.getByRole('group', { name: 'Canvases shown' }).getByRole('button', { name: 'Prefill' }));
    await hands.panel('Roofline');
    await expect(greyed.getByTestId('limit-prefill')).toHaveCount(0);
    await expect(page.getByTestId('limit-prefill')).toContainText('Prefill is limited by linear_down');
    await hands.write(clock, '150');
    await hands.panel('Time');
    await expect(page.locator('.time')).toContainText('at 150 MHz');
    await expect(decode).toHaveText(`before the error: ${before}`);
    await expect(page.getByTestId('time-ttft')).not.toHaveText(`before the error: ${ttft}`);

    await hands.undo(2);
    await expect(decode).toHaveText(before ?? '');
    await expect(speed).not.toHaveAccessibleName(/before the error/);
  });

  test(`opened with an error, a stage says why it has no figures, ${name}`, async ({ page }) => {
    const composer = await opened(page, /hybrid/);
    const design = SAMPLES.find(({ id }) => id === 'moby-u280')?.design();
    if (!design) throw new Error('no sample');
    const { decode } = design.stages;
    const instances = decode.instances.filter(({ id }) => id !== 'softmax');
    const streams = decode.streams.filter(({ from, to }) => ![from.instance, to.instance].includes('softmax'));
    await composer.drop(
      'broken.json',
      JSON.stringify({ ...design, name: 'broken', stages: { ...design.stages, decode: { instances, streams } } }),
    );
    await expect(page).toHaveTitle(/^broken/);
    const hands = of(page);
    await hands.panel('Time');
    await expect(page.getByTestId('time-decode')).toHaveText('no figure yet–');
    await expect(page.getByTestId('time-prefill')).toContainText('cycles');
    await expect(page.getByRole('note').first()).toContainText(
      'No figures of decode: it has had errors since the design was opened. They come once it has no errors.',
    );
    await hands.press(page.getByRole('note').first().getByRole('button', { name: 'Show the problems' }));
    await expect(page.getByRole('tab', { name: /^Problems/ })).toHaveAttribute('aria-selected', 'true');
  });
}
