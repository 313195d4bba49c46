import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Busboy } from 'busboy';
import { bodyTooLarge, invite } from './body.js';
import type { Config } from './config.js';
import { clientGone, RequestError } from './errors.js';
import { brokenForm, endForm, formLimits, formParser } from './upload.js';

/** One image of a batch, or why it is none. */
export type BatchPart = { index: number; name: string | null } & ({ bytes: Buffer } | { error: RequestError });

type Limits = Pick<Config, 'maxBodyBytes' | 'maxBatchImages' | 'maxBatchBytes' | 'bodyTimeoutMs'>;

/** Time that the client has left for the image that it sends; the work between does not count. */
interface Patience {
  leftMs: number;
}

/** Chunks of the body as they are asked for. Rejects with BODY_TIMEOUT where patience ends, BODY_TOO_LARGE, or ABORTED. */
async function* chunksOf(request: IncomingMessage, maxBytes: number, patience: Patience): AsyncGenerator<Buffer> {
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer, undefined>;
  let received = 0;
  try {
    while (true) {
      const asked = performance.now();
      const { done, value } = await withinTime(chunks.next(), patience.leftMs);
      patience.leftMs -= performance.now() - asked;
      if (done) return;
      received += value.byteLength;
      if (received > maxBytes) throw bodyTooLarge(maxBytes);
      yield value;
    }
  } finally {
    void chunks.return?.(); // not awaited: it comes after a read that may never end
  }
}

/** Settles as a read of the body does. Rejects with BODY_TIMEOUT after `ms`, or ABORTED where the read fails. */
function withinTime<T>(read: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new RequestError('BODY_TIMEOUT', 'the next image of the body did not come in time'));
    }, ms);
    const failed = () => reject(clientGone());
    read.then(resolve, failed).finally(() => clearTimeout(timer));
  });
}

/** Collects the files of a form; `parts` fills as they end, `failure()` says what broke the form. */
function collectParts(parser: Busboy, limits: Limits): { parts: BatchPart[]; failure: () => RequestError | undefined } {
  const parts: BatchPart[] = [];
  let failure: RequestError | undefined;
  let index = 0;
  parser.on('file', (field: string | undefined, stream, { filename }) => {
    const place = { index: index++, name: filename ?? null };
    let pieces: Buffer[] = [];
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('limit', () => {
      pieces = [];
    });
    stream.on('error', () => undefined); // the parser reports it
    stream.on('end', () => {
      if (field !== 'image' && field !== 'file') failure ??= brokenForm('images go in fields called "image"');
      else if (stream.truncated) parts.push({ ...place, error: bodyTooLarge(limits.maxBodyBytes) });
      else parts.push({ ...place, bytes: Buffer.concat(pieces) });
    });
  });
  parser.on('field', () => {
    failure ??= brokenForm('options of a batch go in the query');
  });
  for (const limit of ['filesLimit', 'partsLimit'] as const) {
    parser.on(limit, () => {
      failure ??= new RequestError('BODY_TOO_LARGE', `a batch may have ${limits.maxBatchImages} images at most`);
    });
  }
  parser.on('error', (error: Error) => {
    failure ??= brokenForm(error.message);
  });
  return { parts, failure: () => failure };
}

/**
 * The images of a multipart form, one by one as they are asked for: no more of the body is read while the last one is worked on.
 * Throws RequestError MALFORMED_BODY, BODY_TOO_LARGE, BODY_TIMEOUT or ABORTED after those that came before.
 */
export async function* readBatch(
  request: IncomingMessage,
  response: ServerResponse,
  limits: Limits,
): AsyncGenerator<BatchPart> {
  if (Number(request.headers['content-length']) > limits.maxBatchBytes) throw bodyTooLarge(limits.maxBatchBytes);
  const parser = formParser(request, {
    ...formLimits,
    files: limits.maxBatchImages,
    parts: limits.maxBatchImages,
    fileSize: limits.maxBodyBytes,
  });
  const { parts, failure } = collectParts(parser, limits);
  invite(request, response);
  const patience = { leftMs: limits.bodyTimeoutMs };
  for await (const chunk of chunksOf(request, limits.maxBatchBytes, patience)) {
    await new Promise((resolve) => parser.write(chunk, resolve));
    if (parts.length > 0) patience.leftMs = limits.bodyTimeoutMs;
    yield* parts.splice(0);
    if (failure()) break;
  }
  if (!failure()) await endForm(parser);
  yield* parts.splice(0);
  const broken = failure();
  if (broken) throw broken;
}
