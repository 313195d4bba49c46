import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import type { Logger } from './log.js';

// Descriptors not for client connections: some 20 from the start, then files and name lookups.
const reservedDescriptors = 64;
const minConnections = 16;
// A flood must not fill the log.
const warnIntervalMs = 10_000;

/** File descriptors this process may open (ulimit -n); Infinity if the system does not say. */
function descriptorLimit(): number {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return Number(limit ?? Infinity);
  } catch {
    return Infinity;
  }
}

/** Client connections possible with this many descriptors, leaving room for other work. */
export function connectionLimit(descriptors = descriptorLimit()): number {
  return Math.max(minConnections, descriptors - reservedDescriptors);
}

/**
 * Closes every new connection beyond `limit`. A worker that has run out of descriptors cannot accept the next one from
 * the primary, and node:cluster, waiting for its acknowledgement, would never hand it another: the worker would be lost
 * until replaced.
 */
export function limitConnections(server: Server, log: Pick<Logger, 'warn'>, limit = connectionLimit()): void {
  let open = 0;
  let closed = 0;
  let warnedAt = -Infinity;
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
    if (performance.now() - warnedAt < warnIntervalMs) return;
    warnedAt = performance.now();
    log.warn({ limit, closed }, 'too many connections: new ones are closed');
    closed = 0;
  });
}
