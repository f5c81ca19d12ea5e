/** What synthesis and linking for the U280 run into: `all` stops with the right words, and a second `all` goes on and completes. */
import { afterAll, beforeAll } from 'vitest';
import { builtLab, type FaultCase, type Lab } from './fake-lab.ts';
import { edited, fault, testFaults, world } from './fault-checks.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await builtLab('u280');
}, 120_000);
afterAll(() => lab.remove());

const SYNTHS = ['synth-prefill', 'synth-decode'];

const BUILD: readonly FaultCase[] = [
  { name: 'no licence', break: fault({ tool: 'v++', phase: 'compile', lines: ["ERROR: [Common 17-345] A valid license was not found for feature 'HLS' and/or device 'xcu280'."] }), says: ['XILINXD_LICENSE_FILE'], known: 'licence' },
  { name: 'dataflow refused', break: fault({ tool: 'v++', phase: 'compile', about: 'decode', lines: ["ERROR: [HLS 200-779] Non-shared array 'values' failed dataflow checking: it can only have a single reader and a single writer."] }), says: ['more than one writer or reader'], known: 'hls-dataflow-channel', kept: ['synth-prefill'] },
  { name: 'out of memory in synthesis', break: fault({ tool: 'v++', phase: 'compile', signal: 'SIGKILL' }), says: ['ran out of memory', '--jobs 2'], known: 'out-of-memory' },
  { name: 'out of memory while linking', break: fault({ tool: 'v++', phase: 'link', about: 'prefill', lines: ['/tools/Vivado/bin/loader: line 312: 12345 Killed                  "$RDI_PROG" "$@"'], code: 137 }), says: ['ran out of memory'], known: 'out-of-memory', kept: SYNTHS },
  { name: 'full disk', break: fault({ tool: 'v++', phase: 'link', about: 'decode', lines: ['ERROR: [Common 17-49] write failed: No space left on device'] }), says: ['disk', 'TMPDIR'], known: 'disk-full', kept: [...SYNTHS, 'link-prefill-hw', 'package-prefill-hw'] },
  { name: 'timing not met', break: world({ slack: -1.2 }), says: ['design did not meet timing', '--clock 200'], known: 'timing', kept: SYNTHS },
  {
    name: 'routing failed',
    break: fault({ tool: 'v++', phase: 'link', log: { path: '_x/link/vivado/vpl/prj/prj.runs/impl_1/runme.log', lines: ['Phase 4 Rip-up And Reroute', 'ERROR: [Route 35-3] Design is not routable as its global congestion level is 7.'] }, lines: ["ERROR: [VPL 60-773] In '_x/link/vivado/vpl/runme.log', caught Tcl error: problem implementing dynamic region, impl_1: route_design ERROR", 'ERROR: [v++ 60-661] v++ link run failed'] }),
    says: ['Design is not routable', 'impl_1/runme.log, line 2', 'Spread the kernels over the SLRs'],
    known: 'routing',
    kept: SYNTHS,
  },
  { name: 'does not fit', break: fault({ tool: 'v++', phase: 'link', lines: ['ERROR: [Place 30-640] Place Check : This design requires more DSPs cells than are available in the target device.'] }), says: ['more of a resource than the region has'], known: 'does-not-fit', kept: SYNTHS },
  { name: 'Vivado crashed', break: fault({ tool: 'v++', phase: 'link', lines: ['Abnormal program termination (11)', 'Please check hs_err_pid4711.log for details'] }), says: ['Vivado itself crashed'], known: 'vivado-crash', kept: SYNTHS },
  { name: 'package failed for an unknown reason', break: fault({ tool: 'v++', phase: 'package', about: 'decode.xclbin', lines: ['INFO: fine', 'ERROR: [v++ 60-9999] the moon is in the wrong phase'] }), says: ['the moon is in the wrong phase', 'not in the catalogue', 'build/logs/package-decode-hw.log, line'], kept: [...SYNTHS, 'link-decode-hw'] },
  { name: 'an instance that does not exist in sp', break: edited('cfg/link_decode.cfg', '[connectivity]\nnk=decode:1:decode_1\nsp=decode.m_axi_weights:HBM[0]\nsp=decode_1.m_axi_result:HBM[1]\n'), says: ['kernels are not instances'], known: 'sp-instance', kept: SYNTHS },
  { name: 'an argument that does not exist in sp', break: edited('cfg/link_decode.cfg', '[connectivity]\nnk=decode:1:decode_1\nsp=decode_1.out_r:HBM[0]\nsp=decode_1.m_axi_result:HBM[1]\n'), says: ['an argument that the kernel does not have'], known: 'sp-argument', kept: SYNTHS },
  { name: 'a memory that does not exist', break: edited('cfg/link_decode.cfg', '[connectivity]\nsp=decode_1.m_axi_weights:HBM[32]\nsp=decode_1.m_axi_result:HBM[1]\n'), says: ['a memory that the platform does not have'], known: 'sp-tag', kept: SYNTHS },
  { name: 'too many HBM ports', break: fault({ tool: 'v++', phase: 'link', lines: ['ERROR: [CFGEN 83-2231] Resources exhausted for {HBM[0] HBM[31]} : 34 masters requested, 30 possible masters', 'ERROR: [SYSTEM_LINK 82-36] [12:00:00] cfgen failed'] }), says: ['30 of the 32 pseudo-channels', '[CFGEN 83-2231]'], known: 'hbm-ports', kept: SYNTHS },
  { name: 'a kernel edited into a form that is refused', break: edited('src/prefill.cpp', 'extern "C" void prefill(int length) {\n#pragma HLS interface s_axilite port=length\n#pragma HLS interface s_axilite port=return\n  int* x = new int[4];\n  delete[] x;\n}\n'), says: ['dynamic memory has no hardware'], known: 'hls-compile' },
  { name: 'a configuration line that no release knows', break: edited('cfg/prefill.cfg', 'part=xcu280-fsvh2892-2L-e\n[hls]\nflow_target=vitis\nsyn.wings=2\n'), says: ["unknown option 'syn.wings'"], known: 'hls-no-config-key' },
];

testFaults(() => lab, BUILD);
