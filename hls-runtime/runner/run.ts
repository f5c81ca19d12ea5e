/** Runs the host program on the card or in emulation: text as it arrives, then what was measured. */
import { rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { HardwareSpec } from '../../src/core/models/manifest.ts';
import { temporaryName, trackFile, writeTextAtomically } from './cleanup.ts';
import { checkLengths, prefilledOf, promptOf } from './csim.ts';
import { InputError, StepError } from './errors.ts';
import { bitstreamFile, bitstreamStepId, type Target } from './hardware.ts';
import { FigureReader, type HostFigures } from './host-protocol.ts';
import { packPaths, readPackRecord } from './pack.ts';
import type { Project } from './project.ts';
import { BenchReader } from './protocol.ts';
import { shellLine, shellQuote } from './quote.ts';
import type { RunResult } from './run-record.ts';
import { logPath } from './steps/engine.ts';
import { explainFailure, failureOf } from './steps/explain.ts';
import { hashFile } from './steps/hashes.ts';
import { readRecord } from './steps/record.ts';
import { EMPTY_STEP, printStep, type Step, type StepCommand } from './steps/step.ts';
import { hostEnvironment } from './tools/environment.ts';
import { type Environment, ProgramMissing, runProcess } from './process.ts';
import type { Board } from './tools/releases.ts';
import { findSlash } from './tools/slash.ts';
import { findVitis } from './tools/vitis.ts';
import { findCards, findXrt, shellFits } from './tools/xrt.ts';
import { loadTokenizer, TextStream, withBegin } from './tokenizer.ts';

export interface RunOptions {
  readonly target: Target;
  readonly prompt: string;
  /** A file that holds the prompt instead. */
  readonly promptFile?: string | undefined;
  readonly tokens: number;
  readonly temperature: number;
  readonly topK: number | undefined;
  readonly seed: number;
  readonly chunk: number | undefined;
  readonly device: string | undefined;
}

const KIND = 'run';

/** The step as which a run is shown and explained. */
function runStep(hardware: HardwareSpec, command: StepCommand): Step {
  return {
    ...EMPTY_STEP,
    id: KIND,
    title: 'Run',
    kind: KIND,
    folders: [command.cwd],
    commands: [command],
    logs: [],
    settings: hardware.board,
  };
}

function topKOf(project: Project, options: RunOptions): number {
  const most = project.manifest.limits.topK;
  const wanted = options.topK ?? (options.temperature > 0 ? Math.min(8, most) : 1);
  if (wanted > most)
    throw new InputError(
      `--top-k ${wanted} exceeds the ${most} candidates that the sampler of this design keeps; ask for at most ${most}, or export with more.`,
    );
  return wanted;
}

/** The device that the host program opens: what the user says, else the first card that fits, else the first. */
async function deviceOf(hardware: HardwareSpec, options: RunOptions): Promise<string> {
  if (options.device !== undefined) {
    if (!/^[0-9a-fA-F:.]{1,16}$/.test(options.device))
      throw new InputError(
        `--device is "${options.device}", but must be an index or a PCI address such as 0000:3b:00.1.`,
      );
    return options.device;
  }
  if (options.target !== 'hw') return '0';
  if (hardware.board === 'v80') return (await findSlash()).card?.bdf ?? '0';
  const xrt = await findXrt();
  const cards = xrt === undefined ? [] : ((await findCards(xrt)) ?? []);
  return cards.find((card) => card.ready && shellFits(card.shell, hardware.platform ?? ''))?.bdf ?? '0';
}

/** The host program's command line and environment. */
async function hostCommand(
  project: Project,
  hardware: HardwareSpec,
  options: RunOptions,
  sequences: string,
  device: string,
): Promise<StepCommand> {
  const { root } = project;
  const { board } = hardware;
  const bitstreams = hardware.bitstreams.flatMap((bitstream) => [
    '--bitstream',
    `${bitstream.name}=${join(root, bitstreamFile(board, options.target, bitstream))}`,
  ]);
  const args = [
    ...bitstreams,
    '--images',
    packPaths(root).images,
    '--sequences',
    sequences,
    '--tokens',
    String(options.tokens),
  ];
  args.push(
    '--temperature',
    String(options.temperature),
    '--top-k',
    String(topKOf(project, options)),
    '--seed',
    String(options.seed),
    '--device',
    device,
  );
  if (options.chunk !== undefined) args.push('--chunk', String(options.chunk));
  const xrt = board === 'u280' ? ((await findXrt())?.root ?? '/opt/xilinx/xrt') : undefined;
  const env = hostEnvironment(xrt, await emulationEnvironment(root, board, options.target));
  const cwd = board === 'u280' ? `build/u280/${options.target}` : 'build/v80';
  return {
    program: join(root, `build/${board}/host/host`),
    args,
    cwd,
    env,
    shown: ['XCL_EMULATION_MODE', 'EMCONFIG_PATH', 'XILINX_XRT', 'LD_LIBRARY_PATH'],
  };
}

/** Emulation runs a simulator of Vitis, so it needs where that is, but none of its libraries. */
async function emulationEnvironment(root: string, board: Board, target: Target): Promise<Environment> {
  if (target === 'hw') return {};
  const tools = (await findVitis(board))?.env ?? {};
  const kept = Object.fromEntries(
    ['XILINX_VITIS', 'XILINX_VIVADO', 'XILINX_HLS', 'LIBRARY_PATH', 'PATH'].flatMap((name) =>
      tools[name] === undefined ? [] : [[name, tools[name]]],
    ),
  );
  return board === 'u280'
    ? { ...kept, XCL_EMULATION_MODE: target, EMCONFIG_PATH: join(root, `build/u280/${target}`) }
    : kept;
}

/** Everything that a run needs and that an earlier step leaves. */
async function checkBuilt(project: Project, hardware: HardwareSpec, options: RunOptions): Promise<void> {
  const { root } = project;
  const again = `node run.mjs build${options.target === 'hw' ? '' : ` --target ${options.target}`}`;
  for (const bitstream of hardware.bitstreams) {
    const file = bitstreamFile(hardware.board, options.target, bitstream);
    if ((await stat(join(root, file)).catch(() => undefined)) === undefined)
      throw new StepError(`The bitstream ${file} is not there; run "${again}" first.`);
    // One that was built elsewhere has no record here.
    const record = await readRecord(root, bitstreamStepId(hardware.board, bitstream.name, options.target));
    const built = record?.outputs.find((output) => output.path === file);
    if (built !== undefined && (await hashFile(join(root, file))) !== built.sha256)
      throw new StepError(`The bitstream ${file} is damaged; run "${again}" and run again.`);
  }
  const host = `build/${hardware.board}/host/host`;
  if ((await stat(join(root, host)).catch(() => undefined)) === undefined)
    throw new StepError(`The host program ${host} is not there; run "node run.mjs host" first.`);
  const record = await readPackRecord(root);
  if (record === undefined) throw new StepError('The memory images are not there; run "node run.mjs pack" first.');
  for (const image of record.images) {
    const path = join(packPaths(root).images, `${image.name}.bin`);
    const hash = await hashFile(path).catch(() => 'missing');
    if (hash !== image.sha256)
      throw new StepError(
        `The memory image build/images/${image.name}.bin is ${hash === 'missing' ? 'missing' : 'damaged'}; run "node run.mjs pack" and run again.`,
      );
  }
}

/** What --dry-run prints for a run. */
export async function printRun(project: Project, hardware: HardwareSpec, options: RunOptions): Promise<string> {
  const command = await hostCommand(
    project,
    hardware,
    options,
    join(project.root, 'build', 'sequences.txt'),
    options.device ?? '0',
  );
  const note = `# ${join(project.root, 'build', 'sequences.txt')} holds the token ids of the prompt: ${shellQuote(options.prompt.replace(/\s+/g, ' '))}`;
  const [title, ...lines] = printStep(project.root, runStep(hardware, command));
  return `${[title, note, ...lines].join('\n')}\n`;
}

interface Listener {
  onText(piece: string): void;
  /** Launches of prefill that are done, of those of all segments. */
  onPrefilled?(done: number, of: number): void;
}

/** Runs one prompt. @throws StepError with explanation when the host program fails. */
export async function runOnCard(
  project: Project,
  hardware: HardwareSpec,
  modelDir: string,
  options: RunOptions,
  listener: Listener,
): Promise<RunResult> {
  const { root, manifest } = project;
  const codec = await loadTokenizer(resolve(modelDir), manifest.model.bos);
  const promptIds = withBegin(codec.encode(await promptOf(options)), codec.begin);
  checkLengths(project, [promptIds], options.tokens);
  await checkBuilt(project, hardware, options);
  const file = temporaryName(join(root, 'build', 'sequences.txt'));
  const release = trackFile(file);
  const stream = new TextStream(codec, promptIds);
  const ids: number[] = [];
  const figures = new FigureReader();
  const reader = new BenchReader({
    onToken: (id) => {
      if (id >= manifest.model.vocab)
        throw new StepError(
          `The host program printed token ${id}, but the vocabulary has ${manifest.model.vocab}; bitstream and project do not belong together, build again.`,
        );
      ids.push(id);
      listener.onText(stream.push(id));
    },
    onScore: () => undefined,
    onOther: (line) => {
      const prefilled = prefilledOf(line);
      if (prefilled) listener.onPrefilled?.(...prefilled);
      else figures.line(line);
    },
  });
  try {
    await writeFile(file, `${promptIds.join(' ')}\n`);
    await execute(
      root,
      hardware,
      await hostCommand(project, hardware, options, file, await deviceOf(hardware, options)),
      reader,
    );
  } finally {
    await rm(file, { force: true });
    release();
  }
  const rest = stream.finish();
  if (rest !== '') listener.onText(rest);
  const result = summarise(project, hardware, options, promptIds, ids, stream.text(), figures.figures());
  await writeTextAtomically(join(root, 'build', 'run.json'), `${JSON.stringify(result, null, 1)}\n`);
  return result;
}

async function execute(root: string, hardware: HardwareSpec, command: StepCommand, reader: BenchReader): Promise<void> {
  const step = runStep(hardware, command);
  let output = '';
  const keep = (text: string): void => {
    output = (output + text).slice(-(1 << 20));
  };
  const save = (): Promise<void> =>
    writeTextAtomically(join(root, logPath(KIND)), `$ ${shellLine(command.program, command.args)}\n${output}\n`);
  const explain = async (error: StepError): Promise<never> => {
    await save();
    throw await explainFailure({ root, board: hardware.board }, step, error);
  };
  const result = await runProcess(command.program, command.args, {
    cwd: join(root, command.cwd),
    env: command.env,
    onLine: (line) => reader.line(line),
    onOutput: keep,
  }).catch((error: unknown) => {
    if (error instanceof ProgramMissing || error instanceof StepError) return explain(error);
    throw error;
  });
  if (result.code !== 0) await explain(failureOf('the host program', result.code, result.signal, step));
  await save();
  if (!reader.done)
    throw new StepError(
      `The host program stopped without saying "done"; see ${logPath(KIND)}, and build it again if it is of another export.`,
    );
}

function summarise(
  project: Project,
  hardware: HardwareSpec,
  options: RunOptions,
  promptIds: readonly number[],
  ids: readonly number[],
  text: string,
  { seconds, watts, device }: HostFigures,
): RunResult {
  const measured = seconds.decode > 0 && ids.length > 0;
  return {
    format: 'flexllm-run',
    version: 1,
    design: project.manifest.design,
    board: hardware.board,
    target: options.target,
    device,
    finished: new Date().toISOString(),
    promptIds: [...promptIds],
    ids: [...ids],
    text,
    seconds,
    watts,
    timeToFirstToken: measured ? seconds.prefill + seconds.handover + seconds.decode / ids.length : null,
    decodeTokensPerSecond: measured ? ids.length / seconds.decode : null,
  };
}

/** The model's folder: what is given, else what was packed, else model/. */
export async function modelFolder(project: Project, model: string | undefined): Promise<string> {
  if (model !== undefined) return resolve(model);
  const record = await readPackRecord(project.root);
  return resolve(project.root, record?.modelDir ?? 'model');
}
