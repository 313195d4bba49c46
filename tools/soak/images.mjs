// What the soak sends: pictures drawn in all formats that the service takes, photographs where they are, and bytes that are no image.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/steps.mjs';
import { drawFaces, flat, fourFaces, toSharp } from '../lib/images.mjs';
import { photographs } from '../lib/photographs.mjs';
import { bmp } from './bmp.mjs';

const encoders = {
  jpeg: (picture) => toSharp(picture).jpeg({ quality: 92 }).toBuffer(),
  progressive: (picture) => toSharp(picture).jpeg({ quality: 92, progressive: true }).toBuffer(),
  fullChroma: (picture) => toSharp(picture).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(),
  gray: (picture) => toSharp(picture).grayscale().jpeg({ quality: 92 }).toBuffer(),
  cmyk: (picture) => toSharp(picture).toColourspace('cmyk').jpeg({ quality: 92 }).toBuffer(),
  png: (picture) => toSharp(picture).png().toBuffer(),
  palette: (picture) => toSharp(picture).png({ palette: true }).toBuffer(),
  interlaced: (picture) => toSharp(picture).png({ progressive: true }).toBuffer(),
  deepPng: (picture) => toSharp(picture).toColourspace('rgb16').png().toBuffer(),
  alphaPng: (picture) => toSharp(picture).ensureAlpha(0.5).png().toBuffer(),
  webp: (picture) => toSharp(picture).webp({ quality: 92 }).toBuffer(),
  losslessWebp: (picture) => toSharp(picture).webp({ lossless: true }).toBuffer(),
  alphaWebp: (picture) => toSharp(picture).ensureAlpha(0.5).webp({ quality: 92 }).toBuffer(),
  tiff: (picture) => toSharp(picture).tiff({ compression: 'lzw' }).toBuffer(),
  tiledTiff: (picture) => toSharp(picture).tiff({ compression: 'deflate', tile: true }).toBuffer(),
  plainTiff: (picture) => toSharp(picture).tiff({ compression: 'none' }).toBuffer(),
  bmp: async (picture) => bmp(picture),
  avif: (picture) => toSharp(picture).avif({ quality: 80, effort: 1 }).toBuffer(),
  gif: (picture) => toSharp(picture).gif({ effort: 5 }).toBuffer(),
};
const mimeTypes = Object.fromEntries(
  ['png', 'webp', 'tiff', 'bmp', 'avif', 'gif'].map((name) => [name, `image/${name}`]),
);
// The four faces, as nothing here writes HEIC.
const heicFile = path.join(root, 'test', 'fixtures', 'heic', 'plain.heic');

function mimeType(name) {
  const found = Object.keys(mimeTypes).find((format) => name.toLowerCase().includes(format));
  return found ? mimeTypes[found] : 'image/jpeg';
}

async function image(name, picture, encoder, more) {
  return { name: `${name}.${encoder}`, type: mimeType(encoder), bytes: await encoders[encoder](picture), ...more };
}

/** Drawn faces in random places on a picture of random size. */
function randomPicture(random) {
  const width = random.integer(40, 1100);
  const height = random.integer(40, 800);
  const faces = Array.from({ length: random.integer(0, 6) }, () => ({
    x: random.integer(0, width),
    y: random.integer(0, height),
    height: random.integer(24, 260),
  }));
  return drawFaces(width, height, faces);
}

const strange = [
  [1, 1],
  [12, 12],
  [3, 900],
  [2500, 9],
];

async function drawn(random) {
  const four = drawFaces(800, 500, fourFaces);
  const others = Array.from({ length: 8 }, () => randomPicture(random));
  const images = [];
  for (const encoder of Object.keys(encoders)) {
    const isAsDrawn = !['gray', 'cmyk', 'palette', 'gif'].includes(encoder); // those may find fewer
    images.push(await image('four', four, encoder, isAsDrawn && { drawn: fourFaces }));
    for (let i = 0; i < 2; i++) {
      const at = random.integer(0, others.length - 1);
      images.push(await image(`other ${at}`, others[at], encoder));
    }
  }
  for (const [width, height] of strange) {
    images.push(await image(`${width}x${height}`, drawFaces(width, height, []), random.pick(Object.keys(encoders))));
  }
  for (let orientation = 2; orientation <= 8; orientation++) {
    const bytes = await toSharp(four).withMetadata({ orientation }).jpeg().toBuffer();
    images.push({ name: `turned ${orientation}`, type: 'image/jpeg', bytes });
  }
  images.push({ name: 'four.heic', type: 'image/heic', bytes: readFileSync(heicFile), drawn: fourFaces });
  return images;
}

function photographed() {
  if (!existsSync(photographs)) return [];
  return readdirSync(photographs).map((name) => {
    return { name, type: mimeType(name), bytes: readFileSync(path.join(photographs, name)) };
  });
}

/** Ten megapixels: what a telephone sends. */
async function large() {
  const four = toSharp(drawFaces(800, 500, fourFaces));
  return { name: 'large', type: 'image/jpeg', bytes: await four.resize(4000, 2500).jpeg().toBuffer() };
}

/** What no decoder shall take: `[name, bytes, the status that it is answered with]`. */
async function refused(random) {
  return [
    ['empty', Buffer.alloc(0), 422],
    ['noise', random.bytes(5000), 415],
    ['text', Buffer.from('not an image, but a long text about one\n'.repeat(50)), 415],
    ['svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), 415],
    ['photoshop', Buffer.from('8BPS\0\x01'), 415],
    ['half a HEIC', readFileSync(heicFile).subarray(0, 9000), 422],
    ['half an AVIF', (await flat(640, 480).avif({ effort: 0 }).toBuffer()).subarray(0, -9), 422],
    ['too many pixels', await flat(8000, 7000).png({ compressionLevel: 9 }).toBuffer(), 413],
    ['half a JPEG', (await flat(640, 480).jpeg().toBuffer()).subarray(0, 900), 422],
  ].map(([name, bytes, status]) => ({ name, type: 'application/octet-stream', bytes, status }));
}

/** An image with a few bytes changed, moved or cut off: what comes of it nobody knows, but it is no error of the service's. */
export function mutated(random, { bytes, ...rest }) {
  const copy = Buffer.from(bytes);
  const places = random.integer(1, 12);
  for (let i = 0; i < places && copy.length > 0; i++) {
    // Headers are near the beginning.
    const last = random.chance(0.5) ? Math.min(copy.length, 400) : copy.length;
    copy[random.integer(0, last - 1)] = random.integer(0, 255);
  }
  const end = random.chance(0.3) ? random.integer(0, copy.length) : copy.length;
  const { name, type } = rest;
  return { name: `${name} mutated`, type, bytes: copy.subarray(0, end) };
}

/** Images by kind; those with `drawn` have these faces, those with `status` are answered with it. */
export async function makeImages(random) {
  return {
    good: [...(await drawn(random)), ...photographed()],
    refused: await refused(random),
    large: await large(),
  };
}
