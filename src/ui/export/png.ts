/** A text inside a PNG picture, as the format provides for it: an iTXt chunk, which every viewer leaves alone. */

const KEYWORD = 'flexllm-composer-design';
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const HEADER_END = 33;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 of ISO 3309, as PNG asks for it. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((value, index) => bytes[index] === value);

/** A PNG with a text in it, right behind its header. @throws when the bytes are no PNG */
export function withText(png: Uint8Array, text: string): Uint8Array {
  if (!isPng(png) || png.length < HEADER_END) throw new Error('This is no PNG picture.');
  // Keyword, end of it, not compressed (two bytes), no language, no translated keyword, text.
  const body = new TextEncoder().encode(`iTXt${KEYWORD}\0\0\0\0\0${text}`);
  const chunk = new Uint8Array(body.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, body.length - 4);
  chunk.set(body, 4);
  view.setUint32(body.length + 4, crc32(body));
  const result = new Uint8Array(png.length + chunk.length);
  result.set(png.subarray(0, HEADER_END));
  result.set(chunk, HEADER_END);
  result.set(png.subarray(HEADER_END), HEADER_END + chunk.length);
  return result;
}

/** The text that `withText` put into a PNG; undefined when there is none or the file is damaged. */
export function textIn(png: Uint8Array): string | undefined {
  if (!isPng(png)) return undefined;
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let at = SIGNATURE.length; at + 12 <= png.length; ) {
    const length = view.getUint32(at);
    const end = at + 8 + length;
    if (end + 4 > png.length) return undefined;
    const body = png.subarray(at + 4, end);
    const text = new TextDecoder().decode(body);
    const start = `iTXt${KEYWORD}\0\0\0\0\0`;
    if (text.startsWith(start)) return view.getUint32(end) === crc32(body) ? text.slice(start.length) : undefined;
    at = end + 4;
  }
  return undefined;
}
