import type { ModelName } from './model-catalog.js';

/** Pixels of the displayed image (EXIF orientation applied): origin top left, x to the right, y down. */
export interface Point {
  x: number;
  y: number;
}

export interface Box extends Point {
  width: number;
  height: number;
}

/**
 * The landmarks of a face, in the order in which models return them; left is the viewer's left. native/core/types.h has
 * the same names.
 */
export const landmarkNames = ['leftEye', 'rightEye', 'nose', 'mouthLeft', 'mouthRight'] as const;

/** Left is the viewer's left. Points are not clipped to the image. */
export type Landmarks = Record<(typeof landmarkNames)[number], Point>;

/** How usable a face is. Angles are in degrees, 0 for a face that is upright and looks at the camera. */
export interface FaceQuality {
  /** Tilt, clockwise: -180 to 180. */
  roll: number;
  /** Turned to the viewer's right: -90 to 90. Coarse, as five points allow. */
  yaw: number;
  /** Turned up: -90 to 90. Coarse. */
  pitch: number;
  /**
   * Variance of the Laplacian between brows and chin, in squared levels of 8 bits, after scaling the face to a fixed size: large and
   * small faces compare. Noise counts as sharpness.
   */
  sharpness: number;
  /** Mean luma of the same pixels: 0 (black) to 255. */
  brightness: number;
  /** Distance of the eyes in pixels of the displayed image. */
  size: number;
}

export interface Face {
  box: Box;
  /** 0 to 1. */
  confidence: number;
  /** Absent if the model finds none: only mtcnn, yunet and retinaface do. */
  landmarks?: Landmarks;
  /** Only with `faceQuality`. */
  quality?: FaceQuality;
}

/** Milliseconds: waiting for a slot, each stage of the model, making pictures (render, encode), and the whole call. */
export interface Timings {
  queue: number;
  decode: number;
  total: number;
  [stage: string]: number;
}

export interface Detection {
  model: ModelName;
  /** Size of the displayed image in pixels. */
  image: { width: number; height: number };
  faces: Face[];
  /**
   * Degrees clockwise by which the displayed image must be turned to be upright: only with `orientation: 'auto'`. Boxes and points are in
   * the displayed image; pictures come out upright.
   */
  turn?: 0 | 90 | 180 | 270;
  /** How many faces were found and left out: only with `maxRoll`, `maxYaw` or `minSharpness`. */
  leftOut?: number;
  timings: Timings;
  /** Why faces may be missing: only with `truncated: 'accept'`, if part of the image is missing or damaged. */
  warnings?: ImageWarning[];
}

export interface ImageWarning {
  code: 'TRUNCATED_IMAGE' | 'CORRUPT_IMAGE';
  message: string;
}
