import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Busboy } from 'busboy';
import type { Config } from '../config.js';
import type { HeldBytes } from './admission.js';
import { acceptBody, bodyTooLarge } from './body.js';
import { chunksOf } from './body-chunks.js';
import { formLimits, formParser } from './form-parser.js';
import { brokenForm, RequestError } from './request-error.js';
import { isImageField, needsFileName } from './upload.js';

/** One image of a batch, or why it was refused. */
export type BatchPart = { index: number; name: string | null } & ({ bytes: Buffer } | { error: RequestError });

type Limits = Pick<Config, 'maxBodyBytes' | 'maxBatchImages' | 'maxBatchBytes' | 'bodyTimeoutMs'>;

/**
 * Collects the files of a form and counts their bytes as `held`; `parts` fills as they end, `failure()` returns what
 * broke the form. An image that does not fit, or has no file name, becomes a part with that error.
 */
function collectParts(
  parser: Busboy,
  limits: Limits,
  held: HeldBytes,
): { parts: BatchPart[]; failure: () => RequestError | undefined; fail: (error: RequestError) => void } {
  const parts: BatchPart[] = [];
  let failure: RequestError | undefined;
  let index = 0;
  parser.on('file', (field: string | undefined, stream, { filename }) => {
    const place = { index: index++, name: filename ?? null };
    let pieces: Buffer[] = [];
    let size = 0;
    let refusal: RequestError | undefined;
    const refuse = (error: RequestError) => {
      refusal ??= error;
      pieces = [];
      held.free(size);
      size = 0;
    };
    stream.on('data', (piece: Buffer) => {
      if (refusal) return;
      try {
        held.count(piece.byteLength);
      } catch (error) {
        refuse(error as RequestError);
        return;
      }
      size += piece.byteLength;
      pieces.push(piece);
    });
    stream.on('limit', () => refuse(bodyTooLarge(limits.maxBodyBytes)));
    stream.on('error', () => undefined); // the parser reports it
    stream.on('end', () => {
      if (!isImageField(field)) failure ??= brokenForm('images go in fields called "image"');
      else if (refusal) parts.push({ ...place, error: refusal });
      else parts.push({ ...place, bytes: Buffer.concat(pieces) });
    });
  });
  parser.on('field', (name) => {
    if (isImageField(name)) parts.push({ index: index++, name: null, error: needsFileName(name) });
    else failure ??= brokenForm('options of a batch go in the query');
  });
  for (const limit of ['filesLimit', 'partsLimit'] as const) {
    parser.on(limit, () => {
      failure ??= new RequestError('BODY_TOO_LARGE', `a batch may have ${limits.maxBatchImages} images at most`);
    });
  }
  parser.on('error', (error: Error) => {
    failure ??= brokenForm(error.message);
  });
  return {
    parts,
    failure: () => failure,
    fail: (error) => {
      failure ??= error;
    },
  };
}

/** Yields the parts in order; frees a part's bytes when the next one is requested. */
function* handOut(parts: BatchPart[], held: HeldBytes): Generator<BatchPart> {
  // The parser reports a text field at once, a file somewhat later.
  for (const part of parts.splice(0).sort((a, b) => a.index - b.index)) {
    yield part;
    if ('bytes' in part) held.free(part.bytes.byteLength);
  }
}

/**
 * Yields the images of a multipart form one by one; the body is not read further while one is processed. Their bytes
 * are `held` until the next one is requested. After the images before the fault, throws RequestError MALFORMED_BODY,
 * BODY_TOO_LARGE, BODY_TIMEOUT, ABORTED, or the signal's reason.
 */
export async function* readBatch(
  request: IncomingMessage,
  response: ServerResponse,
  limits: Limits,
  held: HeldBytes,
  signal: AbortSignal,
): AsyncGenerator<BatchPart> {
  if (Number(request.headers['content-length']) > limits.maxBatchBytes) throw bodyTooLarge(limits.maxBatchBytes);
  const parser = formParser(request, {
    ...formLimits,
    files: limits.maxBatchImages,
    fields: limits.maxBatchImages,
    parts: limits.maxBatchImages,
    fileSize: limits.maxBodyBytes,
  });
  const { parts, failure, fail } = collectParts(parser.events, limits, held);
  acceptBody(request, response);
  const time = { leftMs: limits.bodyTimeoutMs, of: 'the next image of the body' };
  for await (const chunk of chunksOf(request, limits.maxBatchBytes, time, signal)) {
    try {
      parser.write(chunk);
    } catch (error) {
      fail(error as RequestError);
    }
    await parser.flushed();
    if (parts.length > 0) time.leftMs = limits.bodyTimeoutMs;
    yield* handOut(parts, held);
    if (failure()) break;
  }
  if (!failure()) await parser.end().catch(fail);
  yield* handOut(parts, held);
  const broken = failure();
  if (broken) throw broken;
}
