// Makes the pictures in docs/images.
//
// Of a scene that is drawn by code (faces.png, which the samples in README and docs search), with the library itself.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { root } from '../scripts/steps.mjs';
import { drawFaces, toSharp } from './lib/images.mjs';
import { FaceDetector } from './lib/library.mjs';

const folder = path.join(root, 'docs', 'images');

const scene = drawFaces(960, 540, [
  { x: 150, y: 330, height: 200 },
  { x: 345, y: 215, height: 130 },
  { x: 520, y: 330, height: 250 },
  { x: 715, y: 190, height: 90 },
  { x: 830, y: 345, height: 180 },
]);

mkdirSync(folder, { recursive: true });
const write = (name, data) => writeFileSync(path.join(folder, name), data);
const small = ({ data }) => sharp(data).png({ palette: true }).toBuffer();
const detector = await FaceDetector.create();
const options = { format: 'png' };
write('faces.png', await toSharp(scene).png({ palette: true }).toBuffer());
write('annotate.png', await small(await detector.annotate(scene, options)));
write('redact-blur.png', await small(await detector.redact(scene, options)));
write('redact-pixelate.png', await small(await detector.redact(scene, { ...options, mode: 'pixelate', shape: 'box' })));

// The crops beside each other, with a gap between.
const { faces } = await detector.crops(scene, { format: 'png', sort: 'area' });
const side = 112 + 16;
const strip = sharp({
  create: { width: side * faces.length - 16, height: 112, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
}).composite(faces.map(({ crop }, i) => ({ input: crop.data, left: i * side, top: 0 })));
write('crops.png', await strip.png({ palette: true }).toBuffer());
await detector.close();
