import { optionTable } from '../../library/detect-options.js';
import type { ModelName } from '../../library/model-catalog.js';
import type { RequestOptions } from './request-options.js';

/** Side of P-Net's window: the pyramid's first level shows the smallest face with so many pixels. */
const window = 12;

// Milliseconds for a megapixel on one core with AVX2 (docs/OPERATIONS.md); of pyramid levels for the networks. Proportions matter more.
const decodeMs = 12;
const pnetMs = 12;
// Where a threshold lets nearly every window through: the windows of P-Net then cost more than P-Net, and 20,000 crops of each of the
// others are the most (native/core/models/mtcnn/cascade.cc).
const open = 0.2;
const openPnetMs = 300;
const openRnetMs = 1000;
const openOnetMs = 5000;
const mostRnetMs = 6000;
const mostOnetMs = 8000;
const otherModelMs = 60;
// Networks of other models see two megapixels at most, haar all.
const mostSeen = 2;

/** Megapixels of all levels of the image pyramid: a geometric series whose first member is the picture at the first scale. */
function pyramidMegapixels(megapixels: number, minFaceSize: number, scaleFactor: number): number {
  const first = (window / minFaceSize) ** 2;
  return (megapixels * first) / (1 - scaleFactor ** 2);
}

/** Pixels of an image as displayed. */
export interface Size {
  width: number;
  height: number;
}

/** Roughly how many milliseconds a search will take, by the size of its picture: enough to tell short ones from long ones. */
export function searchCostMs(
  { width, height }: Size,
  model: ModelName,
  options: Pick<RequestOptions, 'minFaceSize' | 'scaleFactor' | 'maxSide' | 'pnetThreshold' | 'rnetThreshold'>,
): number {
  const { minFaceSize, scaleFactor, maxSide, pnetThreshold = 1, rnetThreshold = 1 } = options;
  const megapixels = (width * height) / 1e6;
  const shrunk = maxSide === undefined ? 1 : Math.min(1, maxSide / Math.max(width, height));
  const searched = megapixels * shrunk ** 2;
  const smallest = Math.max(window, (minFaceSize ?? optionTable.minFaceSize.default) * shrunk);
  const decoding = decodeMs * megapixels;
  if (model === 'mtcnn') {
    const levels = pyramidMegapixels(searched, smallest, scaleFactor ?? optionTable.scaleFactor.default);
    if (pnetThreshold >= open) return decoding + pnetMs * levels;
    const crops = Math.min(openRnetMs * levels, mostRnetMs);
    const faces = rnetThreshold >= open ? 0 : Math.min(openOnetMs * levels, mostOnetMs);
    return decoding + openPnetMs * levels + crops + faces;
  }
  return decoding + otherModelMs * (model === 'haar' ? searched : Math.min(searched, mostSeen));
}
