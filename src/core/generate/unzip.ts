/** One file out of an archive, within bounds: nothing else is unpacked, and not a byte more than was asked for. */
import { Inflate, strFromU8 } from 'fflate';

/** Compressed bytes that are unpacked at a time: at most a thousandfold comes out of them. */
const PIECE = 1024;

/** Unpacks a deflate stream. @throws Error when it is damaged or longer than `most` bytes; then at most 1 MB more was unpacked. */
export function inflateWithin(packed: Uint8Array, most: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let total = 0;
  const inflate = new Inflate((part) => {
    total += part.length;
    if (total > most) throw new Error(`it has more than ${most} bytes`);
    parts.push(part);
  });
  for (let at = 0; at < packed.length; at += PIECE)
    inflate.push(packed.subarray(at, at + PIECE), at + PIECE >= packed.length);
  const whole = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

interface Entry {
  readonly name: string;
  readonly encrypted: boolean;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  /** Place of its own header. */
  readonly offset: number;
}

/** Where the directory of a zip begins and how many entries it has (APPNOTE.TXT 4.3.16); undefined when there is none. */
function directoryOf(view: DataView): { readonly at: number; readonly entries: number } | undefined {
  for (let end = view.byteLength - 22; end >= Math.max(0, view.byteLength - 22 - 0xffff); end -= 1)
    if (view.getUint32(end, true) === 0x06054b50)
      return { at: view.getUint32(end + 16, true), entries: view.getUint16(end + 10, true) };
  return undefined;
}

/** The entries of a zip, from its directory (APPNOTE.TXT 4.3.12); what is cut off is left out. */
function* entriesOf(bytes: Uint8Array, view: DataView): Generator<Entry> {
  const directory = directoryOf(view);
  let at = directory?.at ?? 0;
  for (let index = 0; index < (directory?.entries ?? 0); index += 1) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) return;
    const nameLength = view.getUint16(at + 28, true);
    yield {
      name: strFromU8(bytes.subarray(at + 46, at + 46 + nameLength)),
      encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    };
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
}

const depthOf = (name: string): number => name.split('/').length;

/**
 * The file of a zip whose path matches, the one nearest to the top where there are more; undefined when there is none.
 * A `problem` is a sentence: the file is larger than `most` bytes, damaged, or packed in an unusual way.
 */
export function fileInZip(
  bytes: Uint8Array,
  path: RegExp,
  most: number,
): { readonly bytes: Uint8Array } | { readonly problem: string } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let entry: Entry | undefined;
  for (const other of entriesOf(bytes, view))
    if (path.test(other.name) && (entry === undefined || depthOf(other.name) < depthOf(entry.name))) entry = other;
  if (entry === undefined) return undefined;
  const { name, encrypted, method, packed, size, offset } = entry;
  if (size > most || packed > most)
    return { problem: `${name.slice(-80)} in it has ${size} bytes, more than the ${most} that are read.` };
  try {
    if (encrypted || (method !== 0 && method !== 8) || view.getUint32(offset, true) !== 0x04034b50) throw new Error();
    const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
    const data = bytes.subarray(start, start + packed);
    const content = method === 0 ? data : inflateWithin(data, size);
    if (content.length !== size) throw new Error();
    return { bytes: content };
  } catch {
    return {
      problem: `${name.slice(-80)} in it is damaged or packed in a way that is not read here. Unpack the archive and open that file.`,
    };
  }
}
