/** The design inside a PNG picture: an `iTXt` chunk with a keyword of its own (PNG specification, third edition, 11.3.3.4). */

const KEYWORD = 'flexllm-composer-design';
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, index) => bytes[index] === byte);

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 of type and data of a chunk. */
function checksum(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (TABLE[(value ^ byte) & 0xff] as number) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

const encoder = new TextEncoder();

interface Chunk {
  readonly type: string;
  readonly start: number;
  readonly data: Uint8Array;
}

function* chunks(png: Uint8Array): Generator<Chunk> {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let at = SIGNATURE.length; at + 12 <= png.length; ) {
    const length = view.getUint32(at);
    if (at + 12 + length > png.length) return;
    yield {
      type: String.fromCharCode(...png.subarray(at + 4, at + 8)),
      start: at,
      data: png.subarray(at + 8, at + 8 + length),
    };
    at += 12 + length;
  }
}

/** A PNG with a text added in front of its end. @throws when it is no whole PNG */
export function withText(png: Uint8Array, text: string): Uint8Array {
  const end = isPng(png) ? [...chunks(png)].find(({ type }) => type === 'IEND') : undefined;
  if (!end) throw new Error('This is no whole PNG picture.');
  // Keyword, end of it, not compressed, no language, no translated keyword, text.
  const body = encoder.encode(`iTXt${KEYWORD}\0\0\0\0\0${text}`);
  const chunk = new Uint8Array(body.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, body.length - 4);
  chunk.set(body, 4);
  view.setUint32(body.length + 4, checksum(body));
  const made = new Uint8Array(png.length + chunk.length);
  made.set(png.subarray(0, end.start));
  made.set(chunk, end.start);
  made.set(png.subarray(end.start), end.start + chunk.length);
  return made;
}

/** The text that `withText` has put in; undefined when there is none. */
export function textOf(png: Uint8Array): string | undefined {
  if (!isPng(png)) return undefined;
  const head = `${KEYWORD}\0\0\0\0\0`;
  for (const { type, data } of chunks(png)) {
    if (type !== 'iTXt') continue;
    const content = new TextDecoder().decode(data);
    if (content.startsWith(head)) return content.slice(head.length);
  }
  return undefined;
}
