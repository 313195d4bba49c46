import path from 'node:path';
import type { Detection, Point } from '../../library/detection.js';
import type { FaceDetector } from '../../library/detector.js';
import type { CropOptions, PictureFormat } from '../../library/render-options.js';
import type { Input } from './inputs.js';
import { type PictureRequest, requestedPictures } from './picture-paths.js';
import type { Pictures } from './record.js';
import { writePictures } from './write-pictures.js';

// The default extension of each format first; an image with another one keeps it.
const extensions: Record<PictureFormat, readonly string[]> = {
  jpeg: ['.jpg', '.jpeg', '.jpe', '.jfif'],
  png: ['.png'],
  webp: ['.webp'],
};

/**
 * Makes the pictures of one image, and writes them once all are made: if one fails, none remains. Resolves to the
 * detection and the paths written.
 */
export async function makePictures(
  detector: FaceDetector,
  bytes: Uint8Array,
  input: Input,
  stem: string,
  request: PictureRequest,
  signal: AbortSignal,
): Promise<{ detection: Detection; pictures: Pictures; focalPoint?: Point }> {
  const own = path.extname(input.relative);
  const extension = (format: PictureFormat) => {
    return extensions[format].includes(own.toLowerCase()) ? own : extensions[format][0];
  };
  let detection: Detection | undefined;
  let focalPoint: Point | undefined;
  const pictures: Pictures = {};
  const made = new Map<string, Uint8Array>();
  for (const [kind, folder] of requestedPictures(request)) {
    const target = path.join(folder, stem);
    const options = { ...request.options[kind], signal };
    if (kind === 'crops') {
      const { faces, format, ...rest } = await detector.crops(bytes, options);
      pictures.crops = faces.map((_face, i) => `${target}-${i + 1}${extension(format)}`);
      for (const [i, { crop }] of faces.entries()) made.set(pictures.crops[i] as string, crop.data);
      detection ??= { ...rest, faces: faces.map(({ crop: _written, ...face }) => face) };
    } else if (kind === 'crop') {
      const cropped = await detector.crop(bytes, options as typeof options & CropOptions);
      const { data, format, width: _width, height: _height, part: _part, focalPoint: point, ...found } = cropped;
      pictures.crop = `${target}${extension(format)}`;
      made.set(pictures.crop, data);
      focalPoint = point;
      detection ??= found;
    } else {
      const { data, format, ...found } = await detector[kind](bytes, options);
      pictures[kind] = `${target}${extension(format)}`;
      made.set(pictures[kind], data);
      detection ??= found;
    }
  }
  await writePictures(made, request.mayReplace);
  return { detection: detection as Detection, pictures, ...(focalPoint && { focalPoint }) };
}
