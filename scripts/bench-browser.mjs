/** The browser's part of npm run bench: the canvas with many instances, in Debian's Chromium without a GPU. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { ensureBuilt, ROOT } from './ensure.mjs';

const SIZES = [100, 500, 2000];
/** Milliseconds between two moves of a mouse that reports 125 times a second, and moves in a trace: about 120 frames. */
const MOVE = 8;
const MOVES = 240;
const PORT = 4198;

/** A design of about so many instances: the sample with chains of lane adapters, in a grid. */
function large({ laidOut, sampleById, stressed, formatDesign }, instances) {
  const sample = sampleById('llama-3.2-1b-u280').design();
  return formatDesign(laidOut(laidOut(stressed(sample, instances), 'decode', 50), 'prefill'));
}

/** Collects the times between frames while `work` goes on; median and 95th percentile in ms. */
async function frames(page, work) {
  await page.evaluate(() => {
    const times = [];
    window.frameTimes = times;
    let last = performance.now();
    const next = (now) => {
      times.push(now - last);
      last = now;
      if (window.frameTimes === times) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await work();
  const times = await page.evaluate(() => {
    const recorded = window.frameTimes;
    window.frameTimes = undefined;
    return recorded;
  });
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { median: at(0.5), p95: at(0.95) };
}

async function measure(browser, text, instances, traced) {
  const context = await browser.newContext({ viewport: { width: 1600, height: 900 }, serviceWorkers: 'block' });
  const page = await context.newPage();
  // The document is there as from an earlier visit; the first picture is the first frame that shows it.
  await page.addInitScript((json) => {
    localStorage.setItem('flexllm-composer/document', JSON.stringify({ json, saved: Date.now() }));
    new MutationObserver((_, observer) => {
      if (!document.querySelector('[data-testid^="instance:decode:pad_"]')) return;
      observer.disconnect();
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          window.firstPicture = performance.now();
        }),
      );
    }).observe(document, { childList: true, subtree: true });
  }, text);
  const url = `http://localhost:${PORT}/`;
  // Once to fill the cache of the browser, once to measure.
  await page.goto(url);
  await page.waitForFunction(() => window.firstPicture !== undefined);
  await page.reload();
  await page.waitForFunction(() => window.firstPicture !== undefined);
  const first = await page.evaluate(() => window.firstPicture);
  await page.getByRole('group', { name: 'Canvases shown' }).getByRole('button', { name: 'Decode' }).click();
  const canvas = page.getByTestId('canvas-decode');
  await page.waitForTimeout(1000);
  const cards = () => page.locator('.react-flow__node').count();
  const mounted = await cards();
  const card = await cardInView(page, canvas);
  const drag = await frames(page, () => dragged(page, card, 80));
  const dropped = [];
  if (traced) {
    const drop = async (file) => {
      const within = await cardInView(page, canvas);
      const best = await fewestDropped(browser, page, () => dragged(page, within, MOVES), file);
      dropped.push({ ...best, mounted: await cards() });
    };
    await drop('drag-trace.json');
    await canvas.getByRole('button', { name: 'Show all' }).click();
    await page.waitForTimeout(1000);
    await drop('drag-all-trace.json');
  }
  const area = await canvas.boundingBox();
  const zoom = await frames(page, async () => {
    await page.mouse.move(area.x + area.width / 2, area.y + area.height / 2);
    for (let step = 0; step < 20; step += 1) await page.mouse.wheel(0, step < 10 ? 60 : -60);
    await page.waitForTimeout(200);
  });
  await context.close();
  return { instances, mounted, firstPicture: first, drag, zoom, dropped };
}

/** A card that has room around it on the canvas. */
async function cardInView(page, canvas) {
  const area = await canvas.boundingBox();
  const id = await canvas.locator('.react-flow__node').evaluateAll((nodes, { x, y, width, height }) => {
    const roomy = nodes.find((node) => {
      const box = node.getBoundingClientRect();
      return (
        box.left > x + 60 && box.top > y + 60 && box.right < x + (3 * width) / 4 && box.bottom < y + (3 * height) / 4
      );
    });
    return roomy?.dataset.id;
  }, area);
  if (id === undefined) throw new Error('no card lies in the middle of the canvas');
  return page.locator(`[data-testid="canvas-decode"] .react-flow__node[data-id="${id}"]`);
}

/**
 * Moves the pointer from place to place on the clock of a mouse, whether or not the page has dealt with the move before:
 * a page that is late would otherwise be asked for less, and seem to be in time.
 */
async function moved(page, places) {
  const sent = [];
  const from = performance.now();
  for (const [index, [x, y]] of places.entries()) {
    const wait = from + index * MOVE - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    sent.push(page.mouse.move(x, y));
  }
  await Promise.all(sent);
}

const steps = (from, to) => Array.from({ length: to - from }, (_, index) => from + index);

/** Drags a card to and fro in so many moves. */
async function dragged(page, card, moves) {
  const { x, y, width, height } = await card.boundingBox();
  const to = (step) => {
    const away = 20 - Math.abs((step % 40) - 20);
    return [x + width / 2 + 3 * away, y + height / 4 + 2 * away];
  };
  await page.mouse.move(...to(0));
  await page.mouse.down();
  await moved(page, steps(1, 21).map(to));
  if ((await card.boundingBox()).x - x < 30) throw new Error('the card does not move');
  await moved(page, steps(21, moves + 1).map(to));
  await page.mouse.up();
}

/** CPU milliseconds of the thread that runs and draws the page, by the tasks of a trace. */
function mainThread(events) {
  const threads = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  return events
    .filter(({ name, pid, tid }) => name === 'RunTask' && threads.has(`${pid} ${tid}`))
    .reduce((sum, { tdur = 0 }) => sum + tdur / 1e3, 0);
}

/**
 * Work in a few traces of the browser. A DroppedFrame is a refresh of the screen by whose deadline a picture was due and
 * none was ready: the one before stays, and what the pointer did is seen a refresh later or not at all. Pictures that are
 * all late by one refresh but never stay away are none (the browser calls them presented in part), and neither is a
 * refresh at which nothing had changed. The browser counts where the page is animated, as the meter of frames() does at
 * every refresh. Other work of the machine can add some, so the trace with the fewest counts; it is kept (build/FILE, for
 * chrome://tracing).
 */
async function fewestDropped(browser, page, work, file, traces = 3) {
  const results = [];
  for (let trace = 0; trace < traces; trace += 1) {
    await browser.startTracing(page, {
      categories: [
        'devtools.timeline',
        'disabled-by-default-devtools.timeline',
        'disabled-by-default-devtools.timeline.frame',
        'latencyInfo',
      ],
    });
    const times = await frames(page, work);
    const json = (await browser.stopTracing()).toString();
    const { traceEvents } = JSON.parse(json);
    const count = (name) => traceEvents.filter((event) => event.name === name).length;
    const drawn = count('DrawFrame');
    results.push({ json, ...times, drawn, dropped: count('DroppedFrame'), cpu: mainThread(traceEvents) / drawn });
  }
  const [{ json, ...best }] = [...results].sort((one, other) => one.dropped - other.dropped);
  writeFileSync(join(ROOT, 'build', file), json);
  return { ...best, all: results.map(({ dropped }) => dropped) };
}

/** The workload slider of the roofline of the largest sample dragged to and fro. */
async function slider(browser, text) {
  const context = await browser.newContext({ viewport: { width: 1600, height: 900 }, serviceWorkers: 'block' });
  const page = await context.newPage();
  await page.addInitScript(
    (json) => localStorage.setItem('flexllm-composer/document', JSON.stringify({ json, saved: Date.now() })),
    text,
  );
  await page.goto(`http://localhost:${PORT}/`);
  await page.getByRole('tablist', { name: 'Derived views' }).getByRole('tab', { name: 'Roofline' }).click();
  const box = await page.locator('.slider input').boundingBox();
  const at = (share) => [box.x + box.width * share, box.y + box.height / 2];
  const drag = async (moves) => {
    await page.mouse.move(...at(0.1));
    await page.mouse.down();
    await moved(
      page,
      steps(0, moves).map((step) => at(0.1 + 0.8 * Math.abs(((step / 60) % 2) - 1))),
    );
    await page.mouse.up();
  };
  await drag(MOVES / 2);
  const best = await fewestDropped(browser, page, () => drag(MOVES), 'slider-trace.json');
  await context.close();
  return best;
}

/** Records first picture and frame times for designs of several sizes; build/bench-browser.json keeps them. */
export async function benchBrowser(sources, report) {
  ensureBuilt('runner', 'app');
  mkdirSync(join(ROOT, 'build'), { recursive: true });
  const server = await preview({ root: ROOT, preview: { port: PORT, strictPort: true }, logLevel: 'error' });
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const results = [];
    for (const instances of SIZES) {
      const result = await measure(browser, large(sources, instances), instances, instances === 500);
      results.push(result);
      report(
        `first picture of ${instances} instances${instances === 500 ? ' (below 1 s)' : ''}`,
        result.firstPicture,
        'ms',
        (ms) => instances > 500 || ms < 1000,
      );
      for (const what of ['drag', 'zoom'])
        report(
          `frames while ${what === 'drag' ? 'an instance is dragged' : 'zooming'}, ${instances} instances, ${result.mounted} mounted: 95th percentile ${result[what].p95.toFixed(0)}, median`,
          result[what].median,
          'ms',
          () => true,
        );
      for (const [index, { mounted, drawn, all, cpu, dropped }] of result.dropped.entries())
        report(
          `frames dropped while a card is dragged among ${instances}, ${mounted} of them in sight, of ${drawn} drawn, the fewest of traces with ${all.join(', ')} (${index === 0 ? 'none; ' : ''}${cpu.toFixed(1)} ms of the main thread per frame)`,
          dropped,
          '',
          // With every card in sight a browser without a GPU draws a thousand figures anew: this says how far it is.
          (frames) => index > 0 || frames === 0,
        );
    }
    const turned = await slider(browser, sources.formatDesign(sources.sampleById('llama-3.2-1b-v80').design()));
    report(
      `frames dropped while the workload slider is dragged, llama-3.2-1b-v80, of ${turned.drawn} drawn, the fewest of traces with ${turned.all.join(', ')} (none; ${turned.cpu.toFixed(1)} ms of the main thread per frame)`,
      turned.dropped,
      '',
      (frames) => frames === 0,
    );
    results.push({ slider: turned });
    writeFileSync(
      join(ROOT, 'build/bench-browser.json'),
      `${JSON.stringify({ machine: `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}`, results }, null, 2)}\n`,
    );
  } finally {
    await browser.close();
    await server.close();
  }
}
