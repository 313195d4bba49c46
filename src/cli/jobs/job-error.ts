import { isRetryable, type JobErrorCode } from '../../library/error-catalog.js';

export class JobError extends Error {
  readonly code: JobErrorCode;

  constructor(code: JobErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export function tooLarge(name: string, bytes: number, maxBytes: number): JobError {
  return new JobError('FILE_TOO_LARGE', `${name} has ${bytes} bytes; ${maxBytes} are allowed (--max-bytes)`);
}

// Permanent errors of the file system. Not ENOENT: all files look missing while a file server is not mounted.
const finalFileErrors: ReadonlySet<string> = new Set(['ENAMETOOLONG', 'ERR_FS_FILE_TOO_LARGE']);

/** Whether a job that failed with this code is worth another attempt. */
export function isWorthRetrying(code: string): boolean {
  return !finalFileErrors.has(code) && isRetryable(code);
}
