export type { FaceOrBox } from './library/box-list.js';
export type { DetectCallOptions, DetectOptions } from './library/detect-options.js';
export type {
  Box,
  Detection,
  Face,
  FaceQuality,
  ImageWarning,
  Landmarks,
  Point,
  Timings,
} from './library/detection.js';
export type { CreateOptions } from './library/detector.js';
export { FaceDetector } from './library/detector.js';
export type { ErrorCode } from './library/error-catalog.js';
export { FaceDetectorError } from './library/face-detector-error.js';
export type { Searcher, TrackedFrame, TrackerOptions, TrackOptions } from './library/films/face-tracker.js';
export { FaceTracker } from './library/films/face-tracker.js';
export type { FilmProgress } from './library/films/film-progress.js';
export type { FilmSource, FrameInput } from './library/films/film-source.js';
export type { Moment } from './library/films/moments.js';
export type { RedactedFilm, RedactFilmOptions, RedactSource } from './library/films/redact-film.js';
export { redactFilm } from './library/films/redact-film.js';
export type { TrackedFace } from './library/films/tracks.js';
export type { ImageInput, MatLike, RawPixels } from './library/input.js';
export type { LoadedModel } from './library/loaded-models.js';
export type { ModelName } from './library/model-catalog.js';
export type { EngineChoice, EngineName } from './library/native.js';
export type {
  AnnotateOptions,
  Crop,
  CropOptions,
  CroppedPicture,
  Crops,
  CropsOptions,
  EncodedBytes,
  Focus,
  Picture,
  PictureFormat,
  PictureOptions,
  RedactOptions,
} from './library/render-options.js';
export type { Activity } from './library/slots.js';
