/** The check that every fault passes: the right words, and an `all` afterwards that goes on and completes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { World } from '../tests/fake-tools/world.ts';
import { type FaultCase, type Lab, stepsOf, suffer } from './fake-lab.ts';

const LIMIT = 120_000;

/** Faults of the tools. */
export const fault =
  (...faults: World['faults'][number][]) =>
  (lab: Lab): undefined => {
    lab.machine.set({ faults });
  };

/** Another state of the machine. */
export const world =
  (change: Partial<World>) =>
  (lab: Lab): undefined => {
    lab.machine.set(change);
  };

/** Programs that are not there. */
export const without =
  (...tools: readonly string[]) =>
  (lab: Lab): undefined => {
    for (const tool of tools) lab.machine.remove(tool);
  };

/** A file of the project changed, and put back. */
export const edited =
  (path: string, text: string) =>
  (lab: Lab): (() => void) => {
    writeFileSync(join(lab.root, path), text);
    return () => lab.restoreProject();
  };

/** What the host program says before it fails. */
export const hostSays =
  (words: string) =>
  (lab: Lab): (() => void) => {
    writeFileSync(join(lab.root, 'build', 'host-says'), `${words}\n`);
    return () => writeFileSync(join(lab.root, 'build', 'host-says'), '');
  };

export function testFaults(lab: () => Lab, cases: readonly FaultCase[]): void {
  test.each(cases.map((entry) => [entry.name, entry] as const))('%s', { timeout: LIMIT }, async (_name, entry) => {
    const { failed, again } = await suffer(lab(), entry);
    expect(failed.code, failed.stderr).not.toBe(0);
    expect(failed.stderr).not.toContain('Unexpected error');
    for (const words of entry.says) expect(failed.stderr).toContain(words);
    if (entry.known !== undefined) expect(failed.json).toMatchObject({ known: entry.known, log: expect.stringContaining('build/logs/'), explanation: expect.any(String), remedy: expect.any(String) });
    expect(again['error'], String(again['error'])).toBeUndefined();
    expect((again['run'] as { ids: number[] }).ids).toEqual([104, 0xc3, 0xa9, 33]);
    const skipped = stepsOf(again).filter((step) => step.status === 'skipped').map((step) => step.id);
    expect(skipped).toEqual(expect.arrayContaining([...(entry.kept ?? [])]));
  });
}
