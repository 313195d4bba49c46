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

export interface Face {
  box: Box;
  /** 0 to 1. */
  confidence: number;
  /** Absent if the model finds none: only mtcnn, yunet and retinaface do. */
  landmarks?: Landmarks;
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
  timings: Timings;
  /** Why faces may be missing: only with `truncated: 'accept'`, if part of the image is missing or damaged. */
  warnings?: ImageWarning[];
}

export interface ImageWarning {
  code: 'TRUNCATED_IMAGE' | 'CORRUPT_IMAGE';
  message: string;
}
