/** What went wrong, as a stable word. docs/library.md lists each with its meaning and its HTTP status. */
export type ErrorCode =
  | 'UNSUPPORTED_FORMAT'
  | 'EMPTY_IMAGE'
  | 'CORRUPT_IMAGE'
  | 'TRUNCATED_IMAGE'
  | 'TOO_MANY_PIXELS'
  | 'TOO_COSTLY'
  | 'INVALID_OPTION'
  | 'MODEL_MISSING'
  | 'MODEL_INVALID'
  | 'ADDON_MISSING'
  | 'CLOSED'
  | 'OUT_OF_MEMORY'
  | 'INTERNAL';

/**
 * The error of every refused or failed call, but for two: a file that cannot be read rejects with the file system's error, an
 * abort with the signal's reason.
 */
export class FaceDetectorError extends Error {
  override readonly name = 'FaceDetectorError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** What native code threw, under its code. */
export function asFaceDetectorError(error: unknown): FaceDetectorError {
  const { code, message } = error as { code?: ErrorCode; message?: string };
  return new FaceDetectorError(code ?? 'INTERNAL', message ?? String(error), { cause: error });
}
