// The pictures that tools send.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { drawFaces } from '#dist/library/drawn-faces.js';
import { photographs } from './photographs.mjs';

export { drawFaces };

/** The four faces that MTCNN finds on 800 x 500 pixels, as test/fixtures/drawn-faces.mts has them. */
export const fourFaces = [
  { x: 120, y: 150, height: 60 },
  { x: 300, y: 250, height: 120 },
  { x: 560, y: 250, height: 260 },
  { x: 720, y: 90, height: 40 },
];

/** A drawn picture, or another one of raw pixels, for sharp to encode. */
export const toSharp = ({ data, width, height, channels = 3 }) => sharp(data, { raw: { width, height, channels } });

/** A picture of one colour, for sharp to encode. */
export const flat = (width, height) => sharp({ create: { width, height, channels: 3, background: '#876' } });

/** movie-stars.jpg of the shared photographs where they are, else a picture drawn by code; a JPEG either way. */
export async function testImage() {
  const photograph = path.join(photographs, 'movie-stars.jpg');
  if (existsSync(photograph)) return readFileSync(photograph);
  const faces = Array.from({ length: 12 }, (_value, i) => ({
    x: 80 + 160 * (i % 6),
    y: 150 + 300 * Math.floor(i / 6),
    height: 120,
  }));
  return toSharp(drawFaces(1000, 602, faces))
    .jpeg()
    .toBuffer();
}
