/**
 * Git LFS keeps large files elsewhere; a clone without it holds a text of some hundred bytes in place of each
 * (github.com/git-lfs/git-lfs/blob/main/docs/spec.md).
 */
const BEGIN = 'version https://git-lfs';

/** What is said of such a file, behind its name. */
export const LFS_POINTER =
  'is a Git LFS pointer, not the file itself: run "git lfs install" and "git lfs pull" in the folder of the model, or download the file.';

/** Whether a text, or the first bytes of a file, are such a pointer. */
export function isLfsPointer(begin: string | Uint8Array): boolean {
  if (typeof begin === 'string') return begin.startsWith(BEGIN);
  return begin.length >= BEGIN.length && [...BEGIN].every((letter, at) => begin[at] === letter.charCodeAt(0));
}
