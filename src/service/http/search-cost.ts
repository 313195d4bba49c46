import { optionTable } from '../../library/detect-options.js';
import type { ModelName } from '../../library/model-catalog.js';
import type { RequestOptions } from './request-options.js';

/** Side of P-Net's window: on the pyramid's first level, the smallest face is this many pixels wide. */
const window = 12;

// Milliseconds per megapixel on one core with AVX2 (docs/OPERATIONS.md); for the networks, per megapixel of pyramid
// levels. The proportions matter more than the values.
const decodeMs = 12;
const slowDecodeMs: Readonly<Record<string, number>> = { heic: 115, avif: 70 };
const pnetMs = 12;
// Below this threshold nearly every window passes: handling P-Net's windows then costs more than P-Net itself, and
// R-Net and O-Net get up to 20,000 crops each (native/core/models/mtcnn/cascade.cc).
const permissiveThreshold = 0.2;
const permissivePnetMs = 300;
const permissiveRnetMs = 1000;
const permissiveOnetMs = 5000;
const maxRnetMs = 6000;
const maxOnetMs = 8000;
const otherModelMs = 60;
// Networks that see the picture at one small size; haar sees all of it.
const maxSearchedMegapixels = 2;
const yunetMs = 40;
// Side of the smallest face on the largest picture that yunet's network sees (native/core/models/yunet/levels.cc).
const yunetSmallest = 20;
// With the look for the orientation, of what a search takes without it.
const orientationShare = 1.6;

/** Megapixels of all pyramid levels: a geometric series that starts with the image at the first scale. */
function pyramidMegapixels(megapixels: number, minFaceSize: number, scaleFactor: number): number {
  const first = (window / minFaceSize) ** 2;
  return (megapixels * first) / (1 - scaleFactor ** 2);
}

/** Pixels of the displayed image. */
export interface Size {
  width: number;
  height: number;
}

type CostOptions = Pick<
  RequestOptions,
  'minFaceSize' | 'scaleFactor' | 'maxSide' | 'pnetThreshold' | 'rnetThreshold' | 'orientation'
>;

/** Rough estimate of a search's milliseconds from the image size: enough to tell short searches from long ones. */
export function searchCostMs(size: Size & { format?: string }, model: ModelName, options: CostOptions): number {
  const decoding = (slowDecodeMs[size.format ?? ''] ?? decodeMs) * ((size.width * size.height) / 1e6);
  return decoding + networksMs(size, model, options) * (options.orientation === 'auto' ? orientationShare : 1);
}

function networksMs({ width, height }: Size, model: ModelName, options: CostOptions): number {
  const { minFaceSize, scaleFactor, maxSide, pnetThreshold = 1, rnetThreshold = 1 } = options;
  const megapixels = (width * height) / 1e6;
  const shrunk = maxSide === undefined ? 1 : Math.min(1, maxSide / Math.max(width, height));
  const searched = megapixels * shrunk ** 2;
  const smallest = Math.max(window, (minFaceSize ?? optionTable.minFaceSize.default) * shrunk);
  if (model === 'mtcnn') {
    const levels = pyramidMegapixels(searched, smallest, scaleFactor ?? optionTable.scaleFactor.default);
    if (pnetThreshold >= permissiveThreshold) return pnetMs * levels;
    const crops = Math.min(permissiveRnetMs * levels, maxRnetMs);
    const faces = rnetThreshold >= permissiveThreshold ? 0 : Math.min(permissiveOnetMs * levels, maxOnetMs);
    return permissivePnetMs * levels + crops + faces;
  }
  if (model === 'yunet') return yunetMs * searched * Math.min(1, yunetSmallest / smallest) ** 2;
  return otherModelMs * (model === 'haar' ? searched : Math.min(searched, maxSearchedMegapixels));
}
