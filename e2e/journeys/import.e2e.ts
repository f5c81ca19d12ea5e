import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import type { Design } from '../../src/core/design/types.ts';
import { analyze } from '../../src/core/schedule/analyze.ts';
import { ComposerPage } from '../pages/composer-page.ts';
import { downloaded, HANDS } from '../pages/hands.ts';

/** A config.json as Hugging Face has them, of a model that the composer does not come with. */
const CONFIG = {
  _name_or_path: 'someone/tiny-llama-350m',
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_act: 'silu',
  hidden_size: 1024,
  intermediate_size: 2816,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  num_key_value_heads: 4,
  vocab_size: 32000,
  max_position_embeddings: 4096,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  tie_word_embeddings: false,
  bos_token_id: 1,
  eos_token_id: 2,
  torch_dtype: 'bfloat16',
};

for (const { name, of } of HANDS) {
  test(`a config.json of Hugging Face becomes a legal design, ${name}`, async ({ page }) => {
    const composer = new ComposerPage(page);
    const hands = of(page);
    await composer.open();
    await hands.menu('New design');
    const dialog = page.getByRole('dialog', { name: 'New design' });
    const give = async (config: object): Promise<void> => {
      const chooser = page.waitForEvent('filechooser');
      await hands.press(dialog.getByRole('button', { name: 'config.json…' }));
      await (await chooser).setFiles({
        name: 'config.json',
        mimeType: 'application/json',
        buffer: Buffer.from(JSON.stringify(config)),
      });
    };
    await give({ ...CONFIG, model_type: 'gpt2', architectures: ['GPT2LMHeadModel'] });
    await expect(dialog.getByRole('alert')).toContainText('learnt positions');
    await give(CONFIG);
    await expect(dialog.getByRole('alert')).toHaveCount(0);
    await expect(dialog.getByText('24 layers, hidden 1024, 16 heads, 4 KV heads')).toBeVisible();
    await hands.write(dialog.getByLabel('Name'), 'imported');
    await hands.choose(dialog.getByLabel('Recipe'), 'w4a4kv8');
    await hands.choose(dialog.getByLabel('Prefill'), 'Spatial: hardware for every operation');
    await hands.choose(dialog.getByLabel('Decode'), 'Temporal: as little hardware as possible');
    await hands.write(dialog.getByLabel('Prompt tokens'), '700');
    await hands.press(dialog.getByRole('button', { name: 'Create design' }));
    await expect(dialog).toHaveCount(0);
    await expect(page.getByRole('button', { name: /tiny-llama-350m/ })).toBeVisible();
    await expect(page.getByRole('button', { name: /^first token/ })).toBeVisible();
    const { path } = await downloaded(page, () => hands.menu('Save design'));
    const design = JSON.parse(readFileSync(path, 'utf8')) as Design;
    expect(design.model).toMatchObject({ layers: 24, kvHeads: 4, ffn: 2816, vocab: 32000 });
    expect(design.workload.prompt).toBe(700);
    expect(analyze(design).legal).toBe(true);
  });
}

test('a config.json that is dropped on the window begins a new design', async ({ page }) => {
  const composer = new ComposerPage(page);
  await composer.open();
  await composer.drop('my-llama.json', JSON.stringify(CONFIG));
  const dialog = page.getByRole('dialog', { name: 'New design' });
  await expect(dialog.getByLabel('Model')).toHaveValue('my-llama');
  await composer.drop('other.json', JSON.stringify({ ...CONFIG, num_hidden_layers: 12 }));
  await expect(dialog.getByText(/^12 layers/)).toBeVisible();
});
