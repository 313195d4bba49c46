import type { IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import busboy from 'busboy';
import { headerParameters } from './header-parameters.js';
import { RequestError } from './request-error.js';
import { StrictForm } from './strict-form.js';

// Far beyond any form that a person or a program sends here; busboy itself has no limits. Names of parts are bounded by the
// limit of 16 KiB for a part's header.
export const formLimits = { files: 100, fields: 100, parts: 200, fieldSize: 4096 };

export interface FormParser {
  /** Its events: `file`, `field`, `error` and those of the limits. */
  readonly events: busboy.Busboy;
  /** Throws RequestError MALFORMED_BODY, after events of what came before the fault. */
  write(chunk: Buffer): void;
  /** Resolves when all that the bytes written so far hold has been told. */
  told(): Promise<void>;
  /** To be called at the end of the body; resolves when all has been told. Rejects with RequestError MALFORMED_BODY. */
  end(): Promise<void>;
}

/** The boundary in a content type of `multipart/form-data`; undefined where there is none, or two. */
function boundaryOf(type: string): string | undefined {
  if (!/^multipart\/form-data[ \t]*(;|$)/i.test(type)) return undefined;
  const boundaries = headerParameters(type)?.filter(([name]) => name === 'boundary') ?? [];
  return boundaries.length === 1 ? boundaries[0]?.[1] || undefined : undefined;
}

/**
 * A parser for the form in `request`; its names are UTF-8, as browsers send them.
 * Throws RequestError MALFORMED_BODY where there is no form or no boundary.
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
  // busboy takes what reaches one of these limits for what exceeds it.
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
    told: () => nextTurn(), // it takes no turn of the event loop: all is in memory
    async end() {
      form?.end();
      parser.end();
      await nextTurn();
    },
  };
}
