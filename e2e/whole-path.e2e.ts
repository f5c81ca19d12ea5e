import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { unzipSync } from 'fflate';
import { ComposerPage } from './pages/composer-page.ts';

/** From the canvas to generated text: the journey that the product exists for. */
test('compose, be refused, change, reuse, export and C-simulate', async ({ page }) => {
  test.setTimeout(400_000);
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.view('Prefill');
  await composer.fit('prefill');

  await test.step('drag a module onto the canvas', async () => {
    const old = composer.instance('prefill', 'silu');
    const box = await old.boundingBox();
    const canvas = await composer.canvas('prefill').boundingBox();
    if (!box || !canvas) throw new Error('nothing to see');
    await old.click();
    await page.keyboard.press('Delete');
    await expect(old).toHaveCount(0);
    await expect(page.getByRole('button', { name: /errors?$/ })).toBeVisible();
    await composer.dragModule('silu', 'prefill', { x: box.x - canvas.x + 25, y: box.y - canvas.y + 15 });
    await expect(composer.instance('prefill', 'silu')).toBeVisible();
  });

  const dequantized = composer.port('dequant_gate', 'gate_proj', 'output', 'out');
  const productGate = composer.port('gate_product', 'product', 'input', 'a');
  await test.step('be refused a wrong wire with a reason', async () => {
    await composer.pull(dequantized, productGate);
    await expect(
      page.getByRole('status').filter({ hasText: /needs \w+ at input '\w+' but would get gate_proj/ }),
    ).toBeVisible();
    await page.mouse.up();
    await expect(composer.notice).toContainText("needs gate_act at input 'gate' but would get gate_proj");
    await composer.notice.getByRole('button', { name: 'Dismiss message' }).click();
  });

  await test.step('wire it', async () => {
    await composer.wire(dequantized, composer.port('silu', 'gate', 'input', 'in'));
    await composer.wire(composer.port('silu', 'gate', 'output', 'out'), productGate);
    await expect(page.getByRole('button', { name: /errors?$/ })).toHaveCount(0);
    await expect(composer.cycles('prefill')).toBeVisible();
  });

  await test.step('change TP and see the cycles change', async () => {
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /moby-llama-1m/ }).click();
    const before = await composer.cycles('prefill').textContent();
    await page.getByLabel('Token parallelism (TP)', { exact: true }).selectOption('8');
    await expect(composer.cycles('prefill')).not.toHaveText(before ?? '');
    await composer.tab('Time');
    await expect(page.getByTestId('time-prefill')).toContainText('cycles');
    await expect(
      page.getByText('counted cycles with pipeline latency, memory latency and bandwidth; not measured').last(),
    ).toBeVisible();
  });

  await test.step('add a second operation to an engine and see a pass appear', async () => {
    await composer.tab('Schedule');
    const before = await composer.passes().count();
    await composer.reuse('linear_prefill', 'prefill', 'linear_kq');
    // Not connected yet: the stage has an error, and its schedule stays what it was before.
    await expect(page.getByRole('button', { name: /errors?$/ })).toBeVisible();
    await expect(composer.passes()).toHaveCount(before);
    await composer.undo();
    await expect(page.getByRole('button', { name: /errors?$/ })).toHaveCount(0);
    // The same, so that the design stays complete: the operation of another engine moves onto this one.
    await composer.select('prefill', 'linear_up');
    await page.getByLabel('On', { exact: true }).selectOption('linear_gate');
    await expect(composer.passes()).toHaveCount(before + 1);
    await expect(composer.instance('prefill', 'linear_up')).toHaveCount(0);
  });

  const folder = mkdtempSync(join(tmpdir(), 'composer-e2e-'));
  try {
    await test.step('export the zip and unpack it', async () => {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      const file = join(folder, 'project.zip');
      await (await download).saveAs(file);
      await expect(composer.notice).toContainText('Exported moby-u280.zip');
      for (const [path, bytes] of Object.entries(unzipSync(readFileSync(file)))) {
        const target = join(folder, path);
        mkdirSync(dirname(target), { recursive: true });
        if (!path.endsWith('/')) writeFileSync(target, bytes);
      }
      for (const path of ['README.md', 'run.mjs', 'src/prefill.cpp', 'src/decode.cpp', 'model/model.safetensors'])
        expect(existsSync(join(folder, 'moby-u280', path)), path).toBe(true);
    });

    await test.step('pack and C-simulate to readable text', async () => {
      const run = (...args: string[]): string =>
        execFileSync(process.execPath, ['run.mjs', ...args], {
          cwd: join(folder, 'moby-u280'),
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
        });
      run('pack');
      const result = JSON.parse(run('csim', '--prompt', 'Call me Ishmael.', '--tokens', '64', '--json')) as {
        text: string;
        ids: number[];
      };
      expect(result.ids.length).toBe(64);
      const words = result.text.split(/\s+/).filter((word) => /^[A-Za-z][a-z']*[,.;:!?"-]*$/.test(word));
      expect(words.length).toBeGreaterThan(15);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  expect(composer.requests.filter((url) => !/^(http:\/\/127\.0\.0\.1:\d+\/|data:|blob:)/.test(url))).toEqual([]);
});
