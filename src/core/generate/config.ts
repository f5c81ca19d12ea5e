import type { Design, StageName } from '../design/types.ts';
import type { Target } from '../targets/targets.ts';

/** Configuration of one kernel for `v++ -c --mode hls` and `vitis-run --mode hls` (2023.2 to 2025.1). */
export function printHlsConfig(design: Design, target: Target, stage: StageName): string {
  const period = (1000 / design.clocks[stage]).toFixed(3);
  return `# ${stage} kernel. v++ -c --mode hls --config cfg/${stage}.cfg --work_dir build/${stage}
# Paths are relative to the root of the project.
part=${target.part}

[hls]
flow_target=${target.flowTarget}
clock=${period}ns
syn.top=${stage}
syn.file=src/${stage}.cpp
syn.cflags=-Iinclude -Isrc -std=c++17
tb.file=tb/testbench.cpp
tb.file=src/${stage === 'prefill' ? 'decode' : 'prefill'}.cpp
tb.cflags=-Iinclude -Isrc -std=c++17
csim.code_analyzer=0
package.output.format=${target.packageFormat}
package.output.syn=false
`;
}
