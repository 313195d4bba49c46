import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { FaceDetector } from '#dist/index.js';
import { root } from '../fixtures/available.mjs';
import type { OpenCV } from './opencv.mjs';

/** The folder whose node_modules hold both packages; tools/opencv4nodejs.mjs makes it. */
export const project = path.resolve(process.env.MATS_PROJECT ?? 'build/opencv4nodejs/built');
/** Whose addon this process loads first, `ours` or `theirs`. */
export const first = process.env.MATS_FIRST ?? 'theirs';
/** Whether our addon is linked with the OpenCV that theirs is linked with, or holds one of its own. */
export const sharesOpenCV = process.env.MATS_SHARED_OPENCV === '1';
/** The picture with four faces that tools/opencv4nodejs.mjs has drawn. */
export const drawn = path.join(root, 'build', 'fixtures', 'faces.png');

export interface BothPackages {
  cv: OpenCV;
  FaceDetector: typeof FaceDetector;
  /** What `theirWork` gives while our addon is not loaded (`theirs` first) or idle. */
  undisturbed: string;
  /** How many threads their OpenCV had before our addon was there; unknown where ours is first. */
  threadsBefore: number | undefined;
}

const require = createRequire(path.join(project, 'index.js'));
let both: Promise<BothPackages> | undefined;

async function load(): Promise<BothPackages> {
  const cv = first === 'theirs' ? (require('@u4/opencv4nodejs') as OpenCV) : undefined;
  const threadsBefore = cv?.getNumThreads();
  const alone = cv && (await theirWork(cv));
  const ours = require('opencv-face-detector') as { FaceDetector: typeof FaceDetector };
  const detector = await ours.FaceDetector.create(); // loads the addon
  await detector.close();
  const theirs = cv ?? (require('@u4/opencv4nodejs') as OpenCV);
  return { cv: theirs, threadsBefore, undisturbed: alone ?? (await theirWork(theirs)), ...ours };
}

/** Loads both, once a process. */
export function loadBoth(): Promise<BothPackages> {
  both ??= load();
  return both;
}

/** A digest of blurred pixels and of the faces that OpenCV's own cascade finds on them. */
export async function theirWork(cv: OpenCV): Promise<string> {
  const blurred = await cv.imread(drawn).gaussianBlurAsync(new cv.Size(9, 9), 2);
  const haar = new cv.CascadeClassifier(cv.HAAR_FRONTALFACE_DEFAULT);
  const { objects } = await haar.detectMultiScaleAsync(blurred.bgrToGray());
  if (objects.length === 0) throw new Error("OpenCV's cascade found no face");
  const boxes = objects.map(({ x, y, width, height }) => [x, y, width, height].join(' ')).sort(); // threads shuffle them
  return createHash('sha256').update(blurred.getData()).update(boxes.join()).digest('hex');
}
