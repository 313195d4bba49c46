// Writes what each fuzz target starts from, all of it made by code: node build/test/fuzz/write-seeds.mjs FOLDER
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { standardPicture, toSharp } from '../fixtures/drawn-faces.mjs';
import { imageFiles } from './image-files.mjs';
import { randomBytes, type Seeds } from './random-bytes.mjs';

/** Each file with options that suit it: all of them off, or as many on as may be (see decode_fuzz.cc). */
function withOptions(files: Seeds): Seeds {
  const entries = Object.entries(files).flatMap(([name, file]): [string, Buffer][] => [
    [name, Buffer.concat([Buffer.from([0]), file])],
    [`${name}-options`, Buffer.concat([Buffer.from([0x1f]), file])],
  ]);
  return Object.fromEntries(entries);
}

/** The smallest and the middle one of the drawn faces, so that the later stages have something to do (see cascade_fuzz.cc). */
async function pictures(): Promise<Seeds> {
  const picture = toSharp(standardPicture());
  const cut = (left: number, top: number, side: number) =>
    picture.clone().extract({ left, top, width: side, height: side }).resize(48, 48).raw().toBuffer();
  const byDefault = [8, 153, 178, 204, 160, 0, 0, 0, 1];
  const everything = [0, 0, 0, 0, 250, 0, 0, 0, 0];
  const shape = [47, 47, 1, 1]; // 48 x 48, RGB
  return {
    face: Buffer.concat([Buffer.from([...byDefault, ...shape]), await cut(690, 60, 60)]),
    'face-everything': Buffer.concat([Buffer.from([...everything, ...shape]), await cut(240, 190, 120)]),
    'noise-gray': Buffer.concat([Buffer.from([...everything, 30, 20, 0, 0]), randomBytes(600, 5)]),
    strip: Buffer.from([...everything, 47, 0, 1, 0, 10, 20, 30]),
  };
}

/** Any bytes mean something to the targets that build their values out of numbers. */
const numbers = (): Seeds =>
  Object.fromEntries([16, 64, 200, 900].map((size) => [`numbers-${size}`, randomBytes(size, size)]));

const folder = process.argv[2];
if (!folder) throw new Error('usage: write-seeds.mjs FOLDER');
const files = await imageFiles();
const seeds = {
  header: files,
  decode: withOptions(files),
  cascade: await pictures(),
  nms: numbers(),
  render: numbers(),
  yunet: numbers(),
};
for (const [target, ofTarget] of Object.entries(seeds)) {
  mkdirSync(path.join(folder, target), { recursive: true });
  for (const [name, bytes] of Object.entries(ofTarget)) writeFileSync(path.join(folder, target, name), bytes);
}
