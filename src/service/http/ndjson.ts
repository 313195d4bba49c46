import { once } from 'node:events';
import type { Response } from 'express';
import type { Logger } from '../log.js';
import { outcomeOf, problem } from './answer.js';
import { publicError, RequestError } from './request-error.js';

/** Writes one line of NDJSON; waits, up to `timeoutMs`, until the client has read the lines before. */
export async function writeLine(response: Response, line: object, timeoutMs: number): Promise<void> {
  if (!response.headersSent) response.status(200).set('Content-Type', 'application/x-ndjson');
  if (response.write(`${JSON.stringify(line)}\n`) || response.destroyed) return;
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), timeoutMs);
  try {
    await Promise.race(['drain', 'close'].map((event) => once(response, event, { signal: over.signal })));
  } catch {
    response.destroy();
    throw new RequestError('ABORTED', 'the client stopped reading the answer');
  } finally {
    clearTimeout(timer);
    over.abort(); // what listens for the other event
  }
}

/**
 * What the last line says of an error that came after the status had been sent, noted for log and metrics. Throws it instead if there is
 * nobody to tell.
 */
export function lastProblem(error: unknown, response: Response, log: Logger): ReturnType<typeof problem> {
  if (!response.headersSent || response.destroyed) throw error;
  const outcome = outcomeOf(response);
  const known = publicError(error);
  outcome.code = known.code;
  outcome.error = error;
  if (known.status === 500) log.error({ err: error, requestId: outcome.requestId }, 'a request failed');
  return problem(known, outcome.requestId);
}
