/** A stand-in for an exported project, for the runner's tests: real images, and a test bench that only talks. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ImageSpec, Manifest } from '../../src/core/models/manifest.ts';
import { recipeByName } from '../../src/core/models/recipe.ts';
import { MOBY_LLAMA_1M } from '../../src/core/models/samples.ts';
import { type Board, fakeHardware, hardwareFiles, writeFiles } from './fake-hardware.ts';

export const MOBY_DIR = fileURLToPath(new URL('../../public/models/moby-llama-1m', import.meta.url));

const LANES = { lanes: 4, order: 'blocked' } as const;
const STAGE = { stage: 'decode' } as const;
const IMAGES: readonly ImageSpec[] = [
  {
    ...STAGE,
    name: 'w_qkv',
    wordBytes: 16,
    layout: { kind: 'weight_lanes', format: 'int8', wp: 4, ports: 1, port: 0, input: LANES, output: LANES },
    segments: [
      { role: 'q_proj', layers: 4, words: 8 * 128 },
      { role: 'k_proj', layers: 4, words: 4 * 128 },
    ],
  },
  {
    ...STAGE,
    name: 's_q',
    wordBytes: 32,
    layout: { kind: 'channel_scales', lanes: LANES, pairs: 4 },
    segments: [{ role: 'q_proj', layers: 4, words: 32 }],
  },
  {
    ...STAGE,
    name: 'gamma',
    wordBytes: 16,
    layout: { kind: 'gamma', lanes: LANES, width: 4 },
    segments: [{ role: 'attn_norm', layers: 4, words: 32 }],
  },
  {
    ...STAGE,
    name: 'rope',
    wordBytes: 8,
    layout: { kind: 'rope_angles', positions: 64 },
    segments: [{ role: 'table', layers: 1, words: 512 }],
  },
  {
    ...STAGE,
    name: 'm_q',
    wordBytes: 4,
    layout: { kind: 'head_scales' },
    segments: [{ role: 'q', layers: 4, words: 8 }],
  },
  {
    ...STAGE,
    name: 'embedding',
    wordBytes: 64,
    layout: { kind: 'embedding_rows', width: 16 },
    segments: [{ role: 'table', layers: 1, words: 8192 }],
  },
];

const BENCH = `#include "bench.hpp"
#include <fallback.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

int main(int argc, char** argv) {
  std::string images, sequences, dump;
  int tokens = 0;
  bool score = false;
  for (int i = 1; i < argc; i++) {
    const std::string name = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : "";
    if (name == "--images") images = value;
    if (name == "--sequences") sequences = value;
    if (name == "--dump-logits") dump = value;
    if (name == "--tokens") tokens = std::atoi(value);
    if (name == "--score") score = true;
  }
  std::ifstream image(images + "/gamma.bin", std::ios::binary);
  if (!image) { std::cerr << "no image gamma\\n"; return 3; }
  if (std::getenv("FAKE_BENCH_CRASH") != nullptr) { std::cerr << "FLEXLLM_REQUIRE failed: fake\\n"; std::abort(); }
  if (std::getenv("FAKE_BENCH_HANG") != nullptr) std::this_thread::sleep_for(std::chrono::seconds(60));
  if (!dump.empty()) std::ofstream(dump) << "logits";
  std::cout << "a line for the log\\n";
  std::ifstream file(sequences);
  std::string line;
  for (int s = 0; std::getline(file, line); s++) {
    std::istringstream ids(line);
    std::vector<int> sequence;
    for (int id; ids >> id;) sequence.push_back(id);
    std::cout << "sequence " << s << "\\n";
    if (score) {
      for (std::size_t i = 1; i < sequence.size(); i++) std::cout << "nll " << NLL << "\\n";
    } else {
      for (int i = 0; i < tokens; i++) std::cout << "token " << PATTERN[i % 4] << std::endl;
    }
  }
  std::cout << "count prefill qkv_linear 0 100\\ncount decode qkv_linear 0 7\\ncycles prefill 100\\ncycles decode 7\\ndone\\n";
  return 0;
}
`;

/** Token pattern of the fake test bench: "h", then the two bytes of an e with acute accent, then "!". */
export const PATTERN = [104, 0xc3, 0xa9, 33] as const;

export function fakeManifest(board: Board = 'u280'): Manifest {
  const recipe = recipeByName('w8a8kv8');
  if (recipe === undefined) throw new Error('w8a8kv8 is gone');
  return {
    format: 'flexllm-manifest',
    version: 1,
    design: 'fake',
    target: 'none',
    model: MOBY_LLAMA_1M,
    recipe,
    limits: { prompt: 32, context: 64, topK: 8 },
    images: IMAGES,
    buffers: [{ name: 'kv', bytes: 4096 }],
    csim: { sources: ['src/bench.cpp', 'src/table.cpp'], includes: ['include'], fallbackIncludes: ['csim'] },
    hardware: fakeHardware(board),
  };
}

/** Writes the project to `root`; `runner` is the bundled run.mjs. */
export function writeFakeProject(root: string, runner: string, board: Board = 'u280'): void {
  writeFiles(root, hardwareFiles(board));
  for (const dir of ['src', 'include', 'csim', 'model']) mkdirSync(join(root, dir), { recursive: true });
  writeFileSync(join(root, 'manifest.json'), JSON.stringify(fakeManifest(board)));
  writeFileSync(join(root, 'src', 'bench.cpp'), BENCH);
  writeFileSync(
    join(root, 'src', 'table.cpp'),
    '#include "bench.hpp"\nconst int PATTERN[4] = {104, 0xc3, 0xa9, 33};\n',
  );
  writeFileSync(join(root, 'include', 'bench.hpp'), '#pragma once\n#pragma HLS inline\nextern const int PATTERN[4];\n');
  writeFileSync(join(root, 'csim', 'fallback.hpp'), '#pragma once\nconstexpr double NLL = 2.0;\n');
  for (const name of [
    'config.json',
    'generation_config.json',
    'tokenizer.json',
    'tokenizer_config.json',
    'model.safetensors',
  ]) {
    cpSync(join(MOBY_DIR, name), join(root, 'model', name), { preserveTimestamps: true });
  }
  cpSync(runner, join(root, 'run.mjs'));
}
