import type { IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import busboy from 'busboy';
import { headerParameters } from './header-parameters.js';
import { RequestError } from './request-error.js';
import { StrictForm } from './strict-form.js';

// Far beyond any form that a person or a program sends here; busboy itself has no limits. Part names are bounded by the
// 16 KiB limit of a part's header.
export const formLimits = { files: 100, fields: 100, parts: 200, fieldSize: 4096 };

export interface FormParser {
  /** Emits `file`, `field`, `error` and the limit events. */
  readonly events: busboy.Busboy;
  /** Throws RequestError MALFORMED_BODY, after the events of everything before the fault. */
  write(chunk: Buffer): void;
  /** Resolves when the events of all bytes written so far have been emitted. */
  flushed(): Promise<void>;
  /**
   * Call at the end of the body; resolves when all events have been emitted. Rejects with RequestError MALFORMED_BODY.
   */
  end(): Promise<void>;
}

/** The boundary in a content type of `multipart/form-data`; undefined if there is none, or more than one. */
function boundaryOf(type: string): string | undefined {
  if (!/^multipart\/form-data[ \t]*(;|$)/i.test(type)) return undefined;
  const boundaries = headerParameters(type)?.filter(([name]) => name === 'boundary') ?? [];
  return boundaries.length === 1 ? boundaries[0]?.[1] || undefined : undefined;
}

/**
 * A parser for the form in `request`; names are UTF-8, as browsers send them.
 * Throws RequestError MALFORMED_BODY if there is no form or no boundary.
 */
export function formParser(
  request: IncomingMessage,
  { parts, fieldSize, fileSize = Infinity, ...limits }: typeof formLimits & { fileSize?: number },
): FormParser {
  const { 'content-type': type = '' } = request.headers;
  const boundary = boundaryOf(type);
  const isUrlencoded = /^application\/x-www-form-urlencoded[ \t]*(;|$)/i.test(type);
  if (boundary === undefined && !isUrlencoded)
    throw new RequestError('MALFORMED_BODY', 'the body must be multipart/form-data with a boundary');
  const form = boundary === undefined ? undefined : new StrictForm(boundary, (piece) => void parser.write(piece));
  // busboy treats reaching one of these limits as exceeding it.
  const beyond = { parts: parts + 1, fieldSize: fieldSize + 1, fileSize: fileSize + 1 };
  const parser = busboy({
    headers: { 'content-type': form ? `multipart/form-data; boundary=${form.boundary}` : type },
    defParamCharset: 'utf8',
    limits: { ...limits, ...beyond },
  });
  return {
    events: parser,
    write(chunk) {
      if (form) form.push(chunk);
      else parser.write(chunk);
    },
    flushed: () => nextTurn(), // everything is in memory, so one turn of the event loop is enough
    async end() {
      form?.end();
      parser.end();
      await nextTurn();
    },
  };
}
