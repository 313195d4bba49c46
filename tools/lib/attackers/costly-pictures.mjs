// What attackers send: small files that cost much.
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { makeFilm } from './costly-film.mjs';

/** Side of a square of 50 million pixels, the default of MAX_PIXELS. */
const largest = 7071;

const flat = (channels) => ({
  create: { width: largest, height: largest, channels, background: { r: 120, g: 110, b: 100, alpha: 0.5 } },
});

/** Noise in which a search without thresholds finds a face everywhere. */
async function noise(side) {
  const pixels = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => Math.imul(i + 1, 2654435761) >>> 24));
  const tile = await sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } })
    .png()
    .toBuffer();
  return sharp({ create: { width: side, height: side, channels: 3, background: '#888' } })
    .composite([{ input: tile, tile: true }])
    .webp({ lossless: true, effort: 4 })
    .toBuffer();
}

/** A TIFF of 16-bit RGBA, one deflated strip, turned by orientation 5 (TIFF 6.0): small, and 8 bytes a pixel before it is turned. */
function deepTiff() {
  const bits = 16;
  const samples = 4;
  const row = Buffer.alloc((largest * samples * bits) / 8, 0x75);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: largest }, () => row)), { level: 6 });
  const header = 8;
  const bitsAt = header + pixels.length + (pixels.length % 2);
  const directoryAt = bitsAt + 2 * samples;
  const [short, long] = [3, 4];
  const entries = [
    [256, long, 1, largest], // width
    [257, long, 1, largest], // height
    [258, short, samples, bitsAt],
    [259, short, 1, 8], // deflate
    [262, short, 1, 2], // RGB
    [273, long, 1, header], // where the strip begins
    [274, short, 1, 5], // orientation
    [277, short, 1, samples],
    [278, long, 1, largest], // rows in a strip
    [279, long, 1, pixels.length],
    [284, short, 1, 1], // samples side by side
    [338, short, 1, 2], // the fourth is alpha
  ];
  const file = Buffer.alloc(directoryAt + 2 + 12 * entries.length + 4);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(directoryAt, 4);
  pixels.copy(file, header);
  for (let i = 0; i < samples; i++) file.writeUInt16LE(bits, bitsAt + 2 * i);
  file.writeUInt16LE(entries.length, directoryAt);
  for (const [i, [tag, type, count, value]] of entries.entries()) {
    const at = directoryAt + 2 + 12 * i;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(count, at + 4);
    file.writeUInt32LE(value, at + 8);
  }
  return file;
}

export async function makePictures() {
  return {
    flat: await sharp(flat(3)).webp({ lossless: true, effort: 0 }).toBuffer(),
    flatWithAlpha: await sharp(flat(4)).webp({ lossless: true, effort: 0 }).toBuffer(),
    noise500: await noise(500),
    noise2000: await noise(2000),
    noise7071: await noise(largest),
    deepTiff: deepTiff(),
    film: makeFilm(),
    tiny: await sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } })
      .png()
      .toBuffer(),
  };
}
