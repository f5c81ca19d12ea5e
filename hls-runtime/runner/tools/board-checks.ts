/** What building for a board and running on it depends on: the board's part of `doctor`. */
import { readdir, statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { HardwareSpec } from '../../../src/core/models/manifest.ts';
import type { Check } from '../doctor.ts';
import type { Target } from '../hardware.ts';
import { isThere, outputOf, which } from './find.ts';
import { boardTitle, RELEASES, releaseProblem, releasesFor } from './releases.ts';
import { findSlash } from './slash.ts';
import { findVitis, type Vitis } from './vitis.ts';
import { type Card, findCards, findXrt, shellFits, type Xrt } from './xrt.ts';

const ADVISED_MEMORY = 64e9;
const ADVISED_DISK = 100e9;

type Verdict = Pick<Check, 'status' | 'detail'> & { readonly fix?: string; readonly optional?: true };

function check(name: string, verdict: Verdict): Check {
  return { name, ...verdict };
}

function vitisChecks(hardware: HardwareSpec, vitis: Vitis | undefined): Check[] {
  const { board } = hardware;
  const fix = `install Vitis ${releasesFor(board)} and: source <folder>/settings64.sh`;
  if (vitis === undefined)
    return [
      check('Vitis', {
        status: 'missing',
        detail: `v++ was not found on the path or below /opt/xilinx, /tools/Xilinx, ~/Xilinx`,
        fix,
      }),
    ];
  const where = vitis.settings === undefined ? 'on the path' : `through ${vitis.settings}`;
  const problem = releaseProblem(board, vitis.release);
  if (problem !== undefined)
    return [check('Vitis', { status: 'wrong', detail: `${vitis.release}, ${where}. ${problem}`, fix })];
  const checks = [check('Vitis', { status: 'ok', detail: `${vitis.release}, ${where}` })];
  const release = RELEASES.find((entry) => entry.name === vitis.release);
  if (vitis.vitisRun !== undefined)
    checks.push(check('HLS front end', { status: 'ok', detail: 'v++ --mode hls and vitis-run' }));
  else if (
    vitis.vitisHls !== undefined &&
    release?.vitisHls === true &&
    hardware.kernels.every((kernel) => kernel.script !== null)
  ) {
    checks.push(check('HLS front end', { status: 'ok', detail: 'vitis_hls, with scripts/' }));
  } else
    checks.push(
      check('HLS front end', {
        status: 'missing',
        detail: `vitis-run of ${vitis.release} was not found`,
        fix: 'run the installer again with Vitis HLS',
      }),
    );
  if (vitis.vivado === undefined)
    checks.push(
      check('Vivado', {
        status: 'missing',
        detail: 'vivado was not found; linking needs it',
        fix: 'install Vivado of the same release and source its settings64.sh',
      }),
    );
  else checks.push(check('Vivado', { status: 'ok', detail: vitis.vivado }));
  return checks;
}

function licenceCheck(hardware: HardwareSpec): Check {
  const set = ['XILINXD_LICENSE_FILE', 'LM_LICENSE_FILE'].find((name) => (process.env[name] ?? '') !== '');
  if (set !== undefined)
    return check('Licence', {
      status: 'ok',
      detail: `${set}=${process.env[set]} (whether it covers the part shows only in synthesis)`,
    });
  const need =
    hardware.board === 'v80'
      ? 'the V80 needs a Vivado Enterprise licence'
      : 'files in ~/.Xilinx are found without them';
  return check('Licence', {
    status: 'missing',
    detail: `neither XILINXD_LICENSE_FILE nor LM_LICENSE_FILE is set; ${need}`,
    fix: 'export XILINXD_LICENSE_FILE=<file or port@server>',
    optional: true,
  });
}

/** Folders that v++ searches for platforms. */
function platformFolders(vitis: Vitis | undefined): string[] {
  const own = (process.env['PLATFORM_REPO_PATHS'] ?? '').split(':').filter((path) => path !== '');
  const root = vitis?.env['XILINX_VITIS'];
  return [
    ...own,
    '/opt/xilinx/platforms',
    ...(root === undefined ? [] : [`${root}/platforms`, `${root}/base_platforms`]),
  ];
}

async function platformCheck(platform: string, vitis: Vitis | undefined): Promise<Check> {
  for (const folder of platformFolders(vitis)) {
    for (const path of [join(folder, platform, `${platform}.xpfm`), join(folder, `${platform}.xpfm`)]) {
      if (await isThere(path)) return check('Platform', { status: 'ok', detail: path });
    }
  }
  const others: string[] = [];
  for (const folder of platformFolders(vitis))
    for (const name of await readdir(folder).catch((): string[] => [])) if (/u280/.test(name)) others.push(name);
  const seen = others.length === 0 ? '' : `; there are ${others.join(', ')}`;
  return check('Platform', {
    status: 'missing',
    detail: `${platform} is in none of the platform folders${seen}`,
    fix: 'sudo apt-get install ./xilinx-u280-gen3x16-xdma-1-202211-1-dev*.deb   (or set PLATFORM_REPO_PATHS)',
  });
}

function driverCheck(xrt: Xrt): Check {
  const { xocl, xclmgmt } = xrt.drivers;
  const wrong = Object.entries({ xocl, xclmgmt }).find(
    ([, version]) => version !== undefined && version !== xrt.version,
  );
  if (wrong !== undefined) {
    return check('XRT driver', {
      status: 'wrong',
      detail: `${wrong[0]} is ${wrong[1]}, XRT is ${xrt.version}`,
      fix: 'sudo apt-get install --reinstall xrt && sudo rmmod xocl xclmgmt && sudo modprobe xclmgmt xocl',
    });
  }
  if (xocl === undefined)
    return check('XRT driver', {
      status: 'missing',
      detail: 'xocl is not loaded',
      fix: 'dkms status; sudo modprobe xocl   (reinstall XRT when it is not built for this kernel)',
    });
  return check('XRT driver', { status: 'ok', detail: `xocl ${xocl}` });
}

function cardCheck(cards: readonly Card[] | undefined, platform: string): Check {
  if (cards === undefined || cards.length === 0) {
    return check('Card', {
      status: 'missing',
      detail: 'XRT sees no card',
      fix: 'lspci -d 10ee: must list it; then: sudo xbmgmt program --base -d <BDF>, and a cold boot',
    });
  }
  const fitting = cards.filter((card) => shellFits(card.shell, platform));
  if (fitting.length === 0) {
    const seen = cards.map((card) => `${card.bdf} with ${card.shell}`).join(', ');
    return check('Card', {
      status: 'wrong',
      detail: `${seen}; the project is for ${platform}`,
      fix: `sudo xbmgmt program --base -d ${cards[0]?.bdf}   (then a cold boot), or export for the shell of the card`,
    });
  }
  const ready = fitting.find((card) => card.ready);
  if (ready === undefined)
    return check('Card', {
      status: 'wrong',
      detail: `${fitting[0]?.bdf} is not ready`,
      fix: `xrt-smi examine -d ${fitting[0]?.bdf}; sudo xbmgmt program --shell <partition.xsabin> -d ${fitting[0]?.bdf}`,
    });
  return check('Card', { status: 'ok', detail: `${ready.bdf}, ${ready.shell}` });
}

async function u280Checks(hardware: HardwareSpec, target: Target, vitis: Vitis | undefined): Promise<Check[]> {
  const platform = hardware.platform ?? '';
  const checks = [await platformCheck(platform, vitis)];
  const xrt = await findXrt();
  if (xrt === undefined) {
    const wanted = RELEASES.find((release) => release.name === vitis?.release)?.xrt ?? '2.16 to 2.19';
    checks.push(
      check('XRT', {
        status: 'missing',
        detail: 'neither xrt-smi nor xbutil answers',
        fix: `sudo apt-get install ./xrt_*.deb   (XRT ${wanted}); set XILINX_XRT when it is not in /opt/xilinx/xrt`,
      }),
    );
    return checks;
  }
  checks.push(check('XRT', { status: 'ok', detail: `${xrt.version} in ${xrt.root}` }));
  if (target === 'hw') checks.push(driverCheck(xrt), cardCheck(await findCards(xrt), platform));
  return checks;
}

async function v80Checks(hardware: HardwareSpec, target: Target): Promise<Check[]> {
  const slash = await findSlash();
  const tool = (name: string, path: string | undefined, fix: string): Check =>
    check(
      name,
      path === undefined
        ? { status: 'missing', detail: 'was not found on the path', fix }
        : { status: 'ok', detail: path },
    );
  const packages = 'install the SLASH packages: slashkit, libvrt, vrtd, v80-smi (https://github.com/Xilinx/SLASH)';
  const checks = [tool('slashkit', slash.slashkit, packages)];
  const cmake = /(\d+)\.(\d+)(?:\.\d+)?/.exec((await outputOf('cmake', ['--version'])) ?? '');
  if (cmake === null)
    checks.push(
      check('CMake', {
        status: 'missing',
        detail: 'cmake was not found',
        fix: 'sudo apt-get install cmake ninja-build',
      }),
    );
  else if (Number(cmake[1]) < 3 || (Number(cmake[1]) === 3 && Number(cmake[2]) < 20))
    checks.push(
      check('CMake', {
        status: 'wrong',
        detail: `${cmake[0]}, but 3.20 or newer is needed`,
        fix: 'sudo apt-get install cmake',
      }),
    );
  else checks.push(check('CMake', { status: 'ok', detail: cmake[0] }));
  checks.push(tool('Ninja', await which('ninja'), 'sudo apt-get install ninja-build'));
  if (target !== 'hw') return checks;
  checks.push(tool('v80-smi', slash.smi, packages));
  if (slash.smi !== undefined) checks.push(...v80CardChecks(hardware, slash.card, slash.amiOverview));
  return checks;
}

function v80CardChecks(
  hardware: HardwareSpec,
  card: Awaited<ReturnType<typeof findSlash>>['card'],
  overview: string | undefined,
): Check[] {
  if (card === undefined)
    return [
      check('Card', {
        status: 'missing',
        detail: 'v80-smi lists no V80',
        fix: 'lspci -d 10ee: must list 50b4, 50b5, 50b6; then flash the shell with ami_tool and power cycle',
      }),
    ];
  const waiting = card.parts.filter((part) => !part.ready).map((part) => part.name);
  const checks: Check[] = [];
  if (waiting.length > 0) {
    checks.push(
      check('Card', {
        status: 'wrong',
        detail: `${waiting.join(', ')} not ready`,
        fix: 'sudo modprobe slash ami; sudo systemctl restart vrtd; be in the group vrtadmin',
      }),
    );
  } else
    checks.push(
      check('Card', {
        status: 'ok',
        detail: `${card.bdf ?? 'V80'}, ${card.parts.map((part) => part.name).join(', ')} ready`,
      }),
    );
  const state = /\b(COMPAT|NO_AMC)\b/.exec(overview ?? '')?.[1];
  if (state !== undefined)
    checks.push(
      check('Card firmware', {
        status: 'wrong',
        detail: `ami_tool says ${state}`,
        fix: 'sudo ami_tool cfgmem_program -d <BDF> -t primary -p 0 -i amd_v80_gen5x8_25.1.pdi, then power cycle',
      }),
    );
  const wanted = hardware.shell.includes('compute') ? 'compute' : hardware.shell.includes('v1') ? 'service' : undefined;
  if (wanted !== undefined && card.shell !== undefined && card.shell !== wanted) {
    checks.push(
      check('Shell', {
        status: 'wrong',
        detail: `the card has the ${card.shell} shell, the project is for ${hardware.shell}`,
        fix: `v80-smi reset -d ${card.bdf ?? '<BDF>'} --shell-type ${wanted}`,
      }),
    );
  }
  return checks;
}

async function spaceChecks(root: string): Promise<Check[]> {
  const disk = await statfs(root);
  const free = disk.bavail * disk.bsize;
  const advise = (name: string, have: number, want: number, fix: string): Check => {
    const detail = `${(have / 1e9).toFixed(0)} GB, ${(want / 1e9).toFixed(0)} GB advised`;
    return check(name, have >= want ? { status: 'ok', detail } : { status: 'wrong', detail, fix, optional: true });
  };
  return [
    advise('Memory for implementation', totalmem(), ADVISED_MEMORY, 'use --jobs 1, or a machine with more memory'),
    advise(
      'Disk for implementation',
      free,
      ADVISED_DISK,
      `free space on the disk of ${root}, or copy the project elsewhere`,
    ),
  ];
}

/** Checks for building for the board of the project and running on it. */
export async function boardChecks(root: string, hardware: HardwareSpec, target: Target): Promise<Check[]> {
  const vitis = await findVitis(hardware.board);
  const own = hardware.board === 'u280' ? await u280Checks(hardware, target, vitis) : await v80Checks(hardware, target);
  const checks = [...vitisChecks(hardware, vitis), licenceCheck(hardware), ...own, ...(await spaceChecks(root))];
  return checks.map((entry) => ({ ...entry, name: `${boardTitle(hardware.board)}: ${entry.name}` }));
}
