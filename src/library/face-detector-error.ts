import type { ErrorCode } from './error-catalog.js';

/**
 * The error of every rejected or failed call, with two exceptions: if a file cannot be read, the file system's error;
 * after an abort, the signal's reason.
 */
export class FaceDetectorError extends Error {
  override readonly name = 'FaceDetectorError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Wraps an error of native code and keeps its code. */
export function asFaceDetectorError(error: unknown): FaceDetectorError {
  const { code, message } = error as { code?: ErrorCode; message?: string };
  return new FaceDetectorError(code ?? 'INTERNAL', message ?? String(error), { cause: error });
}
