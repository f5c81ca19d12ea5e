import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileProblem } from '../errors.ts';
import { readProject } from '../project.ts';
import { always, COMMON, type CommandEntry } from './command.ts';

export const CLEAN: CommandEntry = {
  help: `node run.mjs clean [--json]

Removes build/ with images, objects, bitstreams, logs and the compiled
programs. The model and the project's sources stay. Bitstreams take hours to
build again: copy build/u280/hw or build/v80 away first if you still need them.
`,
  options: COMMON,
  locks: always,
  run: async (root) => {
    const { root: dir } = await readProject(root);
    const build = join(dir, 'build');
    // The lock goes last: until then no other run may start.
    for (const name of await readdir(build).catch((): string[] => [])) {
      if (name === 'lock.json') continue;
      await rm(join(build, name), { recursive: true, force: true }).catch((error: unknown) => {
        throw fileProblem(error, join(build, name)) ?? error;
      });
    }
    await rm(build, { recursive: true, force: true });
    return { text: `Removed ${build}.\n`, json: { removed: build }, code: 0 };
  },
};
