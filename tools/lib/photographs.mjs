import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/steps.mjs';

/** The folder of the shared photographs, which is not everywhere. */
export const photographs = path.join(root, '..', 'shared', 'images');

const measured = ['movie-stars.jpg', 'portrait-1638x2048.jpg', 'crowd-1600x898.jpg'];

/** The files named, or three of the photographs. Ends the process where one is not there. */
export function filesOrExit(named, tool) {
  const files = named.length > 0 ? named : measured.map((name) => path.join(photographs, name));
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length === 0) return files;
  console.error(`bench: no ${missing.join(', ')}: name pictures, npm run tools -- ${tool} photo.jpg`);
  return process.exit(1);
}
