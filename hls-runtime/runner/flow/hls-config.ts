/**
 * The configuration of a kernel for the folder that it is synthesised in. Tools differ in whether paths are relative
 * to the configuration or to the folder they run in; here both are the same folder, so that it does not matter.
 */
import type { KernelSpec } from '../../../src/core/models/manifest.ts';
import { InputError } from '../errors.ts';
import { upFrom } from './context.ts';

const FILE_KEYS = /^(?:syn\.file|tb\.file)$/;
const FLAG_KEYS = /^(?:syn\.cflags|syn\.csimflags|tb\.cflags)$/;

/** Paths inside a list of compiler flags. */
function moveFlags(flags: string, up: string): string {
  return flags.replace(
    /(^|\s)(-I|-isystem |-idirafter )([^\s/-][^\s]*)/g,
    (_all, space: string, flag: string, path: string) => `${space}${flag}${up}/${path}`,
  );
}

/**
 * @param text configuration with paths relative to the root of the project.
 * @param folder where it goes, relative to the root.
 * @param clock kernel clock in MHz that replaces the configured one.
 */
export function moveHlsConfig(text: string, folder: string, clock: number | undefined): string {
  const up = upFrom(folder);
  const lines = text.split('\n').map((line) => {
    const match = /^\s*([\w.]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (!match) return line;
    const [, key, value] = match as unknown as [string, string, string];
    if (FILE_KEYS.test(key) && !value.startsWith('/')) return `${key}=${up}/${value}`;
    if (FLAG_KEYS.test(key)) return `${key}=${moveFlags(value, up)}`;
    if (key === 'clock' && clock !== undefined) return `clock=${(1000 / clock).toFixed(3)}ns`;
    return line;
  });
  return lines.join('\n');
}

/** A linker configuration of the V80 with another clock in every [clock] section. */
export function withClock(text: string, clock: number): string {
  return text.replace(/^(\s*freqhz\s*=\s*)\d+/gm, (_all, key: string) => `${key}${Math.round(clock * 1e6)}`);
}

/** @throws InputError when the configuration names no test bench: kernels of a split stage wait for each other. */
export function requireTestbench(text: string, kernel: KernelSpec): void {
  if (/^\s*tb\.file\s*=/m.test(text)) return;
  throw new InputError(
    `${kernel.config} names no test bench: ${kernel.name} is a part of a split stage and cannot run alone. Use "node run.mjs csim", or export without the split.`,
  );
}
