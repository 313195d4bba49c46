import type { MatLike } from '#dist/library/input.js';

/** Of a Mat of `@u4/opencv4nodejs` what the tests use beside what the library uses. */
export interface Mat extends MatLike {
  bgrToGray(): Mat;
  convertTo(type: number): Mat;
  copy(): Mat;
  cvtColor(code: number): Mat;
  gaussianBlurAsync(size: unknown, sigma: number): Promise<Mat>;
  getData(): Buffer;
  getRegion(rect: unknown): Mat;
  release(): void;
  resize(rows: number, cols: number): Mat;
}

interface Classifier {
  detectMultiScaleAsync(image: Mat): Promise<{ objects: { x: number; y: number; width: number; height: number }[] }>;
}

/** Of the package what the tests use: it is not installed where they are compiled. */
export interface OpenCV {
  Mat: { new (): Mat; new (rows: number, cols: number, type: number): Mat };
  Rect: new (x: number, y: number, width: number, height: number) => unknown;
  Size: new (width: number, height: number) => unknown;
  CascadeClassifier: new (file: string) => Classifier;
  readonly CV_16U: number;
  readonly CV_32FC3: number;
  readonly COLOR_BGR2BGRA: number;
  readonly HAAR_FRONTALFACE_DEFAULT: string;
  getNumThreads(): number;
  imencode(ending: string, mat: Mat): Buffer;
  imread(file: string): Mat;
}
