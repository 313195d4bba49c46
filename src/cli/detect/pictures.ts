import path from 'node:path';
import type { Detection, FaceDetector } from '../../detector.js';
import type { PictureFormat } from '../../pictures.js';
import type { Input } from './inputs.js';
import { type PictureWishes, wanted } from './picture-paths.js';
import type { Pictures } from './record.js';
import { writePicture } from './write-picture.js';

// The usual extension of a format first; an image that has another one of them keeps it.
const extensions: Record<PictureFormat, readonly string[]> = {
  jpeg: ['.jpg', '.jpeg', '.jpe', '.jfif'],
  png: ['.png'],
  webp: ['.webp'],
};

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
      for (const [i, { crop }] of faces.entries())
        await writePicture(pictures.crops[i] as string, crop.data, wishes.mayReplace);
      detection ??= { ...rest, faces: faces.map(({ crop: _written, ...face }) => face) };
    } else {
      const { data, format, ...found } = await detector[kind](bytes, options);
      pictures[kind] = `${target}${extension(format)}`;
      await writePicture(pictures[kind], data, wishes.mayReplace);
      detection ??= found;
    }
  }
  return { detection: detection as Detection, pictures };
}
