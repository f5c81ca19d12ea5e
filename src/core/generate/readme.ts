import { STAGE_NAMES, type Design } from '../design/types.ts';
import { type Estimate, estimateReport } from '../estimate/design/report.ts';
import type { EstimateReport } from '../estimate/design/report-schema.ts';
import { rangeText } from '../estimate/stage/clocks.ts';
import { recipeNote } from '../models/recipe.ts';
import type { DesignAnalysis } from '../schedule/types.ts';
import type { DesignKernels } from './kernels.ts';
import { hardwareSection } from './readme-hardware.ts';
import { markdownText } from './text.ts';

function scheduleTable(analysis: DesignAnalysis, stage: 'prefill' | 'decode'): string {
  const rows = analysis.stages[stage].passes.map(
    (pass) =>
      `| ${pass.index} | ${pass.section} | ${pass.operations.map((operation) => `\`${operation.key}\``).join(', ')} |`,
  );
  return `| pass | section | operations |\n| --- | --- | --- |\n${rows.join('\n')}`;
}

/** Says which clocks are above what can be expected; nothing where none is. */
function clockWarning({ clocks, expectedClocks, atEnteredClocks }: Omit<EstimateReport, 'passes'>): string {
  if (!atEnteredClocks) return '';
  const lines = STAGE_NAMES.filter((stage) => expectedClocks[stage].high < clocks[stage]).map(
    (stage) =>
      `- ${stage}: ${clocks[stage]} MHz are asked for, ${rangeText(expectedClocks[stage])} can be expected. ${expectedClocks[stage].evidence}`,
  );
  return `**The clock that is asked for is above what can be expected**, so the figures are at the highest that can be:

${lines.join('\n')}

At the clocks that are asked for it would be ${atEnteredClocks.tokensPerSecond.toFixed(1)} tokens/s and ${(atEnteredClocks.timeToFirstToken * 1e3).toFixed(3)} ms to the first token.

`;
}

/** README of an exported project. */
export function printReadme(
  analysis: DesignAnalysis,
  kernels: DesignKernels,
  estimate: Estimate,
  shipsModel: boolean,
): string {
  const design: Design = analysis.design;
  const { target } = kernels;
  const v80 = target.family === 'versal';
  const { model, workload } = design;
  const report = estimateReport(analysis, estimate);
  const { prefill, decode, resources, memory, energy } = report;
  const bound = (seconds: number | null): string =>
    seconds === null ? '' : `; bound of the paper's formulas ${(seconds * 1e3).toFixed(3)} ms`;
  const share = (value: number): string => `${(value * 100).toFixed(1)} %`;
  const amounts = (kind: 'lut' | 'ff' | 'dsp' | 'bram18' | 'uram'): string =>
    `${Math.round(resources.total[kind])} (${share(resources.fill[kind])})`;
  const pack = shipsModel
    ? 'node run.mjs pack'
    : 'node run.mjs pack --model DIR   # a Hugging Face folder of this model';
  return `# ${markdownText(design.name)}

A hybrid prefill/decode accelerator for ${markdownText(model.name)} on ${target.title}, composed with FlexLLM Composer. Recipe: ${markdownText(design.recipe.name)}.${recipeNote(design.recipe, model)}

## Get text out of it

Needed: Node 20 and g++ (or clang++). No Vitis, no card.

\`\`\`
node run.mjs doctor
${pack}
node run.mjs csim --prompt "Call me Ishmael." --tokens 64
\`\`\`

\`pack\` quantizes the weights and lays them out as the memory images that the kernels read. \`csim\` compiles the kernels and the test
bench, runs them and prints the text. \`node run.mjs --help\` lists all commands.

## What is in it

| path | content |
| --- | --- |
| design.json | the design; open it in the composer to change it |
| src/ | the kernels: processes, dataflow region, control loop |
| include/flexllm/ | the runtime library, only the headers that are used |
| tb/testbench.cpp | C-simulation |
| csim/ | stand-ins for AMD's ap_int.h, hls_stream.h, hls_vector.h, hls_math.h; found only where those are not |
| host/ | the host program (${v80 ? 'VRT' : 'XRT'}) |
| ${v80 ? 'hls/, config_*.cfg, CMakeLists.txt | the project for SLASH: each kernel in one file, connections, build' : 'cfg/, scripts/ | configuration for v++ and vitis-run, scripts for vitis_hls'} |
| manifest.json | what the runner needs to know |
| run.mjs | the runner |
| model/ | ${shipsModel ? 'the sample model' : 'put the model here, or name its folder with --model'} |

## Figures

${report.basis} The same figures as \`composer estimate\` prints.

| | |
| --- | --- |
| prefill of ${workload.prompt} tokens | ${prefill.cycles} cycles (${prefill.countedCycles} counted), ${(prefill.seconds * 1e3).toFixed(3)} ms at ${report.leadingClocks.prefill} MHz${bound(prefill.boundSeconds)} |
| decode of ${workload.generate} tokens | ${decode.cycles} cycles (${decode.countedCycles} counted), ${(decode.seconds * 1e3).toFixed(3)} ms at ${report.leadingClocks.decode} MHz, ${decode.tokensPerSecond.toFixed(1)} tokens/s${bound(decode.boundSeconds)} |
| time to first token | ${(report.timeToFirstToken * 1e3).toFixed(3)} ms |
| end to end, batch ${report.endToEnd.batch} | ${report.endToEnd.seconds.toFixed(3)} s, of it ${(report.endToEnd.reconfigurationSeconds + report.endToEnd.handOverSeconds).toFixed(3)} s for changing the bitstream and handing over keys and values |
| resources (share of the user region) | LUT ${amounts('lut')}, FF ${amounts('ff')}, DSP ${amounts('dsp')}, BRAM18 ${amounts('bram18')}, URAM ${amounts('uram')} |
| memory bandwidth at peak | prefill ${(memory.bandwidth.prefill.peak / 1e9).toFixed(1)} GB/s, decode ${(memory.bandwidth.decode.peak / 1e9).toFixed(1)} GB/s (${share(memory.bandwidth.decode.share)}) |
| power | prefill ${energy.prefill.watts.toFixed(1)} W, decode ${energy.decode.watts.toFixed(1)} W, limit of the card ${energy.limitWatts} W; ${energy.decode.tokensPerJoule.toFixed(2)} tokens/J in decode |

${clockWarning(report)}C-simulation counts the counted cycles exactly; pipeline depths, memory latency and bandwidth are modelled on top of them.

## How it runs

A kernel is one dataflow region that a control loop calls pass by pass. In a pass every instance does one operation or none. Prefill works on
all tokens of the prompt but the last and leaves keys and values in the cache; decode starts with the last prompt token.

Prefill (TP = ${design.tokenParallelism}):

${scheduleTable(analysis, 'prefill')}

Decode:

${scheduleTable(analysis, 'decode')}

${hardwareSection(design, kernels)}`;
}
