import { type ErrorCode, errorCatalog, type ServiceErrorCode } from '../../library/error-catalog.js';

/** Error codes that do not come from the detector. */
export type RequestErrorCode = Exclude<ServiceErrorCode, ErrorCode>;

export class RequestError extends Error {
  readonly code: RequestErrorCode;

  constructor(code: RequestErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** For a request whose client closed the connection. */
export const clientDisconnected = () => new RequestError('ABORTED', 'the client closed the connection');

/** For a form that cannot be parsed, or could be parsed in two ways. */
export const brokenForm = (why: string) => new RequestError('MALFORMED_BODY', `the form is malformed: ${why}`);

/** The codes a request can fail with, each with HTTP status and title, in catalogue order. */
export const requestErrors = Object.fromEntries(
  Object.entries(errorCatalog).filter(([, { sources }]) => (sources as readonly string[]).includes('service')),
) as { [Code in ServiceErrorCode]: (typeof errorCatalog)[Code] & { status: number } };

/** What a client may see of an error. */
export interface PublicError {
  code: ServiceErrorCode;
  status: number;
  title: string;
  /** For people; reveals nothing about the internals. */
  detail: string;
}

/** Any error as the client may see it: unknown errors and defects become INTERNAL, without details. */
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
