import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import sharp from 'sharp';

const root = path.join(import.meta.dirname, '..', '..');
const photographs = path.join(root, '..', 'shared', 'images');

/** Pictures drawn by code, of sizes as cameras and web pages have them: { name, bytes }. */
async function drawnImages() {
  const { drawFaces } = createRequire(import.meta.url)(path.join(root, 'dist', 'library', 'drawn-faces.js'));
  const sizes = [320, 640, 1280, 1920];
  return Promise.all(
    sizes.map(async (width) => {
      const height = (width * 3) / 4;
      const faces = [0.25, 0.5, 0.75].map((x) => ({ x: width * x, y: height / 2, height: height / 4 }));
      const { data, channels } = drawFaces(width, height, faces);
      const bytes = await sharp(data, { raw: { width, height, channels } }).jpeg().toBuffer();
      return { name: `drawn-${width}`, bytes };
    }),
  );
}

const { extensions } = createRequire(import.meta.url)(path.join(root, 'dist', 'cli', 'detect', 'inputs.js'));

/** Images of a folder; by default the shared photographs where they are, else pictures drawn by code: { name, bytes }. */
export async function loadImages(folder = photographs) {
  if (folder === photographs && !existsSync(folder)) return drawnImages();
  const names = readdirSync(folder).filter((name) => extensions.has(path.extname(name).toLowerCase()));
  if (names.length === 0) throw new Error(`there are no images in ${folder}`);
  return names.sort().map((name) => ({ name, bytes: readFileSync(path.join(folder, name)) }));
}
