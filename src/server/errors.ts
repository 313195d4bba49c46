import type { ErrorCode } from '../errors.js';

/** Codes of requests that fail before an image gets to the detector. */
export type RequestErrorCode = 'IMAGE_MISSING' | 'BODY_TOO_LARGE' | 'CLIENT_GONE' | 'NOT_FOUND';

export class RequestError extends Error {
  readonly code: RequestErrorCode;

  constructor(code: RequestErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The one table from code to HTTP status. */
const statusOfCode: Record<ErrorCode | RequestErrorCode, number> = {
  IMAGE_MISSING: 400,
  INVALID_OPTION: 400,
  NOT_FOUND: 404,
  BODY_TOO_LARGE: 413,
  TOO_MANY_PIXELS: 413,
  UNSUPPORTED_FORMAT: 415,
  EMPTY_IMAGE: 422,
  CORRUPT_IMAGE: 422,
  TRUNCATED_IMAGE: 422,
  ABORTED: 499,
  CLIENT_GONE: 499,
  INTERNAL: 500,
  MODEL_MISSING: 500,
  MODEL_INVALID: 500,
  ADDON_MISSING: 500,
  CLOSED: 503,
  OUT_OF_MEMORY: 503,
};

/** Status and public text of any error: what is no error of ours says nothing about itself. */
export function publicError(error: unknown): { status: number; message: string } {
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  const status = code !== undefined && Object.hasOwn(statusOfCode, code) ? statusOfCode[code as ErrorCode] : 500;
  return { status, message: status === 500 ? 'Internal Server Error' : (message ?? '') };
}
