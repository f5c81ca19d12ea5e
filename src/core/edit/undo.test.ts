import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Design } from '../design/types.ts';
import { parseHardwareReport } from '../models/hardware-report.ts';
import { parseProbeResult } from '../models/probe-result.ts';
import { RECIPES } from '../models/recipe.ts';
import { sampleById } from '../templates/samples.ts';
import { portKey } from '../estimate/stage/banks.ts';
import { memoryPorts } from '../estimate/stage/memory-ports.ts';
import { decodeRun } from '../estimate/pass/runs.ts';
import { targetById } from '../targets/targets.ts';
import { forgetBuild, takeBuild } from './build-figures.ts';
import * as estimateEdits from './placement.ts';
import * as arrange from './arrange.ts';
import * as steps from './step.ts';
import * as clipboard from './paste.ts';
import { analysisOf } from './analysis.ts';
import * as designEdits from './settings.ts';
import type { Edit, Refused, Selection } from './edit.ts';
import * as annotations from './annotations.ts';
import * as copies from './copies.ts';
import * as operations from './operations.ts';
import * as parameters from './parameters.ts';
import * as edits from './instances.ts';
import { copyText, type Fragment } from './fragment.ts';
import { openWires } from './open-streams.ts';
import { quickAdds } from './quick-add.ts';
import * as recipeEdits from './recipe-edits.ts';
import { repairsFor } from './repairs.ts';
import { undoneToTheByte } from '../../../tests/edit-helpers.ts';
import * as fillEdits from './fill-stage.ts';
import * as reach from './reach.ts';
import { forgetAnswers, takeAnswers } from './tool-answers.ts';
import * as wires from './streams.ts';

/** Every function that plans an edit, with an example. A new one fails the first test until it is here. */

const plain = sampleById('moby-u280')?.design() as Design;
/** The sample with every optional key set, somewhere in the middle, and instances where no template places them. */
function sample(): Design {
  const { format, version, ...rest } = structuredClone(plain);
  const prefill = rest.stages.prefill;
  return {
    format,
    version,
    banks: { [firstPort]: 'HBM[3]' },
    bitstreams: 2,
    probe: { board: 'u280', release: '2024.2', held: [], failed: ['bursts'] },
    ...rest,
    built: [
      {
        stage: 'decode',
        instance: 'linear_all',
        params: {},
        from: 'synthesised',
        lut: 1,
        ff: 2,
        dsp: 3,
        bram18: 4,
        uram: 5,
      },
    ],
    stages: {
      decode: {
        ...rest.stages.decode,
        groups: [
          {
            id: 'group',
            title: 'Norms',
            colour: 'teal',
            members: rest.stages.decode.instances.slice(0, 3).map(({ id }) => id),
          },
        ],
        notes: [{ id: 'note', text: 'Why', position: { x: 0, y: 0 }, size: { width: 240, height: 120 } }],
      },
      prefill: {
        instances: prefill.instances.map(({ id, ...instance }, index) => ({
          id,
          slr: 0,
          ...instance,
          position: { x: index * 17, y: index * 31 },
        })),
        streams: prefill.streams.map((stream) => ({ depth: 1024, carry: 'fifo' as const, ...stream })),
      },
    },
  };
}
const firstPort = portKey(
  memoryPorts(analysisOf(plain).stages.decode, decodeRun(analysisOf(plain).stages.decode, 63))[0] as never,
);
const start = sample();
const chosen = (count: number): Selection => ({
  stage: 'prefill',
  instances: start.stages.prefill.instances.slice(0, count).map(({ id }) => id),
  streams: [],
});
const [first, second] = start.stages.prefill.streams;
const fragment = clipboard.readFragment(start, copyText(start, chosen(4)) ?? '') as Fragment;
const fork = start.stages.prefill.streams.find((stream) => stream.from.instance.startsWith('fork'));
const spare = (design: Design): Design => ({ ...design, name: 'spare' });

const report = parseHardwareReport(readFileSync(new URL('../../../e2e/fixtures/report.json', import.meta.url), 'utf8'));
const probe = parseProbeResult(readFileSync(new URL('../../../e2e/fixtures/probe.json', import.meta.url), 'utf8'));

const PLANS: Readonly<Record<string, (design: Design) => Edit | Refused>> = {
  addInstance: (design) => edits.addInstance(design, 'prefill', 'rms_norm', { x: 3, y: 5 }),
  addOperation: (design) => operations.addOperation(design, 'prefill', 'linear_up'),
  removeOperation: (design) => operations.removeOperation(design, 'prefill', 'linear_kq', 'k_proj'),
  removeSelection: (design) => edits.removeSelection(design, chosen(5)),
  setParam: (design) => parameters.setParam(design, 'prefill', 'linear_up', 'wp', 4),
  renameInstance: (design) => edits.renameInstance(design, 'prefill', 'linear_up', 'upwards'),
  setRole: (design) => operations.setRole(design, 'prefill', 'linear_up', 'up_proj', 'q_proj'),
  moveInstances: () => edits.moveInstances('prefill', new Map([['silu', { x: 8, y: 800 }]])),
  tidy: (design) => edits.tidy(design, 'prefill'),
  duplicate: (design) => copies.duplicate(design, chosen(3)),
  splitOperation: (design) => operations.splitOperation(design, 'prefill', 'linear_kq', 'k_proj'),
  moveOperation: (design) => operations.moveOperation(design, 'prefill', 'linear_up', 'up_proj', 'linear_gate'),
  align: (design) => arrange.align(design, chosen(4), 'bottom'),
  distribute: (design) => arrange.distribute(design, chosen(7), 'down'),
  nudge: (design) => arrange.nudge(design, chosen(2), { x: 8, y: 0 }),
  paste: (design) => clipboard.paste(design, 'prefill', fragment),
  connect: (design) => wires.connect(design, 'prefill', first?.from as never, second?.to as never, true),
  disconnect: (design) => wires.disconnect(design, 'prefill', first?.id ?? ''),
  setDepth: () => wires.setDepth('prefill', first?.id ?? '', 99),
  setCarry: () => wires.setCarry('prefill', first?.id ?? '', 'memory'),
  connectThroughFork: (design) => wires.connectThroughFork(design, 'prefill', fork?.from as never, second?.to as never),
  renameDesign: () => designEdits.renameDesign('Another'),
  setTarget: () => designEdits.setTarget('v80'),
  setRecipe: () => designEdits.setRecipe('fp32'),
  setNumber: () => designEdits.setNumber('tokenParallelism', 8),
  setChunk: () => designEdits.setChunk(32),
  setWindow: (design) => designEdits.setWindow(designEdits.initialWindow(design)),
  setSegments: (design) => designEdits.setSegments(designEdits.initialSegments(design)),
  replaceDesign: (design) => designEdits.replaceDesign(spare(design), 'Open spare'),
  fillStage: (design) => fillEdits.fillStage(design, 'decode'),
  clearStage: () => designEdits.clearStage('decode'),
  setFormats: () => recipeEdits.setFormats(RECIPES.find(({ name }) => name === 'w4a4kv8') as never),
  setSlr: (design) => estimateEdits.setSlr(design, 'prefill', 'silu', undefined),
  setPlatform: (design) => estimateEdits.setPlatform(design, targetById(design.target)?.platforms.at(-1)?.id ?? ''),
  setBitstreams: () => estimateEdits.setBitstreams(1),
  setSplit: () => estimateEdits.setSplit(true),
  setBank: (design) => estimateEdits.setBank(analysisOf(design), firstPort, undefined),
  underiveDepth: () => wires.setDepth('prefill', second?.id ?? '', undefined),
  underiveCarry: () => wires.setCarry('prefill', second?.id ?? '', undefined),
  makeGroup: (design) => annotations.makeGroup(design, chosen(3)),
  ungroup: (design) => annotations.ungroup(design, 'decode', 'group'),
  renameGroup: () => annotations.renameGroup('decode', 'group', 'Another'),
  colourGroup: () => annotations.colourGroup('decode', 'group', 'violet'),
  foldGroup: (design) => annotations.foldGroup(design, 'decode', 'group', true),
  leaveGroup: () => annotations.leaveGroup('decode', 'group', plain.stages.decode.instances[0]?.id ?? ''),
  addNote: (design) => annotations.addNote(design, 'prefill', { x: 8, y: 8 }),
  writeNote: () => annotations.writeNote('decode', 'note', 'Other words'),
  resizeNote: () => annotations.resizeNote('decode', 'note', { width: 320, height: 200 }),
  removeAndReconnect: (design) =>
    reach.removeAndReconnect(design, { stage: 'prefill', instances: ['silu'], streams: [] }),
  takeBuild: (design) => takeBuild(design, report),
  takeAnswers: (design) => takeAnswers(design, probe),
  forgetAnswers: () => forgetAnswers,
  forgetBuild: () => forgetBuild,
  takeStep: (design) =>
    steps.takeStep(design, {
      stage: 'prefill',
      instance: 'linear_up',
      param: 'wp',
      label: 'WP',
      from: 16,
      to: 4,
      params: { wp: 4, ports: 1 },
    }),
  fitToRecipe: (design) => recipeEdits.fitToRecipe(design, RECIPES.find(({ name }) => name === 'w4a4kv8') as never),
};

/** Functions of the same folder that plan nothing, or are tested below. */
const OTHERS = new Set(
  (
    'findInstance rolesOf instanceIds draftInstance onlyInstance nextRole operationId streamId renameEndpoints ' +
    'nameProblem uniqueName nominalAnalysis nominalType nominalTensorOf nominalTensor ' +
    'applyEdit isRefused selectedCount sequence allOf documentOf commit undo redo travel ' +
    'newProblems expectedTensor tensorOf checkConnection quickReason openWires quickAdds remedyFor repairsFor costOf typicalCost ' +
    'cleanName paramKey numberMoves movesFor needless adapt figuresOf assign graft effectText ' +
    'partOf copyText isFragment readFragment addCopies readNumber sinkStep initialWindow initialSegments recipeName styleOf fitStages ownParts keepParts builtInstances ' +
    'analysisOf wholeTextCurve mayMeet safeFileName sameEnd endName freePlace banksNeeded findGroup groupOf selectedGroup groupSelection reach defaultStyle'
  ).split(' '),
);
const modules = import.meta.glob<Record<string, unknown>>(['./*.ts', '!./*.test.ts'], { eager: true });
const functions = Object.values(modules).flatMap((module) =>
  Object.entries(module).flatMap(([name, value]) => (typeof value === 'function' ? [name] : [])),
);

it('every function that plans an edit is undone here', () => {
  expect(functions.filter((name) => !OTHERS.has(name) && !(name in PLANS))).toEqual([]);
});

describe('one step of the history, undone to the byte and done again', () => {
  it.each(Object.entries(PLANS))('%s', (_name, plan) => void undoneToTheByte(sample(), plan));
  it('adding at the end of a wire', () => {
    const open = (design: Design): Design => ({
      ...design,
      stages: {
        ...design.stages,
        prefill: { ...design.stages.prefill, streams: design.stages.prefill.streams.slice(1) },
      },
    });
    const broken = open(sample());
    const [wire] = openWires(broken, 'prefill');
    const [add] = quickAdds(broken, 'prefill', wire?.from as never, { x: 0, y: 0 });
    undoneToTheByte(sample(), () => add?.edit as Edit);
    expect(repairsFor(broken, { code: 'parameter-unknown', severity: 'warning', message: '', args: {} })).toEqual([]);
  });
});
