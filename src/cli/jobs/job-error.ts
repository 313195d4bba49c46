/** What may be wrong with a job, or with its queue; beside it there are the library's codes and the file system's. */
export type JobErrorCode =
  | 'BULLMQ_MISSING'
  | 'QUEUE_UNREACHABLE'
  | 'QUEUE_REFUSED'
  | 'INVALID_JOB'
  | 'OUTSIDE_ROOT'
  | 'NOT_A_FILE'
  | 'FILE_TOO_LARGE'
  | 'IMAGE_QUARANTINED';

export class JobError extends Error {
  readonly code: JobErrorCode;

  constructor(code: JobErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

// The same image gives the same again. Everything else, such as memory, a disk or a file server, may be better in a moment; a file that
// is not there too, since that is what all files look like while a file server is not mounted.
const final: ReadonlySet<string> = new Set([
  'UNSUPPORTED_FORMAT',
  'EMPTY_IMAGE',
  'CORRUPT_IMAGE',
  'TRUNCATED_IMAGE',
  'TOO_MANY_PIXELS',
  'TOO_COSTLY',
  'INVALID_OPTION',
  'INVALID_JOB',
  'OUTSIDE_ROOT',
  'NOT_A_FILE',
  'FILE_TOO_LARGE',
  'IMAGE_QUARANTINED',
  'ENAMETOOLONG',
  'ERR_FS_FILE_TOO_LARGE',
]);

export function tooLarge(name: string, bytes: number, maxBytes: number): JobError {
  return new JobError('FILE_TOO_LARGE', `${name} has ${bytes} bytes; ${maxBytes} are allowed (--max-bytes)`);
}

/** Whether an error of this code may pass, so that the job is worth another attempt. */
export function mayPass(code: string): boolean {
  return !final.has(code);
}
