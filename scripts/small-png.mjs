/** Screenshots as PNG with a palette: a third of the size, for they are full of surfaces of few colours. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

function* chunks(png) {
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    yield { type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) };
    at += length + 12;
  }
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

const paeth = (left, up, corner) => {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
};

/** Rows of 8-bit samples without the filters of PNG. */
function unfiltered(raw, height, stride, depth) {
  const pixels = Buffer.alloc(height * stride);
  for (let row = 0; row < height; row += 1) {
    const filter = raw[row * (stride + 1)];
    for (let at = 0; at < stride; at += 1) {
      const here = row * stride + at;
      const left = at >= depth ? pixels[here - depth] : 0;
      const up = row > 0 ? pixels[here - stride] : 0;
      const corner = row > 0 && at >= depth ? pixels[here - stride - depth] : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      pixels[here] = raw[row * (stride + 1) + 1 + at] + guess;
    }
  }
  return pixels;
}

/** The same picture in its 256 most frequent colours; shades that differ little count as one. */
export function smallPng(png) {
  const all = [...chunks(png)];
  const header = all.find(({ type }) => type === 'IHDR').data;
  const [width, height, depth] = [header.readUInt32BE(0), header.readUInt32BE(4), header[9] === 6 ? 4 : 3];
  const raw = inflateSync(Buffer.concat(all.filter(({ type }) => type === 'IDAT').map(({ data }) => data)));
  const pixels = unfiltered(raw, height, width * depth, depth);
  const colours = new Map();
  for (let at = 0; at < pixels.length; at += depth) {
    const colour = (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
    colours.set(colour, (colours.get(colour) ?? 0) + 1);
  }
  const shades = new Map();
  for (const [colour, count] of colours) {
    const shade = colour & 0xf8f8f8;
    const known = shades.get(shade);
    shades.set(shade, {
      count: (known?.count ?? 0) + count,
      most: Math.max(known?.most ?? 0, count),
      colour: known && known.most >= count ? known.colour : colour,
    });
  }
  const palette = [...shades.values()]
    .sort((a, b) => b.count - a.count)
    .slice(0, 256)
    .map(({ colour }) => colour);
  const parts = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];
  const table = palette.map(parts);
  const nearest = new Map(
    [...colours.keys()].map((colour) => {
      const [r, g, b] = parts(colour);
      let [best, least] = [0, Number.POSITIVE_INFINITY];
      table.forEach(([red, green, blue], index) => {
        const far = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
        if (far < least) [best, least] = [index, far];
      });
      return [colour, best];
    }),
  );
  const rows = Buffer.alloc(height * (width + 1));
  for (let at = 0, pixel = 0; at < pixels.length; at += depth, pixel += 1) {
    rows[Math.floor(pixel / width) * (width + 1) + 1 + (pixel % width)] = nearest.get(
      (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2],
    );
  }
  const next = Buffer.from(header);
  next[9] = 3;
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', next),
    chunk('PLTE', Buffer.from(table.flat())),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
