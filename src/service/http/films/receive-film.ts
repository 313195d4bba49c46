import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { FaceDetectorError } from '../../../library/face-detector-error.js';
import type { Config } from '../../config.js';
import { temporaryFile } from '../../temporary-file.js';
import { acceptBody, bodyTooLarge } from '../body.js';
import { chunksOf } from '../body-chunks.js';
import { slowestClient } from '../hold-answer.js';
import { RequestError } from '../request-error.js';

/** The film of a request, on disk. */
export interface ReceivedFilm {
  /** From which it can be read, also backwards. */
  descriptor: number;
  sha256: string;
  /** Call when nobody reads it any more: nothing of it is left. */
  close(): Promise<void>;
}

type Limits = Pick<Config, 'maxVideoBytes' | 'bodyTimeoutMs'>;

const isNoRoom = (error: unknown) =>
  ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(String((Object(error) as NodeJS.ErrnoException).code));

const noRoom = (cause: unknown) =>
  new RequestError('DISK_FULL', 'there is no room for the film: try again later', { cause });

function refuseForm({ headers: { 'content-type': type = '' } }: IncomingMessage): void {
  if (!/^multipart\//i.test(type)) return;
  throw new FaceDetectorError(
    'UNSUPPORTED_FORMAT',
    'send the film itself as the body, not in a form: curl --data-binary @film.mp4',
  );
}

/**
 * Keeps the body in a temporary file. Rejects with FaceDetectorError UNSUPPORTED_FORMAT for a form, FILM_UNREADABLE if there is nothing,
 * RequestError BODY_TOO_LARGE, BODY_TIMEOUT if the client falls below the slowest that is served for BODY_TIMEOUT_MS, DISK_FULL, ABORTED,
 * or the signal's reason.
 */
export async function receiveFilm(
  request: IncomingMessage,
  response: ServerResponse,
  { maxVideoBytes, bodyTimeoutMs }: Limits,
  signal: AbortSignal,
): Promise<ReceivedFilm> {
  refuseForm(request);
  if (Number(request.headers['content-length']) > maxVideoBytes) throw bodyTooLarge(maxVideoBytes);
  const file = await temporaryFile().catch((error: unknown) => {
    throw isNoRoom(error) ? noRoom(error) : error;
  });
  const hash = createHash('sha256');
  const time = { leftMs: bodyTimeoutMs, of: 'the body' };
  let received = 0;
  try {
    acceptBody(request, response);
    for await (const chunk of chunksOf(request, maxVideoBytes, time, signal)) {
      time.leftMs = Math.min(time.leftMs + chunk.byteLength / slowestClient, bodyTimeoutMs);
      received += chunk.byteLength;
      hash.update(chunk);
      await file.writer.writeFile(chunk);
    }
    if (received === 0) throw new FaceDetectorError('FILM_UNREADABLE', 'the body has no bytes');
  } catch (error) {
    await file.close();
    throw isNoRoom(error) ? noRoom(error) : error;
  }
  return { descriptor: file.reader.fd, sha256: hash.digest('hex'), close: () => file.close() };
}
