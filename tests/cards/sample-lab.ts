/** A sample design, exported for a board, in a lab: the real host program on a stand-in of the card whose kernels are the C-simulated ones. */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Board } from '../../hls-runtime/runner/fake-hardware.ts';
import { Lab, stepsOf } from '../../hls-runtime/runner/fake-lab.ts';
import type { Run } from '../../hls-runtime/runner/fake-world.ts';
import type { PackRecord } from '../../hls-runtime/runner/pack.ts';
import type { Design } from '../../src/core/design/types.ts';
import { kernelsOf } from '../../src/core/generate/kernels.ts';
import { generate } from '../../src/core/models/generation.ts';
import { loadReference } from '../../src/core/models/reference.ts';
import { syntheticWeights } from '../../src/core/models/synthetic.ts';
import { analyze } from '../../src/core/schedule/analyze.ts';
import { sampleById, usesSampleModel } from '../../src/core/templates/samples.ts';
import { glue } from '../card-glue.ts';
import { command, exportDesign, MOBY, ROOT, weightsOf } from '../harness.ts';
import { writeModelFolder } from '../model-folder.ts';

const PROMPT = 'Call me Ishmael.';
const TOKENS = 4;
export const ALL = ['all', '--prompt', PROMPT, '--tokens', String(TOKENS)] as const;
export const RUN = ['run', '--prompt', PROMPT, '--tokens', String(TOKENS)] as const;

export function sampleDesign(id: string, target: Board): Design {
  const design = sampleById(id)?.design();
  if (!design) throw new Error(`no sample ${id}`);
  return { ...design, target };
}

/** The design as it is when its model comes with the product, else for one layer of full width with made-up weights: there are no others here. */
function simulated(design: Design): Design {
  if (usesSampleModel(design)) return design;
  return {
    ...design,
    model: { ...design.model, layers: 1, vocab: 1024, bos: 1022, eos: [1023] },
    limits: { prompt: 32, context: 64 },
    workload: { prompt: 17, generate: 4, batch: 1 },
  };
}

async function writeModel(design: Design, folder: string): Promise<void> {
  if (existsSync(folder)) return;
  if (usesSampleModel(design)) cpSync(MOBY, folder, { recursive: true });
  else await writeModelFolder(folder, syntheticWeights(design.model, 5));
  // Short, because this machine calibrates on it.
  writeFileSync(join(folder, 'calibration.txt'), 'Some years ago, never mind how long precisely.');
}

/** What the card says when the host program loads a bitstream; while the file is empty, nothing. */
const saysFile = (lab: Lab): string => join(lab.base, 'card-says');

export class SampleLab {
  readonly lab: Lab;
  readonly design: Design;
  /** Ids that the reference generates. */
  ids: readonly number[] = [];
  /** Ids of the steps of `all`, in order. */
  steps: readonly string[] = [];

  private constructor(lab: Lab, design: Design) {
    this.lab = lab;
    this.design = design;
  }

  static async create(sample: string, board: Board): Promise<SampleLab> {
    const design = simulated(sampleDesign(sample, board));
    const lab = await Lab.create(board, async (root, runner) => {
      exportDesign(design, root);
      cpSync(runner, join(root, 'run.mjs'));
      await writeModel(design, join(root, 'model'));
    });
    lab.machine.installRuntimes();
    const own = new SampleLab(lab, design);
    await own.makeCard();
    return own;
  }

  /** The card's kernels are the objects that the self-check by C-simulation compiles. */
  private async makeCard(): Promise<void> {
    const { lab } = this;
    const kernels = kernelsOf(analyze(this.design));
    const object = join(lab.base, 'glue.o');
    writeFileSync(saysFile(lab), '');
    writeFileSync(join(lab.base, 'glue.cpp'), glue(kernels, saysFile(lab)));
    const result = await command(
      'g++',
      [
        '-std=c++17',
        '-pthread',
        '-Iinclude',
        '-Isrc',
        '-idirafter',
        'csim',
        `-I${join(ROOT, 'hls-runtime/tests/standins')}`,
        '-c',
        join(lab.base, 'glue.cpp'),
        '-o',
        object,
      ],
      lab.root,
    );
    if (result.code !== 0) throw new Error(result.stderr.slice(0, 2000));
    lab.machine.installLibrary(lab.board, [
      ...kernels.kernels.map((kernel) => join(lab.root, `build/csim/src__${kernel.name}.cpp.o`)),
      object,
    ]);
  }

  /** From nothing to tokens from the card; keeps what was built. */
  async build(): Promise<{ readonly run: Run; readonly json: Record<string, unknown> }> {
    const run = await this.lab.run([...ALL, '--json']);
    if (run.code !== 0) throw new Error(run.stderr);
    const json = JSON.parse(run.stdout) as Record<string, unknown> & { run: { promptIds: number[] }; packed: boolean };
    this.steps = stepsOf(json).map((step) => step.id);
    this.ids = await this.expected(json.run.promptIds);
    this.lab.keep('built');
    return { run, json };
  }

  /** What the reference generates from a prompt, with what was packed. */
  async expected(promptIds: readonly number[]): Promise<number[]> {
    const { model, recipe, window, hmt } = this.design;
    const { calibration } = JSON.parse(this.read('build/pack.json')) as PackRecord;
    const weights = await weightsOf(model, join(this.lab.root, 'model/model.safetensors'));
    return generate(await loadReference(weights, recipe, calibration, window, hmt), promptIds, TOKENS);
  }

  says(words: string): void {
    writeFileSync(saysFile(this.lab), words);
  }

  read(path: string): string {
    return readFileSync(join(this.lab.root, path), 'utf8');
  }
}
