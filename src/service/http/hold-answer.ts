import { finished } from 'node:stream/promises';
import type { Response } from 'express';
import type { Config } from '../config.js';
import type { Seat } from './admission.js';

/** Bytes a millisecond that a client must take on average: 64 kB a second, half of a slow mobile connection. */
const slowestClient = 64;

/**
 * To be called before an answer of so many bytes is sent: it keeps its seat until its client has taken it, and is dropped when nothing has
 * moved for BODY_TIMEOUT_MS, or when it comes to take longer than at the slowest rate. Throws RequestError OVERLOADED where the
 * answers that wait already leave no room for it.
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
  // Told apart from the time of an idle connection, which Node.js sets when no request follows.
  const idleMs = bodyTimeoutMs === keepAliveTimeoutMs ? bodyTimeoutMs + 1 : bodyTimeoutMs;
  response.setTimeout(idleMs, () => response.destroy());
  const timer = setTimeout(() => response.destroy(), bodyTimeoutMs + bytes / slowestClient);
  const stop = () => {
    clearTimeout(timer);
    // A request that is pipelined behind this one would get this one's time.
    if (socket.timeout === idleMs) socket.setTimeout(0);
  };
  taken.then(stop, stop);
}
