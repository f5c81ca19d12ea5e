/** `vivado -mode batch`: reports the utilisation of a routed design by instance. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseOptions } from './options.ts';
import { Failure, say, suffer } from './world.ts';

const refuse = (message: string): Failure => new Failure([`ERROR: [Common 17-165] ${message}`]);

export function vivado(args: readonly string[]): void {
  const { values } = parseOptions(
    args,
    { values: ['-mode', '-log', '-source'], flags: ['-nojournal', '-notrace'] },
    refuse,
  );
  if (values['-mode'] !== 'batch') throw refuse(`-mode ${values['-mode']}`);
  const script = values['-source'] ?? '';
  if (!existsSync(script)) throw refuse(`couldn't read file "${script}"`);
  suffer('vivado', 'report');
  const text = readFileSync(script, 'utf8');
  const runs = /^set runs (\S+)$/m.exec(text)?.[1] ?? '';
  const checkpoint = `${runs}/level0_wrapper_routed.dcp`;
  if (!existsSync(checkpoint)) throw new Failure([`ERROR: no routed design in ${runs}`]);
  const output = /^report_utilization -hierarchical -file (\S+)$/m.exec(text)?.[1];
  if (output === undefined || !/^open_checkpoint /m.test(text)) throw refuse('no design is open');
  say('open_checkpoint: Time (s): cpu = 00:01:00');
  writeFileSync(output, readFileSync(checkpoint, 'utf8'));
}
