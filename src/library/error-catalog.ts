/** Where errors with a code come from: library calls, requests to the service, bulk jobs. */
type Source = 'library' | 'service' | 'jobs';

interface CatalogEntry {
  sources: readonly Source[];
  /** HTTP status; absent if no request can fail with it. */
  status?: number;
  /** What it means; the title of problem details. */
  title: string;
  /** Whether the same call may succeed later: a job is retried, a 503 has a `Retry-After`. */
  isRetryable: boolean;
}

const entry = <S extends Source>(
  sources: readonly S[],
  status: number | undefined,
  isRetryable: boolean,
  title: string,
) => ({
  sources,
  ...(status !== undefined && { status }),
  title,
  isRetryable,
});

const anywhere = ['library', 'service', 'jobs'] as const;

/** All error codes. Statuses, documents, the API description and the retry policy are made from this catalogue. */
export const errorCatalog = {
  INVALID_OPTION: entry(anywhere, 400, false, 'An option is unknown, out of range or given twice'),
  IMAGE_MISSING: entry(['service'], 400, false, 'The request has no image'),
  MALFORMED_BODY: entry(['service'], 400, false, 'The body is not what its content type says'),
  UNAUTHORIZED: entry(['service'], 401, false, 'A valid API key is needed'),
  ORIGIN_NOT_ALLOWED: entry(['service'], 403, false, 'Pages of this origin may not use the service'),
  NOT_FOUND: entry(['service'], 404, false, 'There is nothing at this path'),
  METHOD_NOT_ALLOWED: entry(['service'], 405, false, 'The path does not take this method'),
  BODY_TIMEOUT: entry(['service'], 408, true, 'The body did not arrive in time'),
  BODY_TOO_LARGE: entry(['service'], 413, false, 'The body is too large'),
  TOO_MANY_PIXELS: entry(anywhere, 413, false, 'The image has too many pixels'),
  UNSUPPORTED_FORMAT: entry(anywhere, 415, false, 'The data is not an image of a known format'),
  EMPTY_IMAGE: entry(anywhere, 422, false, 'The image has no bytes'),
  CORRUPT_IMAGE: entry(anywhere, 422, false, 'The image is damaged'),
  TRUNCATED_IMAGE: entry(anywhere, 422, false, 'The image ends early'),
  TOO_COSTLY: entry(anywhere, 422, false, 'The search takes more processor time than is allowed'),
  IMAGE_QUARANTINED: entry(
    ['service', 'jobs'],
    422,
    false,
    'Worker processes have crashed while they searched this image',
  ),
  UPGRADE_REQUIRED: entry(['service'], 426, false, 'The path is for WebSockets'),
  ABORTED: entry(['service'], 499, true, 'The client closed the connection'),
  INTERNAL: entry(anywhere, 500, true, 'Internal Server Error'),
  MODEL_MISSING: entry(anywhere, 500, true, 'The weights are missing; the message has the command that fetches them'),
  MODEL_INVALID: entry(anywhere, 500, true, 'The weights are not the published ones; the message has the command'),
  ADDON_MISSING: entry(
    anywhere,
    500,
    true,
    'There is no native addon for this machine yet; the message has the command',
  ),
  FFMPEG_MISSING: entry(anywhere, 501, true, 'Films need ffmpeg, which is not installed; the message has the command'),
  FILM_UNREADABLE: entry(anywhere, 422, false, 'The film is damaged or of no known format'),
  FILM_TOO_LONG: entry(['service'], 413, false, 'The film is too long or has too many frames'),
  FILM_UNWRITABLE: entry(['library', 'jobs'], undefined, true, 'The film cannot be written'),
  FILM_STALLED: entry(anywhere, 504, true, 'No picture has come for too long'),
  OVERLOADED: entry(['service'], 503, true, 'Too many requests are waiting'),
  SHUTTING_DOWN: entry(['service'], 503, true, 'The service is stopping'),
  CLOSED: entry(anywhere, 503, true, 'The detector has been closed'),
  DISK_FULL: entry(['service'], 503, true, 'There is no room on the disk for the film'),
  OUT_OF_MEMORY: entry(anywhere, 503, true, 'There is not enough memory'),
  DEADLINE: entry(['service'], 504, true, 'The search took too long'),
  BULLMQ_MISSING: entry(['jobs'], undefined, true, 'BullMQ is not installed; the message has the command'),
  QUEUE_UNREACHABLE: entry(['jobs'], undefined, true, "The queue's Redis does not answer"),
  QUEUE_REFUSED: entry(['jobs'], undefined, true, "The queue's Redis refuses what is asked of it"),
  INVALID_JOB: entry(['jobs'], undefined, false, 'The job is not one that a worker understands'),
  OUTSIDE_ROOT: entry(['jobs'], undefined, false, "The job's path leads out of the worker's folder"),
  NOT_A_FILE: entry(['jobs'], undefined, false, "The job's path is not a regular file"),
  FILE_TOO_LARGE: entry(['jobs'], undefined, false, 'The image has more bytes than the worker takes'),
} as const satisfies Record<string, CatalogEntry>;

type Catalog = typeof errorCatalog;
type CodesOf<S extends Source> = {
  [Code in keyof Catalog]: S extends Catalog[Code]['sources'][number] ? Code : never;
}[keyof Catalog];

/** What went wrong in a library call, as a stable code. docs/library.md lists each with its meaning and HTTP status. */
export type ErrorCode = CodesOf<'library'>;

/** What went wrong with a request, in the library or before it. */
export type ServiceErrorCode = CodesOf<'service'>;

/** What went wrong with a job or its queue; the file system's codes occur as well. */
export type JobErrorCode = CodesOf<'jobs'>;

/**
 * Whether a call that failed with this code may succeed later. Unknown codes may: a disk or file server can recover.
 */
export function isRetryable(code: string): boolean {
  return Object.hasOwn(errorCatalog, code) ? errorCatalog[code as keyof Catalog].isRetryable : true;
}
