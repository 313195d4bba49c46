import { type JobErrorCode, mayPass } from '../../library/error-catalog.js';

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

// Of the file system's own. A file that is not there may pass: that is what all files look like while a file server is not mounted.
const finalFileErrors: ReadonlySet<string> = new Set(['ENAMETOOLONG', 'ERR_FS_FILE_TOO_LARGE']);

/** Whether a job that failed with this code is worth another attempt. */
export function isWorthRetrying(code: string): boolean {
  return !finalFileErrors.has(code) && mayPass(code);
}
