import type { Worker } from 'node:cluster';

/** A connection as node:cluster hands it to a worker; its descriptor is negative once this process has closed it. */
interface Handle {
  fd: number;
  close(): void;
}

// Far longer than a live worker needs to accept a connection.
const graceMs = 1000;

/** Connections handed to a worker that it has not accepted yet. */
export interface PendingHandoffs {
  count(): number;
  /** Milliseconds since the oldest was sent; 0 if there is none. */
  oldestMs(): number;
}

/**
 * Tracks the connections handed to a worker, and closes those it had not accepted when it died. node:cluster closes its
 * own copy of a connection when the worker acknowledges it, and otherwise forgets it, which would leave the client
 * waiting forever.
 */
export function trackHandoffs(worker: Worker): PendingHandoffs {
  const handed = new Map<Handle, number>();
  const child = worker.process;
  const send = child.send.bind(child) as (...args: unknown[]) => boolean;
  child.send = (message: unknown, handle?: unknown, ...rest: unknown[]) => {
    for (const before of handed.keys()) if (before.fd < 0) handed.delete(before);
    if (typeof (handle as Handle | undefined)?.fd === 'number') handed.set(handle as Handle, performance.now());
    return send(message, handle, ...rest);
  };
  // A connection that the worker refused has gone to another one by then; closing this copy does no harm.
  const closeAll = () => {
    for (const handle of handed.keys()) if (handle.fd >= 0) handle.close();
  };
  worker.once('exit', () => setTimeout(closeAll, graceMs).unref());
  const open = () => [...handed].filter(([{ fd }]) => fd >= 0);
  return {
    count: () => open().length,
    oldestMs() {
      const [first] = open();
      return first ? performance.now() - first[1] : 0;
    },
  };
}
