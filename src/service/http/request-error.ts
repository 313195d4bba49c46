import { type ErrorCode, errorCatalog, type ServiceErrorCode } from '../../library/error-catalog.js';

/** Codes of requests that fail outside of the detector. */
export type RequestErrorCode = Exclude<ServiceErrorCode, ErrorCode>;

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

/** Codes that a request can fail with, each with its HTTP status and its title, in the order of the catalogue. */
export const requestErrors = Object.fromEntries(
  Object.entries(errorCatalog).filter(([, { sources }]) => (sources as readonly string[]).includes('service')),
) as { [Code in ServiceErrorCode]: (typeof errorCatalog)[Code] & { status: number } };

/** What a client may know of an error. */
export interface PublicError {
  code: ServiceErrorCode;
  status: number;
  title: string;
  /** For people; says nothing about the inside. */
  detail: string;
}

/** Any error as the client may see it: what is no error of ours, and every defect, is INTERNAL and says nothing about itself. */
export function publicError(error: unknown): PublicError {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: string };
  const isOurs = typeof code === 'string' && Object.hasOwn(requestErrors, code);
  const known = isOurs ? (code as PublicError['code']) : 'INTERNAL';
  const { status, title } = requestErrors[known];
  if (status === 500)
    return { code: 'INTERNAL', status, title: requestErrors.INTERNAL.title, detail: requestErrors.INTERNAL.title };
  if (known === 'CLOSED') return publicError(new RequestError('SHUTTING_DOWN', 'the service is stopping: try again'));
  return { code: known, status, title, detail: message ?? title };
}
