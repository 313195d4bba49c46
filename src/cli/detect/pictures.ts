import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Detection, FaceDetector } from '../../detector.js';
import type { PictureFormat } from '../../pictures.js';
import type { Input } from './inputs.js';
import { type PictureWishes, wanted } from './picture-paths.js';
import type { Pictures } from './record.js';

// The usual extension of a format first; an image that has another one of them keeps it.
const extensions: Record<PictureFormat, readonly string[]> = {
  jpeg: ['.jpg', '.jpeg', '.jpe', '.jfif'],
  png: ['.png'],
  webp: ['.webp'],
};

/** Whole or not at all: a process that is killed leaves no half picture under its name. */
async function writeWhole(file: string, data: Uint8Array): Promise<void> {
  const part = `${file}.part`;
  await mkdir(path.dirname(file), { recursive: true });
  try {
    await writeFile(part, data);
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Makes and writes the pictures of one image. Resolves to what was found, and the paths written. */
export async function makePictures(
  detector: FaceDetector,
  bytes: Uint8Array,
  input: Input,
  stem: string,
  wishes: PictureWishes,
  signal: AbortSignal,
): Promise<{ detection: Detection; pictures: Pictures }> {
  const own = path.extname(input.relative);
  const extension = (format: PictureFormat) => {
    return extensions[format].includes(own.toLowerCase()) ? own : extensions[format][0];
  };
  let detection: Detection | undefined;
  const pictures: Pictures = {};
  for (const [kind, folder] of wanted(wishes)) {
    const target = path.join(folder, stem);
    const options = { ...wishes.options[kind], signal };
    if (kind === 'crops') {
      const { faces, format, ...rest } = await detector.crops(bytes, options);
      pictures.crops = faces.map((_face, i) => `${target}-${i + 1}${extension(format)}`);
      for (const [i, { crop }] of faces.entries()) await writeWhole(pictures.crops[i] as string, crop.data);
      detection ??= { ...rest, faces: faces.map(({ crop: _written, ...face }) => face) };
    } else {
      const { data, format, ...found } = await detector[kind](bytes, options);
      pictures[kind] = `${target}${extension(format)}`;
      await writeWhole(pictures[kind], data);
      detection ??= found;
    }
  }
  return { detection: detection as Detection, pictures };
}
