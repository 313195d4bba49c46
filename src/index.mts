// The same classes as `require` gives: this file only re-exports them, so that `instanceof` and state are shared.
export type {
  Box,
  CreateOptions,
  DetectCallOptions,
  Detection,
  DetectOptions,
  ErrorCode,
  Face,
  ImageInput,
  Landmarks,
  MatLike,
  ModelName,
  Point,
  RawPixels,
  Timings,
} from './index.js';
export { FaceDetector, FaceDetectorError } from './index.js';
