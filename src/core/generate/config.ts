import type { Design, StageName } from '../design/types.ts';
import type { DesignKernels, Kernel } from './kernels.ts';

const period = (clock: number): string => (1000 / clock).toFixed(3);

/** Clock that a kernel is synthesised for, in MHz: that of its stage, or the common one where both share a bitstream. */
const clockOf = (kernels: DesignKernels, kernel: Kernel): number =>
  kernels.bitstreams.find((bitstream) => bitstream.kernels.includes(kernel))?.clock ?? 0;

/** Configuration of one kernel for `v++ -c --mode hls` and `vitis-run --mode hls` (2023.2 to 2025.1), paths from the root of the project. */
export function printHlsConfig(design: Design, kernels: DesignKernels, kernel: Kernel): string {
  const { target } = kernels;
  const others = kernels.kernels.filter((other) => other !== kernel);
  const bench = design.split
    ? '# A split stage has no test bench for vitis-run: its kernels wait for each other. Use: node run.mjs csim'
    : [
        'tb.file=tb/testbench.cpp',
        ...others.map((other) => `tb.file=src/${other.name}.cpp`),
        'tb.cflags=-Iinclude -Isrc -Ihost -std=c++17',
        'csim.code_analyzer=0',
      ].join('\n');
  return `# ${kernel.name} kernel. v++ -c --mode hls --config cfg/${kernel.name}.cfg --work_dir build/u280/hls/${kernel.name}
# Paths are relative to the root of the project.
part=${target.part}

[hls]
flow_target=vitis
clock=${period(clockOf(kernels, kernel))}ns
syn.top=${kernel.name}
syn.file=src/${kernel.name}.cpp
syn.cflags=-Iinclude -Isrc -std=c++17
${bench}
package.output.format=xo
package.output.syn=false
`;
}

/** The same for `vitis_hls -f`, the tool of releases before 2025.1. */
export function printHlsScript(kernels: DesignKernels, kernel: Kernel): string {
  return `# ${kernel.name} kernel for vitis_hls before 2025.1. Run it in the root of the project: vitis_hls -f scripts/${kernel.name}.tcl
open_project -reset build/u280/hls/${kernel.name}
set_top ${kernel.name}
add_files src/${kernel.name}.cpp -cflags "-Iinclude -Isrc -std=c++17"
open_solution -reset solution1 -flow_target vitis
set_part ${kernels.target.part}
create_clock -period ${period(clockOf(kernels, kernel))} -name default
csynth_design
file mkdir build/u280/xo
export_design -format xo -output build/u280/xo/${kernel.name}.xo
exit
`;
}

/** Streams from kernel to kernel, as the linker names their ends. */
function streams(kernels: DesignKernels, of: readonly Kernel[]): { from: string; to: string }[] {
  const instance = new Map(of.map((kernel) => [kernel.name, kernel.instance]));
  const stages: StageName[] = [...new Set(of.map((kernel) => kernel.stage))];
  return stages.flatMap((stage) =>
    kernels.stages[stage].links.map((link) => ({
      from: `${instance.get(link.from)}.${link.sent}`,
      to: `${instance.get(link.to)}.${link.received}`,
    })),
  );
}

/** AXI ports of a kernel with their banks. */
function ports(kernels: DesignKernels, kernel: Kernel): string[] {
  const bundles = new Set(kernel.parameters.flatMap((parameter) => ('bundle' in parameter ? [parameter.bundle] : [])));
  return [...bundles].map((bundle) => `sp=${kernel.instance}.m_axi_${bundle}:${kernels.bankOf(kernel.stage, bundle)}`);
}

/** FIFO in front of a stream between kernels: two register stages on either side of an SLR boundary and the answer's way back. */
const LINK_DEPTH = 16;

/** Configuration of `v++ -l` for one bitstream. */
export function printLinkConfig(kernels: DesignKernels, bitstream: DesignKernels['bitstreams'][number]): string {
  const of = bitstream.kernels;
  return [
    `# Bitstream '${bitstream.name}'. v++ -l -t hw --platform ${kernels.target.platform} --config cfg/link_${bitstream.name}.cfg`,
    '[connectivity]',
    ...of.map((kernel) => `nk=${kernel.name}:1:${kernel.instance}`),
    ...of.flatMap((kernel) => (kernel.slr === null ? [] : [`slr=${kernel.instance}:SLR${kernel.slr}`])),
    ...of.flatMap((kernel) => ports(kernels, kernel)),
    ...streams(kernels, of).map(({ from, to }) => `stream_connect=${from}:${to}:${LINK_DEPTH}`),
    '',
    '[vivado]',
    'prop=run.impl_1.STEPS.PLACE_DESIGN.ARGS.DIRECTIVE=Explore',
    'prop=run.impl_1.STEPS.PHYS_OPT_DESIGN.IS_ENABLED=true',
    'prop=run.impl_1.STEPS.ROUTE_DESIGN.ARGS.DIRECTIVE=AggressiveExplore',
    'prop=run.impl_1.STEPS.POST_ROUTE_PHYS_OPT_DESIGN.IS_ENABLED=true',
    '',
  ].join('\n');
}

/** Configuration of one kernel for the V80: the tools copy only this file and its source, so paths are relative to them. */
export function printSlashKernelConfig(kernels: DesignKernels, kernel: Kernel): string {
  return `# ${kernel.name} kernel as IP for the V80.
part=${kernels.target.part}

[hls]
flow_target=vivado
syn.top=${kernel.name}
syn.file=${kernel.name}.cpp
syn.cflags=-std=c++17
clock=${period(clockOf(kernels, kernel))}ns
# Multiply and add stay two roundings, as in C-simulation: the DSPs of Versal could join them to one.
${['facc', 'fmacc', 'fmadd'].map((operator) => `syn.op=op:${operator} impl:none`).join('\n')}
package.output.format=ip_catalog
package.output.syn=false
`;
}

/** Configuration of slashkit for one bitstream. [connectivity] is complete before [clock]: lines below that header are ignored. */
export function printSlashConfig(kernels: DesignKernels, bitstream: DesignKernels['bitstreams'][number]): string {
  const of = bitstream.kernels;
  return [
    `# Bitstream '${bitstream.name}'.`,
    '[connectivity]',
    ...of.map((kernel) => `nk=${kernel.name}:1:${kernel.instance}`),
    ...of.flatMap((kernel) => ports(kernels, kernel)),
    ...streams(kernels, of).map(({ from, to }) => `stream_connect=${from}:${to}`),
    '',
    '# The shell has one clock for all kernels: the lowest that is asked for.',
    ...of.flatMap((kernel) => ['[clock]', `krnl=${kernel.instance}`, `freqhz=${Math.round(bitstream.clock * 1e6)}`]),
    '',
  ].join('\n');
}

/** CMake project for SLASH: targets `hls`, `<bitstream>_hw`, `_sim`, `_emu` and the host program. */
export function printCmake(kernels: DesignKernels): string {
  const binaries = kernels.bitstreams.flatMap(({ name }) =>
    ['hw', 'sim', 'emu'].map(
      (platform) =>
        `add_vbin(TARGET ${name}_${platform} PLATFORM ${platform} CFG "\${CMAKE_CURRENT_SOURCE_DIR}/config_${name}.cfg" KERNELS \${COMPONENTS})`,
    ),
  );
  return `# The accelerator on an Alveo V80 with SLASH (Vivado and Vitis HLS 2025.1).
#   cmake -B build/v80 -S . -G Ninja
#   cmake --build build/v80 --target host
#   cmake --build build/v80 --target hls
#   cmake --build build/v80 --target ${kernels.bitstreams[0]?.name}_hw
cmake_minimum_required(VERSION 3.20)
project(accelerator LANGUAGES CXX)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)

find_package(vrt REQUIRED CONFIG)
find_package(SlashTools REQUIRED)

set(DEVICE "${kernels.target.part}" CACHE STRING "Device of the card")

build_hls_dir(
  TARGET hls
  ROOT "\${CMAKE_CURRENT_SOURCE_DIR}/hls"
  DEVICE "\${DEVICE}"
  KERNELS ${kernels.kernels.map(({ name }) => name).join(' ')}
  OUT_KERNELS COMPONENTS)

${binaries.join('\n')}

add_executable(host EXCLUDE_FROM_ALL host/main.cpp)
target_include_directories(host PRIVATE host)
target_link_libraries(host PRIVATE vrt::vrt)
set_target_properties(host PROPERTIES RUNTIME_OUTPUT_DIRECTORY "\${CMAKE_BINARY_DIR}/host")
`;
}
