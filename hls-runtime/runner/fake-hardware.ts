/** Hardware parts of the stand-in project: small kernels that a synthesiser would take, configurations, a host that talks. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HardwareSpec, InstanceEstimate, KernelSpec } from '../../src/core/models/manifest.ts';

export type Board = 'u280' | 'v80';

const STAGES = ['prefill', 'decode'] as const;

function estimate(stage: 'prefill' | 'decode', instance: string): InstanceEstimate {
  return {
    stage,
    instance,
    module: 'linear',
    kernel: stage,
    processes: [`${stage}_${instance}`],
    lut: 5000,
    ff: 7000,
    dsp: 64,
    bram18: 12,
    uram: 2,
    cycles: 120_000,
  };
}

function kernel(board: Board, stage: 'prefill' | 'decode'): KernelSpec {
  const u280 = board === 'u280';
  return {
    name: stage,
    stage,
    slr: null,
    source: u280 ? `src/${stage}.cpp` : `hls/${stage}.cpp`,
    config: u280 ? `cfg/${stage}.cfg` : `hls/${stage}.cfg`,
    script: u280 ? `scripts/${stage}.tcl` : null,
    arguments: [
      {
        index: 0,
        name: 'weights',
        kind: 'memory',
        bundle: 'weights',
        direction: 'read',
        memory: 'gamma',
        bank: u280 ? 'HBM[0]' : 'HBM0',
      },
      {
        index: 1,
        name: 'result',
        kind: 'memory',
        bundle: 'result',
        direction: 'write',
        memory: 'kv',
        bank: u280 ? 'HBM[1]' : 'HBM1',
      },
      { index: 2, name: 'length', kind: 'scalar', type: 'int' },
    ],
  };
}

/** The hardware section: two stages, each a kernel in a bitstream of its own. */
export function fakeHardware(board: Board): HardwareSpec {
  return {
    board,
    part: board === 'u280' ? 'xcu280-fsvh2892-2L-e' : 'xcv80-lsva4737-2MHP-e-S',
    platform: board === 'u280' ? 'xilinx_u280_gen3x16_xdma_1_202211_1' : null,
    shell: board === 'u280' ? 'gen3x16_xdma_1_202211' : 'slash_compute',
    kernels: STAGES.map((stage) => kernel(board, stage)),
    bitstreams: STAGES.map((stage) => ({
      name: stage,
      kernels: [stage],
      config: board === 'u280' ? `cfg/link_${stage}.cfg` : `config_${stage}.cfg`,
      clock: board === 'u280' ? 300 : 200,
    })),
    host: { sources: ['host/main.cpp'], includes: ['host'], standard: board === 'u280' ? 'c++17' : 'c++20' },
    estimate: {
      basis: 'fake',
      workload: { prompt: 16, generate: 8 },
      prefillSeconds: 0.001,
      decodeSeconds: 0.004,
      tokensPerSecond: 2000,
      prefillWatts: 60,
      decodeWatts: 70,
      instances: STAGES.flatMap((stage) => ['read', 'norm'].map((instance) => estimate(stage, instance))),
    },
  };
}

function source(stage: string): string {
  return `#include <hls_stream.h>

static void ${stage}_read(const float* weights, hls::stream<float>& values, int length) {
  for (int i = 0; i < length; i++) {
#pragma HLS pipeline II=1
    values.write(weights[i]);
  }
}

static void ${stage}_norm(hls::stream<float>& values, float* result, int length) {
  for (int i = 0; i < length; i++) {
#pragma HLS pipeline II=1
    result[i] = values.read() * 2.0F;
  }
}

static void ${stage}_pass(const float* weights, float* result, int length) {
#pragma HLS dataflow
  hls::stream<float> values;
#pragma HLS stream variable=values depth=4
  ${stage}_read(weights, values, length);
  ${stage}_norm(values, result, length);
}

extern "C" void ${stage}(const float* weights, float* result, int length) {
#pragma HLS interface m_axi port=weights bundle=weights offset=slave depth=64
#pragma HLS interface m_axi port=result bundle=result offset=slave depth=64
#pragma HLS interface s_axilite port=weights
#pragma HLS interface s_axilite port=result
#pragma HLS interface s_axilite port=length
#pragma HLS interface s_axilite port=return
  ${stage}_pass(weights, result, length);
}
`;
}

function hlsConfig(board: Board, stage: string): string {
  const u280 = board === 'u280';
  return `part=${fakeHardware(board).part}

[hls]
flow_target=${u280 ? 'vitis' : 'vivado'}
clock=${u280 ? '3.333' : '5.000'}ns
syn.top=${stage}
syn.file=${u280 ? `src/${stage}.cpp` : `${stage}.cpp`}
syn.cflags=${u280 ? '-Iinclude -Isrc -std=c++17' : '-std=c++17'}
${u280 ? 'tb.file=tb/testbench.cpp\n' : ''}package.output.format=${u280 ? 'xo' : 'ip_catalog'}
package.output.syn=false
`;
}

function script(stage: string): string {
  return `open_project -reset build/u280/hls/${stage}
set_top ${stage}
add_files src/${stage}.cpp -cflags "-Iinclude -Isrc -std=c++17"
open_solution -reset solution1 -flow_target vitis
set_part xcu280-fsvh2892-2L-e
create_clock -period 3.333 -name default
csynth_design
file mkdir build/u280/xo
export_design -format xo -output build/u280/xo/${stage}.xo
exit
`;
}

function linkConfig(board: Board, stage: string): string {
  const [instance, bank] =
    board === 'u280'
      ? [`${stage}_1`, (index: number) => `HBM[${index}]`]
      : [`${stage}_0`, (index: number) => `HBM${index}`];
  const clock =
    board === 'u280'
      ? '[vivado]\nprop=run.impl_1.strategy=Performance_Explore\n'
      : `[clock]\nkrnl=${instance}\nfreqhz=200000000\n`;
  return `[connectivity]\nnk=${stage}:1:${instance}\nsp=${instance}.m_axi_weights:${bank(0)}\nsp=${instance}.m_axi_result:${bank(1)}\n${clock}`;
}

const CMAKE = `cmake_minimum_required(VERSION 3.20)
project(accelerator LANGUAGES CXX)
set(CMAKE_CXX_STANDARD 20)
find_package(vrt REQUIRED CONFIG)
find_package(SlashTools REQUIRED)
build_hls_dir(TARGET hls ROOT "\${CMAKE_CURRENT_SOURCE_DIR}/hls" DEVICE xcv80-lsva4737-2MHP-e-S KERNELS prefill decode OUT_KERNELS COMPONENTS)
${STAGES.flatMap((stage) => ['hw', 'sim', 'emu'].map((platform) => `add_vbin(TARGET ${stage}_${platform} PLATFORM ${platform} CFG "\${CMAKE_CURRENT_SOURCE_DIR}/config_${stage}.cfg" KERNELS \${COMPONENTS})`)).join('\n')}
add_executable(host EXCLUDE_FROM_ALL host/main.cpp)
target_include_directories(host PRIVATE host)
target_link_libraries(host PRIVATE vrt::vrt)
set_target_properties(host PROPERTIES RUNTIME_OUTPUT_DIRECTORY "\${CMAKE_BINARY_DIR}/host")
`;

/** Speaks the protocol; build/host-says, when it is there, is printed on stderr and the program fails. */
const HOST = `#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

int main(int argc, char** argv) {
  std::string images, file;
  int tokens = 0, bitstreams = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    if (name == "--images") images = value;
    if (name == "--sequences") file = value;
    if (name == "--tokens") tokens = std::atoi(value.c_str());
    if (name == "--bitstream") {
      std::ifstream in(value.substr(value.find('=') + 1));
      std::string line;
      if (!std::getline(in, line) || line.rfind("board ", 0) != 0) { std::cerr << "Invalid xclbin\\n"; return 1; }
      bitstreams++;
    }
  }
  std::ifstream says(images + "/../host-says");
  std::string word;
  bool said = false;
  while (std::getline(says, word)) {
    if (word == "HANG") std::this_thread::sleep_for(std::chrono::seconds(60));
    std::cerr << word << "\\n";
    said = true;
  }
  if (said) return 1;
  if (const char* path = std::getenv("LD_LIBRARY_PATH"); path != nullptr && std::strstr(path, "Vitis") != nullptr) { std::cerr << "libraries of Vitis\\n"; return 1; }
  std::cout << "device fake card, " << bitstreams << " bitstreams\\npower idle 38.5\\ntime load 0.250\\nsequence 0\\n";
  const int pattern[4] = {104, 0xc3, 0xa9, 33};
  for (int i = 0; i < tokens; i++) std::cout << "token " << pattern[i % 4] << std::endl;
  std::cout << "time prefill 0.002\\ntime handover 0.001\\ntime decode 0.010\\npower prefill 61.5\\npower decode 72.25\\ndone\\n";
  return 0;
}
`;

/** Files of the hardware part of the project. */
export function hardwareFiles(board: Board): Record<string, string> {
  const files: Record<string, string> = {
    'src/kernels.hpp': '#pragma once\n',
    'host/main.cpp': HOST,
    'tb/testbench.cpp': 'int main() { return 0; }\n',
  };
  for (const stage of STAGES) {
    const spec = kernel(board, stage);
    files[spec.source] = source(stage);
    files[spec.config] = hlsConfig(board, stage);
    if (spec.script !== null) files[spec.script] = script(stage);
    files[board === 'u280' ? `cfg/link_${stage}.cfg` : `config_${stage}.cfg`] = linkConfig(board, stage);
  }
  if (board === 'v80') files['CMakeLists.txt'] = CMAKE;
  return files;
}

export function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}
