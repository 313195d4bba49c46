import { linkSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { drawFaces, toSharp } from '../lib/images.mjs';

/** Writes small pictures with a drawn face each into `folder`, under `count` names; a few files, each with many links. */
export async function writePhotographs(folder, count) {
  mkdirSync(path.join(folder, 'drawn'), { recursive: true });
  const files = [];
  for (let i = 0; i < 8; i++) {
    const file = path.join(folder, 'drawn', `drawn-${i}.png`);
    await toSharp(drawFaces(120, 100, [{ x: 50 + i * 2, y: 50, height: 60 + i }]))
      .png()
      .toFile(file);
    files.push(file);
  }
  const names = files.map((file) => path.relative(folder, file));
  for (let i = files.length; i < count; i++) {
    const name = path.join(`${Math.floor(i / 1000)}`, `${i}.png`);
    if (!names.some((other) => path.dirname(other) === path.dirname(name)))
      mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
    linkSync(files[i % files.length], path.join(folder, name));
    names.push(name);
  }
  return names;
}
