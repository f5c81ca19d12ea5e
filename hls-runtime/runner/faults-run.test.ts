/** What goes wrong between a built U280 project and its tokens: host program, card, damaged files. */
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ALL, builtLab, type FaultCase, type Lab, stepsOf } from './fake-lab.ts';
import { edited, hostSays, testFaults } from './fault-checks.ts';

const LIMIT = 120_000;
let lab: Lab;
beforeAll(async () => {
  lab = await builtLab('u280');
}, LIMIT);
afterAll(() => lab.remove());

const BUILT = ['synth-prefill', 'synth-decode', 'link-decode-hw', 'package-decode-hw'];

/** Words of the host program on stderr, and the entry that explains them. */
const SAID: readonly (readonly [string, string, string])[] = [
  ['wrong shell at run time', 'terminate called: Xclbin does not match shell on card. Shell VBNV is xilinx_u280_xdma_201920_3', 'wrong-shell'],
  ['card in use', 'Xclbin on card is in use, can not change', 'card-in-use'],
  ['a buffer that does not fit', "terminate called after throwing an instance of 'std::bad_alloc'", 'buffer-too-large'],
  ['a kernel hangs', 'CU was deadlocked? Hardware is not stable', 'deadlock'],
  ['too hot', 'critical temperature or power event, requires pci hot reset', 'power-event'],
  ['libraries of Vitis', "./host: /tools/Vitis/lib/libstdc++.so.6: version `GLIBCXX_3.4.30' not found", 'glibc-of-vitis'],
  ['no device', "No such device with index '0'", 'no-device'],
];

function tokenizerGone(own: Lab): () => void {
  rmSync(join(own.root, 'model/tokenizer.json'));
  return () => own.restoreProject();
}

const CASES: readonly FaultCase[] = [
  { from: 'built', name: 'the host program does not compile', break: edited('host/main.cpp', '#include <xrt/xrt_nothing.h>\nint main() {}\n'), says: ['xrt/xrt_nothing.h', 'headers of XRT are not installed'], known: 'xrt-headers', kept: BUILT },
  { from: 'built', name: 'the tokenizer is gone', break: tokenizerGone, says: ['tokenizer.json cannot be used'] },
  ...SAID.map(([name, words, known]): FaultCase => ({ from: 'built', name, break: hostSays(words), says: [words.slice(0, 40), 'Why:', 'Do:', 'build/logs/run.log'], known, kept: [...BUILT, 'host'] })),
];

testFaults(() => lab, CASES);

test('a damaged image is found before the card is used, and packed again by the next all', { timeout: LIMIT }, async () => {
  lab.reset('built');
  truncateSync(join(lab.root, 'build/images/gamma.bin'), 100);
  const refused = await lab.run(['run', '--tokens', '4']);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('gamma.bin is damaged; run "node run.mjs pack"');
  expect(await lab.json(ALL)).toMatchObject({ packed: true, run: { ids: [104, 0xc3, 0xa9, 33] } });
});

test('a damaged bitstream or kernel is built again', { timeout: LIMIT }, async () => {
  lab.reset('built');
  writeFileSync(join(lab.root, 'build/u280/hw/decode.xclbin'), 'rubbish');
  const run = await lab.run(['run', '--tokens', '4']);
  expect(run.stderr).toContain('The bitstream file is damaged');
  const again = await lab.run(ALL);
  expect(again.stderr).toContain('Package of decode (hw) (build/u280/hw/decode.xclbin is not as this step left it) ...');
  expect(again.code).toBe(0);
  truncateSync(join(lab.root, 'build/u280/xo/prefill.xo'), 10);
  const third = stepsOf(await lab.json(ALL)).filter((step) => step.status === 'done').map((step) => step.id);
  expect(third).toEqual(['synth-prefill']);
});
