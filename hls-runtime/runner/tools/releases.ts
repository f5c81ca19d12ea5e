/** Which releases of the vendor's tools build for which board. Source: release notes, docs/runner.md. */
export type Board = 'u280' | 'v80';

interface Release {
  readonly name: string;
  /** vitis_hls is still there. */
  readonly vitisHls: boolean;
  /** v++ --mode hls and vitis-run are there. */
  readonly unified: boolean;
  readonly boards: readonly Board[];
  /** XRT that belongs to it. */
  readonly xrt: string;
}

export const RELEASES: readonly Release[] = [
  { name: '2023.2', vitisHls: true, unified: true, boards: ['u280'], xrt: '2.16' },
  { name: '2024.1', vitisHls: true, unified: true, boards: ['u280'], xrt: '2.17' },
  { name: '2024.2', vitisHls: true, unified: true, boards: ['u280'], xrt: '2.18' },
  { name: '2025.1', vitisHls: false, unified: true, boards: ['u280', 'v80'], xrt: '2.19' },
];

/** The release that serves both boards. */
export const PREFERRED_RELEASE = '2025.1';

const BOARD_NAMES: Readonly<Record<Board, string>> = { u280: 'Alveo U280', v80: 'Alveo V80' };

export function boardTitle(board: Board): string {
  return BOARD_NAMES[board];
}

/** Releases for a board, as a text. */
export function releasesFor(board: Board): string {
  const names = RELEASES.filter((release) => release.boards.includes(board)).map((release) => release.name);
  return names.length === 1 ? (names[0] as string) : `${names[0]} to ${names.at(-1)}`;
}

/** Why a release cannot build for the board, as a sentence; undefined when it can. */
export function releaseProblem(board: Board, release: string): string | undefined {
  const known = RELEASES.find((entry) => entry.name === release);
  if (known?.boards.includes(board) === true) return undefined;
  if (board === 'v80')
    return `Release ${release} does not build for the V80: SLASH needs ${PREFERRED_RELEASE} exactly.`;
  const newest = RELEASES.at(-1)?.name ?? '';
  if (release > newest)
    return `Release ${release} does not build for the U280: its platform was dropped after ${newest}.`;
  return `Release ${release} is not one that the project is written for: ${releasesFor(board)}.`;
}

/** The release in what a tool prints with --version: "v++ v2025.1 (64-bit)". */
export function releaseIn(text: string): string | undefined {
  return /\bv?(20\d\d\.\d)\b/.exec(text)?.[1];
}
