import { copyOf, type FaceOrBox } from './box-list.js';
import {
  checkOptions,
  type DetectCallOptions,
  type limitNames,
  type OptionRule,
  type OptionRules,
  optionTable,
  withoutLimits,
} from './detect-options.js';
import type { Box, Detection, Face, Point } from './detection.js';
import { FaceDetectorError } from './face-detector-error.js';
import type { NativeRender } from './native.js';

/** Formats in which pictures can be written. */
export const pictureFormats = ['jpeg', 'png', 'webp'] as const;
export type PictureFormat = (typeof pictureFormats)[number];

export interface PictureOptions {
  /** Default: the image's own format if it is one of these, else `png`. */
  format?: PictureFormat | undefined;
  /** Quality of JPEG (default 90) and WebP (default 80), 1 to 100; no effect on PNG, which is lossless. */
  quality?: number | undefined;
}

export interface AnnotateOptions extends DetectCallOptions, PictureOptions {
  /** Draw the five points. Default true. */
  landmarks?: boolean | undefined;
  /** Write the confidence at each box. Default true. */
  scores?: boolean | undefined;
}

export interface RedactOptions extends Omit<DetectCallOptions, (typeof limitNames)[number]>, PictureOptions {
  /**
   * `blur` (default) and `pixelate` leave 4 samples across a face, whatever its size: people do not recognise it, programs
   * made for it may. Only `fill` (black) leaves nothing.
   */
  mode?: 'blur' | 'pixelate' | 'fill' | undefined;
  shape?: 'ellipse' | 'box' | undefined;
  /** How far to hide beyond each side of the box, as a share of its width and height, 0 to 1. Default 0.3. */
  margin?: number | undefined;
  /**
   * Faces to leave visible: each by its index in `faces`, or by a box in pixels that overlaps it by half of what both cover. At most
   * 100; one that is none of the faces found is an error.
   */
  except?: readonly FaceOrBox[] | undefined;
  /** The only faces to hide, given like `except`; an empty list hides none. Not together with `except`. */
  only?: readonly FaceOrBox[] | undefined;
  /**
   * Up to 100 boxes in pixels to hide as well, such as number plates: as boxes and without `margin`, whether or not there are faces.
   * One entirely outside the image is an error. `blur` and `pixelate` leave 4 samples across the longer side; text wants `fill`.
   */
  regions?: readonly Box[] | undefined;
}

export interface CropsOptions extends DetectCallOptions, PictureOptions {
  /**
   * Turn and scale each face so that its five points lie where face recognisers of the ArcFace family expect them
   * (default); false cuts out the box. `haar` has no landmarks to align by.
   */
  align?: boolean | undefined;
  /** Side of aligned crops in pixels, 16 to 1024, default 112; longer side of plain ones, by default not resized. */
  size?: number | undefined;
  /** Plain crops only: added at each side of the box, as a share of its width and height, 0 to 1. Default 0. */
  margin?: number | undefined;
}

export interface CropOptions extends DetectCallOptions, PictureOptions {
  /** Of the picture, in pixels, 1 to 8192. The picture shows a part of the image in this proportion. */
  width: number;
  height: number;
  /**
   * 0 (default) shows the largest part of that proportion, 1 one a quarter larger than the heads, values between them something
   * between; but never, with `fit: 'inside'`, fewer pixels than the picture is to have.
   */
  zoom?: number | undefined;
  /** `inside` (default) never enlarges: a small image gives a smaller picture. `exact` always gives `width` x `height`. */
  fit?: 'inside' | 'exact' | undefined;
}

/** A Buffer if @types/node is installed, otherwise its base type Uint8Array. */
export type EncodedBytes = typeof globalThis extends { Buffer: { alloc(size: number): infer B } } ? B : Uint8Array;

/** An image with its faces drawn or hidden: upright, as large as displayed, without metadata. */
export interface Picture extends Detection {
  format: PictureFormat;
  data: EncodedBytes;
}

/** Where the faces of an image are. */
export interface Focus extends Detection {
  /** The middle of the faces, as shares of the image's width and height, 0 to 1; of an image without faces, its middle. */
  focalPoint: Point;
}

/** The best part of an image around its faces. */
export interface CroppedPicture extends Picture, Focus {
  /** Size of the picture in pixels. */
  width: number;
  height: number;
  /** What it shows, in pixels of the displayed image. */
  part: Box;
}

/** A picture of one face, encoded. */
export interface Crop {
  /** Pixels. */
  width: number;
  height: number;
  data: EncodedBytes;
}

export interface Crops extends Detection {
  format: PictureFormat;
  faces: (Face & { crop: Crop })[];
}

/** The kinds of pictures that can be made of an image and its faces. */
export const pictureKinds = ['annotate', 'redact', 'crops', 'crop'] as const;
export type PictureKind = (typeof pictureKinds)[number];

const encodingOptions = {
  format: {
    kind: 'choice',
    choices: pictureFormats,
    about:
      "format to write; by default the image's own if it is one of these, jpeg for HEIC and AVIF without alpha, otherwise png",
  },
  quality: { kind: 'integer', min: 1, max: 100, about: 'quality of jpeg (default 90) and webp (default 80)' },
} as const satisfies Record<keyof PictureOptions, OptionRule>;

// Sixteen times a 4K screen's area would be more than the limit on pixels, and every encoder takes it.
const maxCropSide = 8192;

// More than anybody marks by hand; written with whole numbers, they fit into a form's field.
const maxBoxes = 100;

/** The options of each kind, in addition to those of the search. native/core/render has the sources of the numbers. */
export const pictureTables = {
  annotate: {
    ...encodingOptions,
    landmarks: { kind: 'boolean', default: true, about: 'draw the five points' },
    scores: { kind: 'boolean', default: true, about: 'write the confidence at each box' },
  },
  redact: {
    ...encodingOptions,
    mode: {
      kind: 'choice',
      choices: ['blur', 'pixelate', 'fill'],
      default: 'blur',
      about: 'blur and pixelate keep 4 samples across a face, fill (black) keeps nothing',
    },
    shape: { kind: 'choice', choices: ['ellipse', 'box'], default: 'ellipse', about: 'shape of the hidden area' },
    margin: {
      kind: 'number',
      min: 0,
      max: 1,
      default: 0.3,
      about: 'how far to hide beyond each side of the box, as a share of its width and height',
    },
    except: {
      kind: 'boxes',
      max: maxBoxes,
      orFaces: true,
      about: 'faces to leave visible; one that is not among those found is an error',
    },
    only: {
      kind: 'boxes',
      max: maxBoxes,
      orFaces: true,
      about: 'the only faces to hide, given like `except`; not together with it',
    },
    regions: {
      kind: 'boxes',
      max: maxBoxes,
      about: 'hidden as well, such as number plates: as boxes, without `margin`, and also where no face is found',
    },
  },
  crops: {
    ...encodingOptions,
    align: {
      kind: 'boolean',
      default: true,
      about: 'turn and scale faces to the ArcFace template; false cuts out the box',
    },
    size: {
      kind: 'integer',
      min: 16,
      max: 1024,
      about: 'side of an aligned crop in pixels (default 112); longer side of a plain one (default: not resized)',
    },
    margin: {
      kind: 'number',
      min: 0,
      max: 1,
      about: 'plain crops only: added at each side of the box, as a share of its width and height (default 0)',
    },
  },
  crop: {
    ...encodingOptions,
    width: { kind: 'integer', min: 1, max: maxCropSide, about: 'width of the picture in pixels, needed' },
    height: { kind: 'integer', min: 1, max: maxCropSide, about: 'height of the picture in pixels, needed' },
    zoom: {
      kind: 'number',
      min: 0,
      max: 1,
      default: 0,
      about: '0 shows the largest part of that proportion, 1 little more than the heads',
    },
    fit: {
      kind: 'choice',
      choices: ['inside', 'exact'],
      default: 'inside',
      about: '`inside` never enlarges, so that the picture may be smaller; `exact` does',
    },
  },
} as const satisfies Record<PictureKind, OptionRules>;

/** The rules of a call that makes pictures: those of the search, and its own. */
export function pictureRules(searchRules: OptionRules, kind: PictureKind): OptionRules {
  return { ...(kind === 'redact' ? withoutLimits(searchRules) : searchRules), ...pictureTables[kind] };
}

/** The request for a focal point alone. */
export const focusOnly: NativeRender = {
  what: 'framing',
  format: 'own',
  quality: 0,
  width: 0,
  height: 0,
  zoom: 0,
  enlarges: false,
};

/**
 * The rendering request for the addon. Throws FaceDetectorError INVALID_OPTION as checkOptions does, for a margin with
 * aligned crops, and for aligned crops by a model without landmarks.
 */
export function resolveRender(kind: PictureKind, options: object, hasLandmarks: boolean): NativeRender {
  checkOptions(options, pictureRules(optionTable, kind));
  const { format = 'own', quality = 0 } = options as PictureOptions;
  if (kind === 'annotate') {
    const { landmarks = true, scores = true } = options as AnnotateOptions;
    return { what: kind, format, quality, landmarks, scores };
  }
  if (kind === 'redact') {
    const { mode, shape, margin } = pictureTables.redact;
    const given = options as RedactOptions;
    const { except, only, regions = [] } = given;
    if (except && only) {
      throw new FaceDetectorError('INVALID_OPTION', 'except and only exclude each other: give one of them');
    }
    return {
      what: kind,
      format,
      quality,
      mode: given.mode ?? mode.default,
      shape: given.shape ?? shape.default,
      margin: given.margin ?? margin.default,
      whom: except ? 'except' : only ? 'only' : 'all',
      chosen: copyOf(except ?? only ?? []),
      regions: copyOf(regions),
    };
  }
  if (kind === 'crop') {
    const { width, height, zoom = 0, fit } = options as CropOptions;
    if (width === undefined || height === undefined) {
      throw new FaceDetectorError(
        'INVALID_OPTION',
        'crop makes one picture and needs its width and height; crops makes one of each face',
      );
    }
    return { what: 'framing', format, quality, width, height, zoom, enlarges: fit === 'exact' };
  }
  const { align = true, size = 0, margin } = options as CropsOptions;
  if (align && margin !== undefined) {
    throw new FaceDetectorError('INVALID_OPTION', 'margin is for plain crops: give align=false with it');
  }
  if (align && !hasLandmarks) {
    throw new FaceDetectorError('INVALID_OPTION', 'this model gives no landmarks to align by: give align=false');
  }
  return { what: kind, format, quality, align, size, margin: margin ?? 0 };
}
