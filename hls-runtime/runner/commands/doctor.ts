import { doctor, formatChecks, healthy } from '../doctor.ts';
import { checkTarget } from '../flow/plan.ts';
import { boardHardware } from '../hardware.ts';
import { readProject } from '../project.ts';
import { boardChecks } from '../tools/board-checks.ts';
import { boardTitle } from '../tools/releases.ts';
import { COMMON, type CommandEntry, MODEL, never, text } from './command.ts';

export const DOCTOR: CommandEntry = {
  help: `node run.mjs doctor [--model DIR] [--platform u280|v80] [--target T] [--json]

One line per requirement: "ok", "missing" or "wrong", and below it what to do.
Without --platform, the tools and the card count as optional: they are not
needed for csim.

  --model DIR     look for the model there instead of in model/
  --platform P    also check what building for the board and running need:
                  Vitis, licence, platform, XRT or SLASH, driver, card and shell
  --target T      hw (default); hw_emu for U280, sim or emu for V80 need no card
  --json          {"ok": true, "checks": [{"name", "status", "detail", "fix",
                  "optional"}]}

Exit code 1 when something that is needed is missing or wrong.
`,
  options: { ...COMMON, ...MODEL, platform: { type: 'string' }, target: { type: 'string' } },
  locks: never,
  run: async (root, values) => {
    const project = await readProject(root);
    const checks = [...(await doctor(project, text(values, 'model')))];
    const platform = text(values, 'platform');
    const described = 'hardware' in project.manifest;
    if (platform !== undefined || described) {
      const hardware = boardHardware(project, platform);
      const board = await boardChecks(root, hardware, checkTarget(hardware, text(values, 'target')));
      checks.push(
        ...(platform === undefined
          ? board.map((entry) => ({
              ...entry,
              detail: `${entry.detail} (not needed for csim)`,
              optional: true as const,
            }))
          : board),
      );
    }
    const ok = healthy(checks);
    const needed = platform === 'u280' || platform === 'v80' ? `building for the ${boardTitle(platform)}` : 'csim';
    const verdict = ok
      ? `Everything needed for ${needed} is there.\n`
      : 'Something is missing; follow the arrows above.\n';
    return { text: formatChecks(checks) + verdict, json: { ok, checks }, code: ok ? 0 : 1 };
  },
};
