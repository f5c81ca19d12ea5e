/** Whole logs as the tools leave them: the cause is explained, or quoted where it is not known; never a message that only follows. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { explainFailure, failureOf } from './steps/explain.ts';
import { EMPTY_STEP, type StepKind } from './steps/step.ts';

const base = mkdtempSync(join(tmpdir(), 'flexllm-explain-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

interface Explained {
  readonly log: string;
  readonly details: { readonly known?: string; readonly line?: string; readonly file?: string };
}

/** What a failed step says when its logs are these: its own first, then those of the tools, in their order. */
async function explained(board: 'u280' | 'v80', kind: StepKind, own: string, ...tools: string[]): Promise<Explained> {
  const root = mkdtempSync(join(base, 'project-'));
  const step = { ...EMPTY_STEP, id: 'step', title: 'Step', kind, logs: tools.map((_, index) => `work/${index}.log`) };
  const put = (path: string, content: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  put('build/logs/step.log', own);
  for (const [index, content] of tools.entries()) put(`work/${index}.log`, content);
  return (await explainFailure({ root, board }, step, failureOf('tool', 1, null, step))) as unknown as Explained;
}

const FOLLOWING = `ERROR: [CFGEN 83-2298] Exiting due to previous error
ERROR: [SYSTEM_LINK 82-36] [10:00:00] cfgen failed
ERROR: [SYSTEM_LINK 82-62] Error generating design file for cfgraph/cfgen_cfgraph.xml, command: cfgen -sc a_1.x:attend_1.y
ERROR: [SYSTEM_LINK 82-96] Error applying explicit connections to the system connectivity graph
ERROR: [SYSTEM_LINK 82-79] Unable to create system connectivity graph
ERROR: [v++ 60-661] v++ link run 'run_link' failed
ERROR: [v++ 60-626] Kernel link failed to complete
ERROR: [v++ 60-703] Failed to finish linking
`;

test('linking: the message of CFGEN that names the cause is explained, before or after those that follow', async () => {
  const cause = 'ERROR: [CFGEN 83-2291] --sc tag applied with invalid slave kernel instance: attend_1\n';
  for (const log of [cause + FOLLOWING, FOLLOWING + cause])
    expect((await explained('u280', 'link', log)).details).toMatchObject({ known: 'sp-instance', line: cause.trim() });
});

test('linking: a cause that is not known is quoted, not the messages that follow it', async () => {
  const cause = 'ERROR: [CFGEN 83-9999] some cause that the catalogue does not know\n';
  const quoted = await explained('u280', 'link', cause + FOLLOWING);
  expect(quoted.log).toContain(`  ${cause}This message is not in the catalogue`);
  expect(quoted.details.known).toBeUndefined();
  // The cause in the log of one tool, what follows in that of its driver, which is read first.
  expect((await explained('u280', 'link', FOLLOWING, FOLLOWING, cause)).details).toMatchObject({
    line: cause.trim(),
    file: 'work/1.log',
  });
  // Only what follows is there: that is said, with where to look; and one more unknown message after it is no cause.
  for (const log of [FOLLOWING, `${FOLLOWING}ERROR: [v++ 60-9999] the driver ends\n`])
    expect((await explained('u280', 'link', log)).details.known).toBe('system-link');
});

test('a warning that is known does not hide an error that is not', async () => {
  const log =
    "WARNING: [HLS 200-880] The II Violation in module 'f' (loop 'l'): Unable to enforce a carried dependence constraint\nERROR: [HLS 299-1] news\n";
  expect((await explained('u280', 'synth', log)).details.line).toBe('ERROR: [HLS 299-1] news');
});

test.each(['u280', 'v80'] as const)(
  'synthesis under the prefix of v++ on %s: the cause, not a damaged kernel',
  async (board) => {
    const cause =
      "[v++ 214-160] in function 'prefill': Local stream 'q.4' has conflict depth setting (prefill.cpp:46:61)";
    const rest = `ERROR: [v++ 60-300] Failed to build kernel(ip) prefill, see log for details: vitis_hls.log
ERROR: [v++ 60-773] In 'vitis_hls.log', caught Tcl error: ERROR: [HLS 299-1] news
ERROR: [v++ 60-599] Kernel compilation failed to complete
ERROR: [v++ 60-592] Failed to finish compilation
`;
    expect((await explained(board, 'synth', `ERROR: ${cause}\n${rest}`)).details.known).toBe('hls-stream-depth');
    expect((await explained(board, 'synth', rest)).details.known).toBe('hls-stopped');
    const unknown = await explained(board, 'synth', `ERROR: [v++ 299-1] news\n${rest}`);
    expect(unknown.details).toMatchObject({ line: 'ERROR: [v++ 299-1] news' });
  },
);

test('a missing terminal library is named with the command for each distribution', async () => {
  const { log, details } = await explained(
    'u280',
    'synth',
    'application-specific initialization failed: couldn\'t load file "libxv_commontasks.so": libtinfo.so.5: cannot open shared object file: No such file or directory\n',
  );
  expect(details.known).toBe('libtinfo');
  for (const words of [
    'apt-get install libtinfo5',
    'Ubuntu 24.04',
    'dnf install ncurses-compat-libs',
    'zypper install',
  ])
    expect(log).toContain(words);
});

test('V80: what the daemon says when a design is loaded', async () => {
  const internal = await explained(
    'v80',
    'run',
    '[2026-09-17 16:05:00.957] [INFO ] void vrt::impl::Device::programDevice() : Programming PDI via vrtd design writer images/top_i_slash_slash_decode_hw_inst_0_partial.pdi\nException: Internal error in vrtd daemon or local libvrtd\n',
  );
  expect(internal.details.known).toBe('vrtd-internal');
  expect(internal.log).toContain('Run the same command once more');
  const boot = await explained(
    'v80',
    'run',
    'vrtd: reset_with_ami: AMI_IOC_DEVICE_BOOT(0000:c4:00.0) failed: errno 1 (Operation not permitted)\nvrtd: Failed to write to design writer file descriptor: Input/output error\n',
  );
  expect(boot.details.known).toBe('v80-device-boot');
  expect(boot.log).toContain('v80-smi reset -d BDF');
});

test('U280: a kernel that does not finish', async () => {
  const { log, details } = await explained(
    'u280',
    'run',
    "terminate called after throwing an instance of 'xrt::run::command_error'\n  what():  Command failed to complete successfully (ERT_CMD_STATE_TIMEOUT)\n",
  );
  expect(details.known).toBe('command-timeout');
  expect(log).toContain('did not finish');
  expect(log).toContain('dynamic-regions');
});
