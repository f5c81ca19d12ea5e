/** `--on HOST`: the same command on another machine, by ssh: sends what changed, runs, passes on what is said, brings results back. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { InputError, StepError } from './errors.ts';
import { type ProcessOptions, type ProcessResult, runProcess } from './process.ts';
import { shellLine, shellQuote } from './quote.ts';
import { FileHashes } from './steps/hashes.ts';

/** A name of ssh's configuration or an address, with or without a user; never something that ssh takes for an option. */
const HOST = /^(?:[A-Za-z0-9_][\w.-]*@)?[A-Za-z0-9_][\w.-]*$/;
/** Exit code of ssh itself when it does not get through. */
const SSH_FAILED = 255;
/** Exit code of a shell that finds no such program. */
const NOT_FOUND = 127;
/** On HOST: what was sent, with the hashes of the contents. */
const SENT = '.flexllm-sent.json';
/** What of build/ comes back; the rest stays on HOST, where the next run needs it. */
const RESULTS = ['logs', 'run.json', 'report.json', 'probe.json'];
const BITSTREAMS = ['u280/*/*.xclbin', 'v80/*.vbin'];
/** The variable that ties a runner to the connection that started it. */
const LEASH = 'FLEXLLM_LEASH';

type Sent = Readonly<Record<string, string>>;

/**
 * Ends this program like Ctrl-C when its stdin ends, if it was started by another machine: that is all that is seen of a
 * connection that broke or of Ctrl-C over there.
 */
export function leash(): void {
  if (process.env[LEASH] === undefined) return;
  delete process.env[LEASH];
  process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM'));
  process.stdin.resume();
  // Its own work done, the program ends although the connection stands.
  (process.stdin as Partial<{ unref(): void }>).unref?.();
}

/** The command's arguments without those that concern the way to HOST. */
function withoutRemote(args: readonly string[]): string[] {
  const after = (index: number): boolean => args[index - 1] === '--on';
  return args.filter(
    (argument, index) =>
      argument !== '--on' && !after(index) && !argument.startsWith('--on=') && argument !== '--bitstreams',
  );
}

const nameList = (paths: readonly string[]): string => paths.map((path) => `./${path}\0`).join('');

export class Remote {
  private readonly host: string;
  private readonly root: string;
  /** Relative to the home folder on HOST; a project at another place, or of another machine, has another. */
  private readonly folder: string;

  constructor(host: string, root: string) {
    if (!HOST.test(host))
      throw new InputError(
        `--on is ${JSON.stringify(host)}, but must be a host as ssh knows it, such as card-box or me@card-box; put ports and other options into ~/.ssh/config.`,
      );
    this.host = host;
    this.root = root;
    const place = createHash('sha256').update(`${hostname()}\0${root}`).digest('hex').slice(0, 8);
    this.folder = `flexllm/${basename(root).replace(/[^\w-]+/g, '_')}-${place}`;
  }

  /** What --dry-run prints: with nothing on HOST yet. */
  script(name: string, args: readonly string[], bitstreams: boolean): string {
    const lines = [
      `# What is sent to ${this.host}: every file of the project but build/; later only what changed`,
      `(cd ${shellQuote(this.root)} && find . -path ./build -prune -o -path './.*' -prune -o ! -type d -print0) | ${this.packLine()} | ${shellLine('ssh', this.ssh(this.unpack()))}`,
      '',
      `# ${name} on ${this.host}`,
      `${shellLine(
        'ssh',
        this.ssh(
          this.command(
            name,
            withoutRemote(args).filter((argument) => argument !== '--dry-run'),
          ),
        ),
      )} < /dev/null`,
      '',
      '# What comes back',
      this.fetchLine(bitstreams),
      '',
    ];
    return lines.join('\n');
  }

  /** @returns the exit code of the command. @throws StepError when HOST is not reached or the files do not get there */
  async run(name: string, args: readonly string[], bitstreams: boolean): Promise<number> {
    await this.send();
    const result = await this.call(this.command(name, withoutRemote(args), ['env', `${LEASH}=1`]), { through: true });
    if (result.code === NOT_FOUND)
      throw new StepError(
        `On ${this.host} there is no "node" on the search path of a shell without login; install Node.js 20 or newer there, or add it to ~/.profile and ~/.bashrc.`,
      );
    await this.pipe(this.fetchLine(bitstreams), '', 'results could not be brought back');
    return result.code ?? 1;
  }

  private ssh(command: string): string[] {
    return ['-T', '-o', 'BatchMode=yes', '--', this.host, command];
  }

  private command(name: string, args: readonly string[], before: readonly string[] = []): string {
    return `cd ${shellQuote(this.folder)} && ${shellLine('exec', [...before, 'node', 'run.mjs', name, ...args])}`;
  }

  private unpack(): string {
    return `mkdir -p ${shellQuote(this.folder)} && tar -xf - -C ${shellQuote(this.folder)}`;
  }

  /** Packs the files whose names, each ended by a zero byte, are on stdin; what links lead to, not links. */
  private packLine(): string {
    return shellLine('tar', ['-chf', '-', '-C', this.root, '--null', '-T', '-']);
  }

  private fetchLine(bitstreams: boolean): string {
    const build = shellQuote(`${this.folder}/build`);
    // The patterns are for the shell over there: nothing of the user's is in them.
    const pack = `mkdir -p ${build} && cd ${build} && ls -d ${[...RESULTS, ...(bitstreams ? BITSTREAMS : [])].join(' ')} 2>/dev/null | tar -cf - -T -`;
    const own = join(this.root, 'build');
    return `${shellLine('mkdir', ['-p', own])} && ${shellLine('ssh', this.ssh(pack))} | ${shellLine('tar', ['-xf', '-', '-C', own])}`;
  }

  /** Runs a command on HOST. @throws StepError when HOST is not reached */
  private async call(command: string, options: ProcessOptions = {}): Promise<ProcessResult> {
    const result = await runProcess('ssh', this.ssh(command), options);
    if (result.code === SSH_FAILED)
      throw new StepError(
        `ssh did not reach ${this.host}; "ssh ${this.host} true" must work without asking for a password (see ssh-copy-id).`,
        result.stderr,
      );
    return result;
  }

  /** Runs a line with a pipe: large files go from tar to ssh without passing through this program. */
  private async pipe(line: string, input: string, problem: string): Promise<void> {
    const result = await runProcess('bash', ['-c', `set -o pipefail; ${line}`], { input });
    if (result.code !== 0) throw new StepError(`${this.host}: ${problem}.`, result.stderr);
  }

  /** Sends what HOST does not have as it is here, and removes there what is gone here. */
  private async send(): Promise<void> {
    const here = await this.files();
    const there = await this.sent();
    const changed = Object.keys(here).filter((path) => here[path] !== there[path]);
    const gone = Object.keys(there).filter((path) => here[path] === undefined);
    if (changed.length + gone.length === 0) return;
    process.stderr.write(`${this.host}:${this.folder}: ${changed.length} files to send, ${gone.length} to remove.\n`);
    // While files are on their way, only what stays as it is is known to be there.
    await this.note(Object.fromEntries(Object.entries(here).filter(([path, hash]) => there[path] === hash)));
    if (gone.length > 0)
      await this.pipe(
        shellLine('ssh', this.ssh(`cd ${shellQuote(this.folder)} && xargs -0 rm -f --`)),
        nameList(gone),
        'files could not be removed',
      );
    if (changed.length > 0)
      await this.pipe(
        `${this.packLine()} | ${shellLine('ssh', this.ssh(this.unpack()))}`,
        nameList(changed),
        'files could not be sent',
      );
    await this.note(here);
  }

  /** Notes on HOST what is there. */
  private async note(sent: Sent): Promise<void> {
    const folder = shellQuote(this.folder);
    await this.call(`mkdir -p ${folder} && cat > ${folder}/${SENT}`, { input: JSON.stringify(sent) });
  }

  /** Hashes of the project's own files. */
  private async files(): Promise<Sent> {
    const hashes = new FileHashes(this.root);
    const files: Record<string, string> = {};
    for (const name of (await readdir(this.root)).sort()) {
      if (name === 'build' || name.startsWith('.')) continue;
      for (const path of await hashes.filesBelow(name)) files[path] = (await hashes.of(path))?.sha256 ?? '';
    }
    await hashes.save();
    return files;
  }

  private async sent(): Promise<Sent> {
    const { stdout } = await this.call(`cat ${shellQuote(this.folder)}/${SENT} 2>/dev/null || true`);
    try {
      return JSON.parse(stdout) as Sent;
    } catch {
      return {};
    }
  }
}
