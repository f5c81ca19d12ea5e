import type { Design } from '../design/types.ts';
import type { DesignKernels } from './kernels.ts';

/** Sentences of the README about one bitstream or two, one kernel per stage or several. */
function structure(design: Design, kernels: DesignKernels): string {
  const names = (of: readonly { readonly name: string }[]): string => of.map(({ name }) => `\`${name}\``).join(', ');
  const bitstreams = kernels.bitstreams
    .map(
      (bitstream) =>
        `- \`${bitstream.name}\`: ${bitstream.kernels.length === 1 ? 'kernel' : 'kernels'} ${names(bitstream.kernels)}, ${bitstream.clock} MHz asked for`,
    )
    .join('\n');
  const switching =
    kernels.bitstreams.length === 2
      ? 'Prefill and decode are two bitstreams. The host runs all prompts, keeps their keys and values in its own memory, loads the second bitstream and\nwrites them back. Loading takes about 0.3 s on U280 (published figure).'
      : 'Prefill and decode are one bitstream: keys and values stay on the card, in the memory and layout that both kernels use.';
  const split =
    design.split === 'slr'
      ? `\n\nEach stage is split into one kernel per SLR. FIFOs between SLRs are AXI4-Streams; after every pass the kernels of a stage wait for each other\nover the streams \`done\` and \`go\`. They cannot be co-simulated one by one, and the emulation of SLASH, which runs kernels one after another,\ncannot run them; C-simulation (\`node run.mjs csim\`) runs them side by side.`
      : '';
  return `${bitstreams}\n\n${switching}${split}`;
}

const U280 = (kernels: DesignKernels): string => {
  const link = kernels.bitstreams[0]?.name ?? '';
  const kernel = kernels.kernels[0]?.name ?? '';
  return `Needed, beyond the above:

| what | which | check |
| --- | --- | --- |
| Vitis | 2023.2 to 2025.1; 2025.2 no longer supports the U280 | \`v++ --version\` |
| platform | \`${kernels.target.platform}\`, its development package | \`ls /opt/xilinx/platforms\` |
| XRT | the release of your Vitis or a newer one; 2.16 for 2023.2, 2.19 for 2025.1 | \`xrt-smi examine\` (older: \`xbutil examine\`) |
| machine for the build | 64 GB of memory and 100 GB of disk are advised | \`free -g\`, \`df -h .\` |
| card | Alveo U280 with the shell of that platform | \`xrt-smi examine\` |

\`\`\`
source /opt/xilinx/Vitis/2023.2/settings64.sh     # your release and place
node run.mjs doctor --platform u280               # says what is missing and how to get it
node run.mjs all --dry-run                        # every command that would run
node run.mjs synth                                # C synthesis of every kernel: minutes to an hour each
node run.mjs build                                # link, place and route: several hours per bitstream
node run.mjs run --prompt "Call me Ishmael." --tokens 64
node run.mjs report                               # estimate, synthesis, implementation and measurement side by side
\`\`\`

The steps are those that you could type yourself:

\`\`\`
v++ -c --mode hls --config cfg/${kernel}.cfg --work_dir build/u280/hls/${kernel}          # 2023.2 and later
vitis_hls -f scripts/${kernel}.tcl                                               # before 2025.1
v++ -l -t hw --platform ${kernels.target.platform} --config cfg/link_${link}.cfg -o ${link}.link.xclbin KERNEL.xo ...
v++ -p ${link}.link.xclbin -t hw --platform ${kernels.target.platform} --package.out_dir package -o ${link}.xclbin
g++ -O2 -std=c++17 -Ihost host/main.cpp -I$XILINX_XRT/include -L$XILINX_XRT/lib -lxrt_coreutil -luuid -pthread -o host
\`\`\`

Run the host program in a shell without the settings of Vitis: its libraries on LD_LIBRARY_PATH break XRT. \`run.mjs\` sees to that.
`;
};

const V80 = (kernels: DesignKernels): string => {
  const name = kernels.bitstreams[0]?.name ?? '';
  return `Needed, beyond the above:

| what | which | check |
| --- | --- | --- |
| Vivado and Vitis HLS | 2025.1, with a licence for ${kernels.target.part} | \`vivado -version\` |
| SLASH | v1.0.0 or later: slashkit, libvrt, vrtd, v80-smi | \`v80-smi list -l\` shows PF0, PF1, PF2 and VRTD as ready |
| CMake, Ninja | 3.20 or later; a compiler with C++20 | \`cmake --version\` |
| machine for the build | Ubuntu 22.04 or later, 64 GB of memory and 100 GB of disk are advised | \`free -g\`, \`df -h .\` |
| card | Alveo V80 with the SLASH shell; you are in the group of vrtd | \`v80-smi list -l\` |

\`\`\`
source /opt/Xilinx/2025.1/Vivado/settings64.sh     # your place
source /opt/Xilinx/2025.1/Vitis/settings64.sh
node run.mjs doctor --platform v80                 # says what is missing and how to get it
node run.mjs all --dry-run                         # every command that would run
node run.mjs synth                                 # C synthesis of every kernel: minutes to an hour each
node run.mjs build                                 # implementation: several hours per bitstream
node run.mjs run --device 0000:03:00 --prompt "Call me Ishmael." --tokens 64
node run.mjs report                                # estimate, synthesis, implementation and measurement side by side
\`\`\`

The steps are those that you could type yourself:

\`\`\`
cmake -B build/v80 -S . -G Ninja
cmake --build build/v80 --target host
cmake --build build/v80 --target hls
cmake --build build/v80 --target ${name}_hw       # or ${name}_sim, ${name}_emu
\`\`\`

All kernels share one clock: the lowest that is asked for. If timing fails, the shell lowers it; the figure is in system_map.xml of the .vbin.
`;
};

/** How to get from the exported project to the card. */
export function hardwareSection(design: Design, kernels: DesignKernels): string {
  const v80 = kernels.target.family === 'versal';
  return `## On the card

**Not run on hardware.** The sources and configurations follow the documented interfaces; the composer's own tests compile them, run the kernels
and the host program against stand-ins of ${v80 ? 'VRT' : 'XRT'}, and check the configurations by the rules of the tools. No vendor tool and no card has seen this
project yet.

${structure(design, kernels)}

${v80 ? V80(kernels) : U280(kernels)}
Where the tools or the card are on another machine, give any of these commands \`--on HOST\`: what changed in the project is copied there by ssh, the command
runs there, and logs and reports come back (bitstreams with \`--bitstreams\`). HOST is a name that ssh knows and reaches without a password.

When a step fails, \`run.mjs\` prints the first error, what it means and what to do; the logs are in build/logs. A second call goes on where the
first stopped.

After that, expect on the terminal: the text as it is generated, then the time to the first token, tokens per second and watts as measured.
`;
}
