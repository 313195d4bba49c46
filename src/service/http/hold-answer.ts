import { finished } from 'node:stream/promises';
import type { Response } from 'express';
import type { Config } from '../config.js';
import type { Seat } from './admission.js';

/** Bytes per millisecond that a client must read, or send of a film, on average: 64 kB/s, half of a slow mobile connection. */
export const slowestClient = 64;

/**
 * Call before sending an answer of this many bytes: it keeps its seat until the client has read it, and is dropped if
 * nothing moves for BODY_TIMEOUT_MS, or if it takes longer than at the minimum rate. Throws RequestError OVERLOADED if
 * the answers already waiting leave no room for it.
 */
export function holdUntilTaken(
  response: Response,
  seat: Seat,
  bytes: number,
  { bodyTimeoutMs, keepAliveTimeoutMs }: Pick<Config, 'bodyTimeoutMs' | 'keepAliveTimeoutMs'>,
): void {
  const { socket } = response.req;
  const taken = finished(response);
  seat.holdAnswer(bytes, taken);
  // Must differ from the idle timeout that Node.js sets when no request follows, to tell them apart below.
  const idleMs = bodyTimeoutMs === keepAliveTimeoutMs ? bodyTimeoutMs + 1 : bodyTimeoutMs;
  response.setTimeout(idleMs, () => response.destroy());
  const timer = setTimeout(() => response.destroy(), bodyTimeoutMs + bytes / slowestClient);
  const stop = () => {
    clearTimeout(timer);
    // A request pipelined behind this one would inherit its timeout.
    if (socket.timeout === idleMs) socket.setTimeout(0);
  };
  taken.then(stop, stop);
}
