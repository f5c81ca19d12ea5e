/** Text files of the user: models and texts may come from anywhere, so nothing is read that has no end. */
import { readFile, stat } from 'node:fs/promises';
import { isLfsPointer, LFS_POINTER } from '../../src/core/models/lfs.ts';
import { codeOf, InputError, messageOf } from './errors.ts';

/** Largest text that is read; the largest tokenizers have some tens of megabytes. */
export const LARGEST_TEXT = 256 << 20;

/**
 * Size of a file in bytes; undefined when there is none.
 * @throws InputError for what is no regular file (a pipe, a device, a folder) or cannot be reached.
 */
export async function fileSize(path: string): Promise<number | undefined> {
  try {
    const info = await stat(path);
    if (info.isFile()) return info.size;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return undefined;
    const what = code === 'ELOOP' ? 'is a link that leads back to itself' : `cannot be read (${messageOf(error)})`;
    throw new InputError(`${path} ${what}; put the file itself there and check its permissions.`);
  }
  throw new InputError(`${path} is not a file but a folder, a pipe or a device; put the file itself there.`);
}

/**
 * A UTF-8 text without byte order mark; undefined when there is no such file.
 * @throws InputError when it is no file, too large, unreadable, or stands for a file that Git LFS did not fetch.
 */
export async function textIfPresent(path: string, most = LARGEST_TEXT): Promise<string | undefined> {
  const size = await fileSize(path);
  if (size === undefined) return undefined;
  if (size > most) throw new InputError(`${path} has ${size} bytes, at most ${most} are read; is it the right file?`);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new InputError(`${path} cannot be read (${messageOf(error)}); check its permissions.`);
  }
  if (isLfsPointer(text)) throw new InputError(`${path} ${LFS_POINTER}`);
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
