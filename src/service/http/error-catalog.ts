import type { ErrorCode } from '../../library/face-detector-error.js';

/** Codes of requests that fail outside of the detector. */
export type RequestErrorCode =
  | 'IMAGE_MISSING'
  | 'MALFORMED_BODY'
  | 'UNAUTHORIZED'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'BODY_TIMEOUT'
  | 'BODY_TOO_LARGE'
  | 'IMAGE_QUARANTINED'
  | 'OVERLOADED'
  | 'SHUTTING_DOWN'
  | 'DEADLINE'
  | 'ABORTED';

export class RequestError extends Error {
  readonly code: RequestErrorCode;

  constructor(code: RequestErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The error of a request whose client has closed its connection. */
export const clientGone = () => new RequestError('ABORTED', 'the client closed the connection');

/** RequestError MALFORMED_BODY of a form that cannot be read, or could be read in two ways. */
export const brokenForm = (why: string) => new RequestError('MALFORMED_BODY', `the form is malformed: ${why}`);

/** The one table from code to HTTP status and what it means, a problem's title; docs/library.md and the API description show it. */
export const errorTable: Readonly<Record<ErrorCode | RequestErrorCode, readonly [status: number, title: string]>> = {
  INVALID_OPTION: [400, 'An option is unknown, out of range or given twice'],
  IMAGE_MISSING: [400, 'The request has no image'],
  MALFORMED_BODY: [400, 'The body is not what its content type says'],
  UNAUTHORIZED: [401, 'A valid API key is needed'],
  NOT_FOUND: [404, 'There is nothing at this path'],
  METHOD_NOT_ALLOWED: [405, 'The path does not take this method'],
  BODY_TIMEOUT: [408, 'The body did not come in time'],
  BODY_TOO_LARGE: [413, 'The body is too large'],
  TOO_MANY_PIXELS: [413, 'The image has too many pixels'],
  UNSUPPORTED_FORMAT: [415, 'The data is no image of a known format'],
  EMPTY_IMAGE: [422, 'The image has no bytes'],
  CORRUPT_IMAGE: [422, 'The image is damaged'],
  TRUNCATED_IMAGE: [422, 'The image ends early'],
  TOO_COSTLY: [422, 'The search takes more processor time than is allowed'],
  IMAGE_QUARANTINED: [422, 'Worker processes have crashed while they searched this image'],
  ABORTED: [499, 'The client closed the connection'],
  INTERNAL: [500, 'Internal Server Error'],
  MODEL_MISSING: [500, 'The weights are not there; the message has the command that fetches them'],
  MODEL_INVALID: [500, 'The weights are not the published ones; the message has the command'],
  ADDON_MISSING: [500, 'There is no native addon for this machine yet; the message has the command'],
  OVERLOADED: [503, 'Too many requests are waiting'],
  SHUTTING_DOWN: [503, 'The service is stopping'],
  CLOSED: [503, 'The detector has been closed'],
  OUT_OF_MEMORY: [503, 'There is not enough memory'],
  DEADLINE: [504, 'The search took too long'],
};

/** What a client may know of an error. */
export interface PublicError {
  code: ErrorCode | RequestErrorCode;
  status: number;
  title: string;
  /** For people; says nothing about the inside. */
  detail: string;
}

/** Any error as the client may see it: what is no error of ours, and every defect, is INTERNAL and says nothing about itself. */
export function publicError(error: unknown): PublicError {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: string };
  const isOurs = typeof code === 'string' && Object.hasOwn(errorTable, code);
  const known = isOurs ? (code as PublicError['code']) : 'INTERNAL';
  const [status, title] = errorTable[known];
  if (status === 500)
    return { code: 'INTERNAL', status, title: errorTable.INTERNAL[1], detail: errorTable.INTERNAL[1] };
  if (known === 'CLOSED') return publicError(new RequestError('SHUTTING_DOWN', 'the service is stopping: try again'));
  return { code: known, status, title, detail: message ?? title };
}
