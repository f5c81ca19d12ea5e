/** The runner on a real export that is split over SLRs, with stand-ins for the vendor's tools. (Whole samples: tests/cards.) */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Lab } from '../hls-runtime/runner/fake-lab.ts';
import type { Design } from '../src/core/design/types.ts';
import type { Manifest } from '../src/core/models/manifest.ts';
import { sampleDesign } from './cards/sample-lab.ts';
import { exportDesign } from './harness.ts';

const LIMIT = 300_000;

test.each(['u280', 'v80'] as const)(
  '%s: a design split over SLRs passes the strict stand-ins, streams and all',
  { timeout: LIMIT },
  async (target) => {
    const design = sampleDesign('moby-u280', target);
    const spread = (graph: Design['stages']['prefill']): Design['stages']['prefill'] => ({
      ...graph,
      instances: graph.instances.map((instance, index) => ({ ...instance, slr: index % 3 })),
    });
    const split: Design = {
      ...design,
      split: 'slr',
      stages: { prefill: spread(design.stages.prefill), decode: spread(design.stages.decode) },
    };
    let manifest: Manifest | undefined;
    const lab = await Lab.create(target, (root, runner) => {
      manifest = exportDesign(split, root);
      cpSync(runner, join(root, 'run.mjs'));
    });
    lab.machine.installRuntimes();
    expect(manifest?.hardware.kernels.length).toBeGreaterThan(2);
    const built = await lab.run(['build']);
    expect(built.code, built.stderr).toBe(0);
    if (target === 'u280')
      expect((await lab.run(['cosim'])).stderr).toContain('is a part of a split stage and cannot run alone');
    lab.remove();
  },
);
