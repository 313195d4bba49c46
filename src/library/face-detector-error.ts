import type { ErrorCode } from './error-catalog.js';

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
