/** What a command of the runner is, and how it reads its options. */
import type { ParseArgsConfig } from 'node:util';
import { InputError } from '../errors.ts';

export type Values = Readonly<Record<string, string | boolean | undefined>>;

/** What a command prints: for people, for --json, and its exit code. */
export interface Outcome {
  readonly text: string;
  readonly json: unknown;
  readonly code: number;
}

export interface CommandEntry {
  /** Text of --help, at most 80 columns. */
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** Takes the lock of the project: two such commands do not run at once. */
  readonly locks: (values: Values) => boolean;
  readonly run: (root: string, values: Values) => Promise<Outcome>;
}

export const COMMON = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  on: { type: 'string' },
  bitstreams: { type: 'boolean' },
} as const;
export const MODEL = { model: { type: 'string' } } as const;
export const PACK = { ...MODEL, calibrate: { type: 'string' }, memory: { type: 'string' } } as const;
export const SAMPLING = {
  tokens: { type: 'string' },
  temperature: { type: 'string' },
  'top-k': { type: 'string' },
  seed: { type: 'string' },
} as const;
export const BUILD = {
  ...COMMON,
  platform: { type: 'string' },
  target: { type: 'string' },
  jobs: { type: 'string' },
  clock: { type: 'string' },
  'dry-run': { type: 'boolean' },
} as const;

export const always = (): boolean => true;
export const never = (): boolean => false;
export const unlessDry = (values: Values): boolean => values['dry-run'] !== true;

export function text(values: Values, name: string): string | undefined {
  const value = values[name];
  if (value === '' && name !== 'prompt') throw new InputError(`--${name} is empty; give a value after it.`);
  return typeof value === 'string' ? value : undefined;
}

export function whole(values: Values, name: string, min: number, max: number): number | undefined {
  const value = text(values, name);
  if (value === undefined) return undefined;
  if (!/^\d{1,10}$/.test(value) || Number(value) < min || Number(value) > max) {
    throw new InputError(`--${name} is "${value}", but must be a whole number from ${min} to ${max}.`);
  }
  return Number(value);
}

export function temperature(values: Values): number {
  const value = text(values, 'temperature') ?? '0';
  const number = Number(value);
  if (value.trim() === '' || !(number >= 0 && number <= 100)) {
    throw new InputError(
      `--temperature is "${value}", but must be a number from 0 to 100; 0 always takes the most likely token.`,
    );
  }
  return number;
}

/** Lines for people go to stderr, so that stdout holds results; with --json nothing is said. */
export function speaker(values: Values): (line: string) => void {
  return values.json === true ? () => undefined : (line) => void process.stderr.write(`${line}\n`);
}
