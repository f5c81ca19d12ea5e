/** Every entry of the catalogue of errors, with a line as the tools print it. */
import { expect, test } from 'vitest';
import { KNOWN_ERRORS, lookUp } from './known/catalogue.ts';
import type { StepKind } from './steps/step.ts';

/** A line for every entry; the kind of step and the board are the first that the entry allows. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  'tool-not-found': ['bash: v++: command not found', '/bin/sh: 1: vitis_hls: not found'],
  licence: ["ERROR: [Common 17-345] A valid license was not found for feature 'Synthesis' and/or device 'xcv80'."],
  'out-of-memory': [
    'line 312: 12345 Killed                  "$RDI_PROG" "$@"',
    'make: *** [Makefile:12: build] Error 137',
    'Parent process (pid 4711) has died. This helper process will now exit',
  ],
  'disk-full': ['write failed: No space left on device'],
  libtinfo: [
    'application-specific initialization failed: couldn\'t load file "libxv_commontasks.so": libtinfo.so.5: cannot open shared object file: No such file or directory',
    'vitis-run: error while loading shared libraries: libncurses.so.5: cannot open shared object file: No such file or directory',
  ],
  'tool-library': [
    'application-specific initialization failed: couldn\'t load file "librdi_commontasks.so": libpng12.so.0: cannot open shared object file: No such file or directory',
  ],
  'glibc-of-vitis': [
    "./host: /tools/Xilinx/Vitis/2023.2/lib/lnx64.o/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by ./host)",
  ],
  'xrt-not-set': ['XILINX_XRT variable is not set'],
  'vitis-not-set': ['ERROR: XILINX_VITIS must be set'],
  'library-path-unbound': ['elaborate.sh: line 8: LIBRARY_PATH: unbound variable'],
  permission: ['/dev/dri/renderD128: Permission denied'],
  'boost-date': [
    'ERROR: [IMPL 213-28] Failed to generate IP.',
    'bad lexical cast: source type value could not be interpreted as target',
  ],
  'ap-utils': ["ERROR: [HLS 207-812] 'ap_utils.h' file not found"],
  'hls-dataflow-channel': [
    "ERROR: [HLS 200-779] Non-shared array 'x' failed dataflow checking: it can only have a single reader and a single writer.",
    "ERROR: [HLS 200-992] Argument 'x' can only be used in one process",
  ],
  'hls-dataflow-form': [
    'ERROR: [HLS 214-114] Since the only kind of statements allowed in a canonical dataflow region are variable declarations and function calls',
  ],
  'hls-fifo-depth': [
    "WARNING: [HLS 200-805] An internal stream 'x' with default size can result in deadlock. Please consider resizing the stream.",
  ],
  'hls-stream-depth': [
    "ERROR: [HLS 214-160] in function 'prefill': Local stream 'q.4' has conflict depth setting (prefill.cpp:46:61)",
  ],
  'hls-unroll': [
    "ERROR: [XFORM 203-504] Stop unrolling loop 'VITIS_LOOP_9' (src/prefill.cpp:9) in function 'f' because it may cause large runtime",
  ],
  'hls-stopped': [
    'ERROR: [HLS 200-70] Pre-synthesis failed.',
    'ERROR: [HLS 200-1715] Encountered problem during source synthesis',
    'ERROR: [v++ 60-300] Failed to build kernel(ip) prefill, see log for details: vitis_hls.log',
    "ERROR: [v++ 60-773] In 'vitis_hls.log', caught Tcl error: ERROR: some cause",
    'ERROR: [v++ 60-599] Kernel compilation failed to complete',
    "ERROR: [vitis-run 60-773] In 'vitis_hls.log', caught Tcl error: some cause",
  ],
  'hls-partition': ["WARNING: [XFORM 203-104] Completely partitioning array 'x' accessed through non-constant indices"],
  'hls-ii': [
    "WARNING: [HLS 200-880] The II Violation in module 'f' (loop 'l'): Unable to enforce a carried dependence constraint",
  ],
  'hls-compile': ["ERROR: [HLS 207-3776] use of undeclared identifier 'x' (src/prefill.cpp:9:3)"],
  'hls-top': ["ERROR: [HLS 200-1014] Cannot find top function 'prefill' in the design."],
  'hls-part': ["ERROR: [HLS 200-1023] Part 'xcv80-lsva4737-2MHP-e-S' is not installed."],
  'hls-no-config-key': ["ERROR: [v++ 60-602] unknown option 'syn.wings' in hls_config.cfg"],
  'cosim-testbench': ['ERROR: [COSIM 212-360] Aborting co-simulation: C TB simulation failed.'],
  'cosim-mismatch': [
    'ERROR: [COSIM 212-303] Aborting co-simulation: C TB post check failed.',
    'ERROR: [COSIM 212-4] *** C/RTL co-simulation finished: FAIL ***',
  ],
  'cosim-depth': [
    "ERROR: [COSIM 212-369] AXI_master port 'gmem' has a depth of '1'.",
    'ERROR: System recieved a signal named SIGSEGV and the program has to stop immediately!',
  ],
  'cosim-free-running': ["ERROR: [COSIM 212-345] Cosim only supports the following 'ap_ctrl_none' designs"],
  'no-platform': [
    "ERROR: [v++ 60-1258] No valid platform was found that matches 'xilinx_u280_gen3x16_xdma_1_202211_1'.",
  ],
  'unknown-option': ["ERROR: [v++ 60-602] unrecognised option '--wings'"],
  'target-removed': ["ERROR: invalid target 'sw_emu'"],
  'sp-tag': ['ERROR: [CFGEN 83-2287] --sp tag applied with an invalid sp tag: DDR[9]'],
  'sp-instance': ['ERROR: [CFGEN 83-2291] --sp tag applied to invalid kernel instance: prefill'],
  'sp-argument': ['ERROR: [CFGEN 83-2292] --sp tag applied to an invalid port or argument name: prefill_1.out'],
  'hbm-ports': ['ERROR: [CFGEN 83-2231] Resources exhausted for {HBM[0] HBM[31]}, 34 requested, 30 possible masters'],
  'system-link': [
    'ERROR: [CFGEN 83-2298] Exiting due to previous error',
    'ERROR: [SYSTEM_LINK 82-36] [10:11:12] cfgen failed',
    'ERROR: [SYSTEM_LINK 82-62] Error generating design file for cfgraph/cfgen_cfgraph.xml, command: cfgen',
    'ERROR: [SYSTEM_LINK 82-96] Error applying explicit connections to the system connectivity graph',
    'ERROR: [v++ 60-703] Failed to finish linking',
  ],
  'stream-width': ['ERROR: [CFGEN 83-2300] stream_connect a_1.x:b_1.y: width mismatch'],
  timing: [
    'ERROR: [VPL 101-2] design did not meet timing - Design did not meet timing. One or more unscalable system clocks did not meet their required target frequency.',
  ],
  routing: [
    'ERROR: [VPL 18-1000] Routing results verification failed due to partially-conflicted nets (Up to first 10 of violated nets): a',
    'ERROR: [Route 35-3] Design is not routable as its global congestion level is 7.',
  ],
  implementation: [
    "ERROR: [VPL 60-773] In 'vpl/runme.log', caught Tcl error: problem implementing dynamic region, impl_1: place_design ERROR",
  ],
  'does-not-fit': [
    'ERROR: [Place 30-640] Place Check : This design requires more DSPs cells than are available in the target device.',
    'ERROR: [DRC UTLZ-1] Resource utilization: RAMB18 and RAMB36/FIFO over-utilized',
  ],
  'stale-floorplan': [
    'CRITICAL WARNING: [Vivado 12-1433] Expecting a non-empty list of cells to be added to the pblock. Please verify the correctness of the <cells> argument.',
  ],
  'dont-touch-drc': ['ERROR: [DRC MDRV-1] Multiple Driver Nets: Net x has multiple drivers'],
  'vivado-crash': ['Abnormal program termination (11)'],
  'kernel-xo': ['ERROR: [v++ 60-1510] failed to open decode.xo, not a valid .xo'],
  'xrt-link': [
    "host.cpp:(.text+0x12): undefined reference to `xrt::device::device(unsigned int)'",
    '/usr/bin/ld: cannot find -lxrt_coreutil',
  ],
  'xrt-headers': ['host/board.hpp:3:10: fatal error: xrt/xrt_device.h: No such file or directory'],
  'host-compile': [
    "host/main.cpp:9:3: error: 'x' was not declared in this scope",
    '/home/me/my projects: new/host/main.cpp:6:10: fatal error: no.hpp: No such file or directory',
  ],
  'no-device': ['  0 devices found', "No such device with index '0'", 'XOCL                 : unknown, unknown'],
  'xocl-version': ['Unexpected xocl version (2.14.354) was found. Expected 2.19.194, to match XRT tools.'],
  'wrong-shell': ['[XRT] ERROR: Xclbin does not match shell on card.', 'Shell VBNV is xilinx_u280_xdma_201920_3'],
  'interface-uuid': ['failed to load xclbin: Invalid argument', 'interface uuids do not match'],
  'card-in-use': ["[XRT] ERROR: Xclbin on card is in use, can't change."],
  'command-timeout': ['  what():  Command failed to complete successfully (ERT_CMD_STATE_TIMEOUT)'],
  'command-ended': ['  what():  Command failed to complete successfully (ERT_CMD_STATE_ABORT)'],
  deadlock: ['CU was deadlocked? Hardware is not stable'],
  'buffer-too-large': ["terminate called after throwing an instance of 'std::bad_alloc'", 'failed to allocate bo'],
  'sync-error': ['unable to sync BO: Input/output error'],
  'wrong-bank': ['[XRT] WARNING: Allocating local copy of argument'],
  'no-kernel': ["No such kernel 'prefill'", "No compute units matching 'prefill:{prefill_1}'"],
  'group-id': ["terminate called after throwing an instance of 'std::out_of_range'"],
  'power-event': ['device is in reset: critical temperature or power event, requires pci hot reset'],
  'emulation-mode': [
    'XCL_EMULATION_MODE is hw_emu, but the xclbin is for hw',
    'emconfig.json not found in the working directory',
  ],
  'not-xclbin': ['[XRT] ERROR: Invalid xclbin'],
  'image-missing': ['cannot open build/images/gamma.bin'],
  'cannot-load-library': [
    './host: error while loading shared libraries: libxrt_coreutil.so.2: cannot open shared object file: No such file or directory',
  ],
  'slash-linker': ['  SlashTools: Cannot find the SLASH linker.  Either:'],
  'slash-vitis': [
    '  build_hls(): v++ not found.  Ensure Vitis is installed and v++ is on PATH.'.replace('found.  ', 'found. '),
  ],
  'slash-memory': ["ValueError: Unknown memory target 'HBM64'"],
  'slash-instance': [
    "ValueError: sp refers to unknown instance 'decode'",
    'Kernel type foo not found in kernel_library',
  ],
  'slash-clock': ['ValueError: Incomplete [clock] block'],
  'slash-sp-after-clock': ['sp= lines below [clock] are ignored'],
  'slash-kernels': ['ValueError: 16 instances: too many kernels'],
  'vrt-memory': ["Memory type mismatch for kernel 'decode_0': target is HBM, buffer is DDR"],
  'vrt-api': ['Kernel argument API misuse for kernel decode_0'],
  'vrt-platform': ['No PDI files found for programming', 'Emulation executable vpp_emu not found'],
  'v80-not-ready': ['  PF1    NOT READY', 'vrtd: connection refused', 'Exception: Bad connection to daemon'],
  'vrtd-internal': ['Exception: Internal error in vrtd daemon or local libvrtd'],
  'vrtd-permission': ['Exception: Missing permission'],
  'vrtd-no-resource': ["Exception: Requested resouce doesn't exist"],
  'vrtd-version': ['Exception: Bad library call', '  what():  Bad request'],
  'v80-device-boot': [
    'vrtd: reset_with_ami: AMI_IOC_DEVICE_BOOT(0000:c4:00.0) failed: errno 1 (Operation not permitted)',
  ],
  'v80-firmware': ['ami: probe failed -22'],
  'v80-compat': ['0000:03:00.0 | ALVEO V80 | COMPAT'],
  'v80-hung': [
    'pcieport 0000:00:01.0: AER: Completion Timeout',
    'QDMA timeout',
    'vrtd: Failed to write to design writer file descriptor: Input/output error',
    'ami: CRITICAL WARNING: cmd id: 14 timed out(timeout), hot reset is required',
  ],
  'v80-hdpr': [
    "ERROR: [DRC HDPR-18] requires resource type 'NOC_NMU_HBM2E' which is not ranged by 'pblock_inst_shell'",
  ],
  'v80-no-card': ['No V80 boards found'],
  'cmake-generator': [
    'CMake Error: CMake was unable to find a build program corresponding to "Ninja".',
    'CMake 3.20 or higher is required.  You are running version 3.16.3',
  ],
};

test('there are at least 50 entries, each with a sentence, a remedy and a name of its own', () => {
  expect(KNOWN_ERRORS.length).toBeGreaterThanOrEqual(50);
  expect(new Set(KNOWN_ERRORS.map((entry) => entry.id)).size).toBe(KNOWN_ERRORS.length);
  expect(Object.keys(LINES).sort()).toEqual(KNOWN_ERRORS.map((entry) => entry.id).sort());
  for (const entry of KNOWN_ERRORS) {
    expect(entry.explanation).toMatch(/^[A-Z].*\.$/s);
    expect(entry.remedy, entry.id).toMatch(/\S.*[.)]$/s);
    // Without state between two uses.
    expect(entry.pattern.global || entry.pattern.sticky).toBe(false);
  }
});

const CASES = KNOWN_ERRORS.flatMap((entry) => (LINES[entry.id] ?? []).map((line) => [entry.id, line, entry] as const));

test.each(CASES)('%s: %s', (id, line, entry) => {
  const kind: StepKind = entry.kinds?.[0] ?? 'link';
  const board = entry.board ?? 'u280';
  expect(lookUp(line, { board, kind })?.id).toBe(id);
  if (entry.board !== undefined)
    expect(lookUp(line, { board: entry.board === 'u280' ? 'v80' : 'u280', kind })?.id).not.toBe(id);
});

/** Every line with a message number, as the tool prints it, and as its driver hands it on. */
const HANDED_ON = CASES.flatMap(([id, line, entry]) => {
  const own = /\[(?:HLS|XFORM|SCHED|COSIM|IMPL|Common|Place|Route|Vivado|SYSTEM_LINK|CFGEN) (?=\d)/;
  const rules = /\[DRC (?=[A-Z])/;
  const prefixes = own.test(line) ? ['[v++ ', '[vitis-run ', '[VPL '] : rules.test(line) ? ['[VPL '] : [];
  return prefixes.map((prefix) => [id, line.replace(own.test(line) ? own : rules, prefix), entry] as const);
});

test.each(HANDED_ON)('handed on by a driver, %s: %s', (id, line, entry) => {
  const kind: StepKind = entry.kinds?.[0] ?? 'link';
  expect(lookUp(line, { board: entry.board ?? 'u280', kind })?.id).toBe(id);
});

test('ordinary lines are explained by nothing, whatever their length', () => {
  const ordinary = [
    'INFO: [HLS 200-10] Analyzing design file',
    '',
    'Killed it, great',
    'Phase 3 Global Placement',
    'WARNING: [Place 30-568] a LUT drives a clock',
    `INFO: ${'x'.repeat(5_000_000)}`,
    '\u0000\u0001\u0002',
  ];
  for (const line of ordinary)
    for (const kind of ['synth', 'link', 'run'] as const)
      expect(lookUp(line, { board: 'u280', kind }), line.slice(0, 50)).toBeUndefined();
  const started = performance.now();
  for (const pattern of ['(', 'x.xo ', 'failed to find ', 'a '.repeat(10)])
    lookUp(pattern.repeat(1_000_000), { board: 'v80', kind: 'link' });
  expect(performance.now() - started).toBeLessThan(2000);
});
