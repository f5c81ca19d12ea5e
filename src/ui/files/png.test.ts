import { crc32, deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { isPng, textOf, withText } from './png.ts';

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const made = Buffer.alloc(body.length + 8);
  made.writeUInt32BE(data.length, 0);
  body.copy(made, 4);
  made.writeUInt32BE(crc32(body), body.length + 4);
  return made;
}

/** One grey pixel. */
const PIXEL = new Uint8Array(
  Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])),
    chunk('IDAT', deflateSync(Buffer.from([0, 128]))),
    chunk('IEND', Buffer.alloc(0)),
  ]),
);

it('puts a text into a picture and reads it back, with the checksum that the format asks for', () => {
  const text = '{"name":"Größe <b> 語"}\n';
  const made = withText(PIXEL, text);
  expect(isPng(made)).toBe(true);
  expect(textOf(made)).toBe(text);
  const expected = chunk('iTXt', Buffer.from(`flexllm-composer-design\0\0\0\0\0${text}`, 'utf8'));
  expect(Buffer.from(made).includes(expected)).toBe(true);
  expect(Buffer.from(made).subarray(-12)).toEqual(Buffer.from(PIXEL).subarray(-12));
});

it('finds nothing in other files and in damaged ones', () => {
  expect(textOf(PIXEL)).toBeUndefined();
  expect(textOf(withText(PIXEL, 'x').subarray(0, 60))).toBeUndefined();
  expect(textOf(new Uint8Array([1, 2, 3]))).toBeUndefined();
  expect(() => withText(PIXEL.subarray(0, 40), 'x')).toThrow('no whole PNG');
});
