import type { IncomingMessage } from 'node:http';
import busboy from 'busboy';
import { RequestError } from './errors.js';

// Far beyond any form that a person sends; busboy has no limits of its own.
const formLimits = { files: 100, fields: 100, parts: 200, headerPairs: 100, fieldNameSize: 1024, fieldSize: 64 * 1024 };

const missing = () => new RequestError('IMAGE_MISSING', 'provide an image file');

/**
 * Fails the upload when the body has more than `maxBytes` or the client leaves. A body that is too large is read on to its end, or
 * to twice the limit, and dropped: a client that is still sending would miss an earlier answer. Returns a function that stops watching.
 */
function watchBody(
  request: IncomingMessage,
  maxBytes: number,
  drop: () => void,
  fail: (error: RequestError) => void,
): () => void {
  let received = 0;
  const tooLarge = () =>
    fail(new RequestError('BODY_TOO_LARGE', `the request body may have ${maxBytes} bytes at most`));
  const onData = (chunk: Buffer) => {
    const before = received;
    received += chunk.byteLength;
    if (received > maxBytes && before <= maxBytes) drop();
    if (received > 2 * maxBytes) tooLarge();
  };
  const onEnd = () => {
    if (received > maxBytes) tooLarge();
  };
  const onClose = () => {
    if (!request.complete) fail(new RequestError('CLIENT_GONE', 'the client closed the connection'));
  };
  request.on('data', onData).on('end', onEnd).on('close', onClose);
  return () => {
    request.off('data', onData).off('end', onEnd).off('close', onClose);
  };
}

/**
 * The bytes of the first file part called `field` of a multipart form.
 * Rejects with RequestError: IMAGE_MISSING where there is none or the form is malformed, BODY_TOO_LARGE, CLIENT_GONE. The
 * rest of the body is read and dropped in any case, so that the answer gets through.
 */
export function readFormFile(request: IncomingMessage, field: string, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let parser: busboy.Busboy | undefined;
    let parts: Buffer[] | undefined;
    const drop = () => {
      if (parser) request.unpipe(parser);
      parts = undefined;
      request.resume();
    };
    const fail = (error: RequestError) => {
      stopWatching();
      drop();
      reject(error);
    };
    const stopWatching = watchBody(request, maxBytes, drop, fail);
    try {
      parser = busboy({ headers: request.headers, limits: { ...formLimits, fileSize: maxBytes } });
    } catch {
      return fail(missing()); // no multipart, or no boundary
    }
    parser.on('file', (name, stream) => {
      stream.on('error', () => undefined); // the parser reports it
      if (name !== field || parts) return stream.resume();
      const own: Buffer[] = [];
      parts = own;
      stream.on('data', (part: Buffer) => own.push(part));
    });
    parser.on('error', () => fail(missing()));
    parser.on('close', () => {
      if (!parts) return fail(missing());
      stopWatching();
      resolve(Buffer.concat(parts));
    });
    request.pipe(parser);
  });
}

/** Bytes of a base64 text, with or without a `data:` prefix; undefined where it is none. */
function decodeBase64(text: unknown): Buffer | undefined {
  if (typeof text !== 'string') return undefined;
  const base64 = text.replace(/^data:[^,]{0,200},/, '').replace(/\s+/g, '');
  return /^[A-Za-z0-9+/_-]*={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : undefined;
}

/**
 * The bytes of the base64 text called `field` of a JSON body.
 * Rejects with RequestError: IMAGE_MISSING where there is none, BODY_TOO_LARGE, CLIENT_GONE.
 */
export function readJsonFile(request: IncomingMessage, field: string, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const onData = (part: Buffer) => parts.push(part);
    const drop = () => {
      request.off('data', onData);
      parts.length = 0;
      request.resume();
    };
    const fail = (error: RequestError) => {
      stopWatching();
      drop();
      reject(error);
    };
    const stopWatching = watchBody(request, maxBytes, drop, fail);
    request.on('data', onData);
    request.on('end', () => {
      stopWatching();
      try {
        const body = JSON.parse(Buffer.concat(parts).toString('utf8')) as Record<string, unknown> | null;
        const image = decodeBase64(body?.[field]);
        if (image) return resolve(image);
      } catch {
        // not JSON: the same answer as JSON without an image
      }
      reject(missing());
    });
  });
}
