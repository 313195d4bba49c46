import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import type { Logger } from './log.js';

// For everything that is no connection of a client: some 20 from the start, then files and names.
const reserved = 64;
const fewest = 16;
// A flood shall not fill the log.
const quietMs = 10_000;

/** Descriptors that this process may have open (ulimit -n); Infinity where the system does not say. */
function descriptorLimit(): number {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return Number(limit ?? Infinity);
  } catch {
    return Infinity;
  }
}

/** Connections that a process with so many descriptors can have, with room for the rest of its work. */
export function connectionLimit(descriptors = descriptorLimit()): number {
  return Math.max(fewest, descriptors - reserved);
}

/**
 * Closes each connection beyond `limit` as it comes. A worker without a descriptor left cannot take the next one from the primary,
 * and node:cluster, which waits for its answer, never gives it any other again: it would be lost until it is replaced.
 */
export function limitConnections(server: Server, log: Pick<Logger, 'warn'>, limit = connectionLimit()): void {
  let open = 0;
  let closed = 0;
  let toldAt = -Infinity;
  server.prependListener('connection', (socket) => {
    if (open < limit) {
      open += 1;
      socket.once('close', () => {
        open -= 1;
      });
      return;
    }
    socket.destroy();
    closed += 1;
    if (performance.now() - toldAt < quietMs) return;
    toldAt = performance.now();
    log.warn({ limit, closed }, 'too many connections: new ones are closed');
    closed = 0;
  });
}
