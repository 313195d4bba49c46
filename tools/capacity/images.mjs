import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { extensions } from '../lib/command-line.mjs';
import { drawFaces, toSharp } from '../lib/images.mjs';
import { photographs } from '../lib/photographs.mjs';

/** Pictures drawn by code, of sizes as cameras and web pages have them: { name, bytes }. */
async function drawnImages() {
  const sizes = [320, 640, 1280, 1920];
  return Promise.all(
    sizes.map(async (width) => {
      const height = (width * 3) / 4;
      const faces = [0.25, 0.5, 0.75].map((x) => ({ x: width * x, y: height / 2, height: height / 4 }));
      const bytes = await toSharp(drawFaces(width, height, faces))
        .jpeg()
        .toBuffer();
      return { name: `drawn-${width}`, bytes };
    }),
  );
}

/** Images of a folder; by default the shared photographs where they are, else pictures drawn by code: { name, bytes }. */
export async function loadImages(folder = photographs) {
  if (folder === photographs && !existsSync(folder)) return drawnImages();
  const names = readdirSync(folder).filter((name) => extensions.has(path.extname(name).toLowerCase()));
  if (names.length === 0) throw new Error(`there are no images in ${folder}`);
  return names.sort().map((name) => ({ name, bytes: readFileSync(path.join(folder, name)) }));
}
