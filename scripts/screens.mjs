/**
 * Every screen of the application, by its name: the steps that lead there from a fresh window. `npm run pictures` takes
 * pictures of them. A screen says when it is on a page of its own, or needs the pointer where it is.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './ensure.mjs';

const REPORT = join(ROOT, 'e2e/fixtures/report.json');
const U280 = /Llama 3.2 1B on U280(?!,)/;
const V80 = /Llama 3.2 1B on V80(?!,)/;
const FAST = /Llama 3.2 1B, fast, on U280/;

export const view = (page, name) =>
  page.getByRole('group', { name: 'Canvases shown' }).getByRole('button', { name, exact: true }).click();
export const tab = (page, name) =>
  page.getByRole('tablist', { name: 'Derived views' }).getByRole('tab', { name }).click();
export const instance = (page, stage, id) => page.getByTestId(`instance:${stage}:${id}`);
const canvas = (page, stage) => page.getByTestId(`canvas-${stage}`);
const later = (page, ms = 400) => page.waitForTimeout(ms);

export async function menu(page, item) {
  await page.getByRole('button', { name: 'Design', exact: true }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

async function help(page, item) {
  await page.getByRole('button', { name: 'Help', exact: true }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

async function sample(page, title) {
  await menu(page, 'Open a sample');
  await page.getByRole('dialog').getByRole('button', { name: title }).click();
  await later(page);
}

async function drop(page, name, text) {
  await page.evaluate(
    ([file, content]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([content], file));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    },
    [name, text],
  );
}

async function saved(page) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Control+s')]);
  return JSON.parse(readFileSync(await file.path(), 'utf8'));
}

async function empty(page) {
  await menu(page, 'New design');
  for (const stage of ['Prefill', 'Decode']) await page.getByRole('dialog').getByLabel(stage).selectOption('empty');
  await page.getByRole('button', { name: 'Create design' }).click();
}

async function report(page) {
  await tab(page, 'Build');
  const chooser = page.waitForEvent('filechooser');
  await page.getByTestId('panel-build').getByRole('button', { name: 'Open report.json or probe.json…' }).click();
  await (await chooser).setFiles(REPORT);
  await page
    .getByTestId('panel-build')
    .getByRole('row', { name: /linear_all/ })
    .waitFor();
}

async function select(page, stage, ids) {
  for (const [index, id] of ids.entries())
    await instance(page, stage, id).click({ modifiers: index > 0 ? ['Shift'] : [] });
}

async function group(page, ids, title) {
  await view(page, 'Prefill');
  await later(page);
  await select(page, 'prefill', ids);
  await page.keyboard.press('Control+g');
  await page.getByLabel('Title of the group').waitFor();
  await later(page);
  await page.keyboard.type(title);
  await page.keyboard.press('Enter');
}

const FFN = ['norm_ffn', 'fork_ffn_norm', 'quant_gate'];

/** Opens a sample, one canvas, a view of the lower panel, and there one stage. */
const dashboard = (title, stage, name, inPanel) => async (page) => {
  await sample(page, title);
  await view(page, stage);
  await tab(page, name);
  await later(page, 700);
  if (inPanel) await page.getByRole('button', { name: inPanel, exact: true }).last().click();
};

export const SCREENS = {
  start: () => undefined,
  both: (page) => view(page, 'Both'),
  stacked: async (page) => {
    await view(page, 'Both');
    await page.getByRole('button', { name: 'Canvases one above the other' }).click();
    await later(page);
    for (const stage of ['prefill', 'decode'])
      await canvas(page, stage).getByRole('button', { name: 'Show all' }).click();
  },
  prefill: (page) => view(page, 'Prefill'),
  decode: (page) => view(page, 'Decode'),
  instance: async (page) => {
    await view(page, 'Prefill');
    await select(page, 'prefill', ['linear_kq']);
  },
  several: async (page) => {
    await view(page, 'Prefill');
    await select(page, 'prefill', FFN);
  },
  stream: async (page) => {
    await view(page, 'Prefill');
    await canvas(page, 'prefill').locator('.react-flow__edge').nth(3).click({ force: true });
  },
  'strip-closed': async (page) => {
    await view(page, 'Both');
    await page.getByRole('button', { name: 'Close the system strip' }).click();
  },
  far: async (page) => {
    await view(page, 'Prefill');
    for (let step = 0; step < 2; step += 1)
      await canvas(page, 'prefill').getByRole('button', { name: 'Zoom out' }).click();
  },
  near: async (page) => {
    await view(page, 'Decode');
    await later(page);
    for (let step = 0; step < 3; step += 1)
      await canvas(page, 'decode').getByRole('button', { name: 'Zoom in' }).click();
  },
  minimap: async (page) => {
    await view(page, 'Prefill');
    await page.getByRole('button', { name: 'Minimap' }).click();
  },
  empty: async (page) => {
    await empty(page);
    await view(page, 'Prefill');
  },
  'empty-both': async (page) => {
    await empty(page);
    await view(page, 'Both');
  },
  'empty-roofline': async (page) => {
    await empty(page);
    await tab(page, 'Roofline');
  },
  'empty-resources': async (page) => {
    await empty(page);
    await tab(page, 'Resources');
  },
  'empty-time': async (page) => {
    await empty(page);
    await tab(page, 'Time');
  },
  'empty-memory': async (page) => {
    await empty(page);
    await tab(page, 'Memory');
  },
  outline: async (page) => {
    await view(page, 'Prefill');
    await page.keyboard.press('o');
    await later(page);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
  },
  history: async (page) => {
    await view(page, 'Prefill');
    await select(page, 'prefill', ['silu']);
    await page.keyboard.press('Control+d');
    await page.keyboard.press('Delete');
    await page.keyboard.press('h');
  },
  search: async (page) => {
    await page.keyboard.press('/');
    await later(page);
    await page.keyboard.type('GEMM');
  },
  schedule: async (page) => {
    await view(page, 'Prefill');
    await tab(page, 'Schedule');
    await page.getByRole('button', { name: 'Next pass' }).click();
    await page.getByRole('button', { name: 'Next pass' }).click();
  },
  'schedule-decode': async (page) => {
    await view(page, 'Decode');
    await tab(page, 'Schedule');
  },
  adapt: async (page) => {
    await sample(page, U280);
    await view(page, 'Decode');
    await select(page, 'decode', ['linear_all']);
    await page.getByLabel('Block parallelism (BP)', { exact: true }).selectOption('32');
    await page.getByRole('button', { name: 'Change and adapt' }).waitFor();
  },
  repairs: async (page) => {
    await sample(page, U280);
    await page.getByLabel('KV cache memories', { exact: true }).selectOption('8');
    await tab(page, 'Problems');
    await page.getByRole('button', { name: 'Change and adapt' }).waitFor();
    await later(page, 1_000);
  },
  problems: async (page) => {
    await view(page, 'Prefill');
    await select(page, 'prefill', ['silu']);
    await page.keyboard.press('Delete');
    await tab(page, 'Problems');
    await page.getByRole('button', { name: /Nothing is connected to input 'gate'/ }).click();
  },
  'no-problems': (page) => tab(page, 'Problems'),
  code: async (page) => {
    await view(page, 'Decode');
    await tab(page, 'Code');
    await page.getByTestId('code-pane').locator('.view-line').first().waitFor();
    await select(page, 'decode', ['softmax']);
  },
  'code-diff': async (page) => {
    await view(page, 'Decode');
    await tab(page, 'Code');
    await page.getByTestId('code-pane').locator('.view-line').first().waitFor();
    await page.getByLabel('Compare with').selectOption('Moby 1M, temporal');
    await page.getByTestId('code-pane').locator('.monaco-diff-editor').waitFor();
    await later(page, 800);
  },
  'build-empty': (page) => tab(page, 'Build'),
  build: async (page) => {
    await view(page, 'Decode');
    await report(page);
  },
  'build-heat': async (page) => {
    await view(page, 'Decode');
    await report(page);
    await page.getByLabel('Colour of the nodes in decode').selectOption('build');
  },
  heat: async (page) => {
    await sample(page, V80);
    await view(page, 'Decode');
    await page.getByLabel('Colour of the nodes in decode').selectOption('time');
  },
  time: async (page) => {
    await view(page, 'Prefill');
    await tab(page, 'Time');
  },
  'u280-both': (page) => sample(page, U280),
  'u280-time': dashboard(U280, 'Prefill', 'Time'),
  'u280-roofline': dashboard(U280, 'Prefill', 'Roofline'),
  'u280-roofline-decode': dashboard(U280, 'Decode', 'Roofline', 'Decode'),
  'u280-resources': dashboard(U280, 'Prefill', 'Resources'),
  'u280-memory': dashboard(U280, 'Decode', 'Memory', 'Decode'),
  'u280-published': dashboard(U280, 'Prefill', 'Published'),
  'u280-schedule': dashboard(U280, 'Decode', 'Schedule'),
  'v80-time': dashboard(V80, 'Decode', 'Time'),
  'v80-roofline': dashboard(V80, 'Decode', 'Roofline', 'Decode'),
  'v80-resources': dashboard(V80, 'Decode', 'Resources', 'Decode'),
  'v80-memory': dashboard(V80, 'Decode', 'Memory', 'Decode'),
  'v80-published': dashboard(V80, 'Decode', 'Published'),
  'v80-schedule': dashboard(V80, 'Prefill', 'Schedule'),
  'fast-resources': dashboard(FAST, 'Decode', 'Resources'),
  'fast-memory': dashboard(FAST, 'Decode', 'Memory', 'Decode'),
  'fast-time': dashboard(FAST, 'Decode', 'Time'),
  'fast-schedule': dashboard(FAST, 'Decode', 'Schedule'),
  'fast-slices': async (page) => {
    await sample(page, FAST);
    await view(page, 'Decode');
    await instance(page, 'decode', 'linear_all').click();
  },
  window: async (page) => {
    const attends = page.getByLabel('A token attends to');
    await attends.selectOption('window');
    await attends.scrollIntoViewIfNeeded();
    await page.getByLabel('Recent tokens', { exact: true }).scrollIntoViewIfNeeded();
  },
  'recipe-groups': async (page) => {
    await menu(page, 'Edit the recipe');
    await page.getByRole('dialog').getByLabel('Begin with').selectOption('w2a8kv8');
  },
  'recipe-sparse': async (page) => {
    await menu(page, 'Edit the recipe');
    await page.getByRole('dialog').getByLabel('Begin with').selectOption('w2a8kv4-2:4');
  },
  'recipe-ternary': async (page) => {
    await menu(page, 'Edit the recipe');
    await page.getByRole('dialog').getByLabel('Begin with').selectOption('ternary-a8kv8');
  },
  segments: async (page) => {
    await view(page, 'Prefill');
    await page.getByLabel('Prefill reads a text').selectOption('segments');
    await page.getByLabel('Memories', { exact: true }).scrollIntoViewIfNeeded();
    await later(page);
  },
  'segments-curve': async (page) => {
    await page.getByLabel('Prefill reads a text').selectOption('segments');
    await tab(page, 'Roofline');
    await later(page, 2000);
  },
  explain: async (page) => {
    await dashboard(U280, 'Decode', 'Roofline', 'Decode')(page);
    await page
      .getByTestId('panel-roofline')
      .getByRole('button', { name: /tokens\/s$/ })
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('listitem').first().waitFor({ timeout: 30_000 });
    await dialog.getByText('Steps that do harm').click();
  },
  'plot-tip': async (page) => {
    await dashboard(V80, 'Decode', 'Roofline', 'Decode')(page);
    await page.getByTestId('panel-roofline').locator('g.dot').first().hover();
    return { pointer: true };
  },
  new: (page) => menu(page, 'New design'),
  'new-refused': async (page) => {
    await menu(page, 'New design');
    await page.getByRole('dialog').waitFor();
    await drop(page, 'config.json', JSON.stringify({ model_type: 'gpt2', hidden_size: 768 }));
  },
  samples: (page) => menu(page, 'Open a sample'),
  shortcuts: (page) => help(page, 'Keyboard shortcuts'),
  commands: (page) => page.keyboard.press('Control+k'),
  find: async (page) => {
    await page.keyboard.press('Control+f');
    await later(page);
    await page.keyboard.type('linear');
  },
  'quick-add': async (page) => {
    await view(page, 'Prefill');
    await page.keyboard.press('c');
    await page.keyboard.press('Space');
  },
  chain: async (page) => {
    await view(page, 'Prefill');
    await select(page, 'prefill', ['norm_ffn']);
    await page.keyboard.press('a');
  },
  connect: async (page) => {
    await view(page, 'Prefill');
    await page.keyboard.press('c');
    await page.keyboard.press('w');
  },
  recipe: (page) => menu(page, 'Edit the recipe'),
  'recipe-changed': async (page) => {
    await menu(page, 'Edit the recipe');
    await page.getByLabel('Begin with').selectOption('w4a4kv8');
    await page.getByRole('button', { name: 'Measure' }).click();
    await page.getByTestId('perplexity').getByText(/\.\d/).waitFor({ timeout: 120_000 });
  },
  recover: async (page) => {
    await page.getByLabel('Name of the design').fill('Precious');
    await page.getByLabel('Name of the design').press('Enter');
    await later(page, 900);
    await sample(page, 'Moby 1M, temporal');
    await later(page, 900);
    await menu(page, 'Recover an earlier state');
  },
  compare: async (page) => {
    await menu(page, 'Compare with another design');
    await page.getByRole('dialog').getByLabel('With').selectOption('moby-temporal');
  },
  help: async (page) => {
    await view(page, 'Prefill');
    await select(page, 'prefill', ['linear_kq']);
    await page.keyboard.press('F1');
  },
  welcome: (page) => help(page, 'Start page'),
  glossary: (page) => help(page, 'Glossary'),
  'help-menu': (page) => page.getByRole('button', { name: 'Help', exact: true }).click(),
  'design-menu': (page) => page.getByRole('button', { name: 'Design', exact: true }).click(),
  'theme-menu': (page) => page.getByRole('button', { name: 'Theme' }).click(),
  'instance-menu': async (page) => {
    await view(page, 'Prefill');
    await select(page, 'prefill', ['linear_kq']);
    await canvas(page, 'prefill').getByRole('button', { name: 'Zoom in' }).click({ clickCount: 4, delay: 60 });
    await page.keyboard.press('Shift+Digit2');
    await later(page);
    await instance(page, 'prefill', 'linear_kq').locator('[data-operation]').first().click({ button: 'right' });
  },
  'canvas-menu': async (page) => {
    await view(page, 'Prefill');
    await canvas(page, 'prefill')
      .locator('.react-flow__pane')
      .click({ button: 'right', position: { x: 300, y: 70 } });
  },
  'stream-menu': async (page) => {
    await view(page, 'Prefill');
    await canvas(page, 'prefill').locator('.react-flow__edge').first().click({ button: 'right', force: true });
  },
  group: (page) => group(page, FFN, 'Into the feed-forward network'),
  'group-folded': async (page) => {
    await group(page, FFN, 'Into the feed-forward network');
    await page.getByRole('button', { name: 'Collapse', exact: true }).click();
  },
  note: async (page) => {
    await view(page, 'Prefill');
    await canvas(page, 'prefill')
      .locator('.react-flow__pane')
      .hover({ position: { x: 300, y: 300 } });
    await page.keyboard.press('n');
    await page.getByRole('textbox', { name: 'Text of the note' }).waitFor();
    await page.keyboard.type('# Why one engine\nk_proj and q_proj take **turns**:\n- less hardware\n- one more `pass`');
    await page.keyboard.press('Control+Enter');
  },
  wire: async (page) => {
    await view(page, 'Prefill');
    await later(page);
    const [a, b] = await Promise.all(
      [page.getByTestId('port:norm_ffn:ffn_norm:out:out'), page.getByTestId('port:silu:silu:in:in')].map((port) =>
        port.boundingBox(),
      ),
    );
    await page.mouse.move(a.x + a.width / 2, a.y + a.height / 2);
    await page.mouse.down();
    await page.mouse.move(b.x + b.width / 2, b.y + b.height / 2, { steps: 8 });
    return { pointer: true };
  },
  present: async (page) => {
    await view(page, 'Prefill');
    await page.keyboard.press('p');
    await page.getByRole('navigation', { name: 'Presentation' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
  },
  'tour-first': (page) => help(page, 'Take the tour'),
  'tour-done': async (page) => {
    await help(page, 'Take the tour');
    for (let step = 0; step < 2; step += 1) await page.getByRole('button', { name: 'Skip' }).click();
    await page.getByLabel('Weight parallelism (WP)', { exact: true }).selectOption('16');
    await page.getByRole('button', { name: 'Next', exact: true }).waitFor();
  },
  'read-only-newer': async (page) =>
    drop(page, 'newer.json', JSON.stringify({ ...(await saved(page)), version: 2, notes: [] })),
  'read-only-tab': async (page) => {
    await page.getByLabel('Name of the design').fill('First tab');
    await page.getByLabel('Name of the design').press('Enter');
    await later(page, 900);
    const second = await page.context().newPage();
    await second.goto(page.url());
    await second.getByText('being edited in another tab').first().waitFor();
    return { page: second };
  },
  'import-error': (page) => drop(page, 'x.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>'),
  'import-unknown': async (page) => {
    const design = await saved(page);
    design.stages.prefill.instances[4].module = 'warp_drive';
    await drop(page, 'repaired.json', JSON.stringify(design));
    await view(page, 'Prefill');
    await later(page);
    await tab(page, 'Problems');
  },
  share: async (page) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await menu(page, 'Copy a link to the design');
  },
  exported: async (page) => {
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page
      .getByTestId('notice')
      .getByText(/Exported/)
      .waitFor();
  },
};
