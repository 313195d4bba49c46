export type {
  Box,
  CreateOptions,
  DetectCallOptions,
  Detection,
  Face,
  ImageWarning,
  Landmarks,
  Point,
  Timings,
} from './detector.js';
export { FaceDetector } from './detector.js';
export type { ErrorCode } from './errors.js';
export { FaceDetectorError } from './errors.js';
export type { ImageInput, MatLike, RawPixels } from './input.js';
export type { LoadedModel } from './loaded-models.js';
export type { ModelName } from './models.js';
export type { EngineChoice, EngineName } from './native.js';
export type { DetectOptions } from './options.js';
export type {
  AnnotateOptions,
  Crop,
  Crops,
  CropsOptions,
  EncodedBytes,
  Picture,
  PictureFormat,
  PictureOptions,
  RedactOptions,
} from './pictures.js';
export type { Activity } from './slots.js';
