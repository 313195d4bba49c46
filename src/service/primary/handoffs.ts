import type { Worker } from 'node:cluster';

/** A connection as node:cluster hands it to a worker; its descriptor is negative once it is closed here. */
interface Handle {
  fd: number;
  close(): void;
}

// Far more than a worker that lives needs to take a connection.
const graceMs = 1000;

/** Connections that were handed to a worker and that it has not accepted. */
export interface PendingHandoffs {
  count(): number;
  /** How long ago the first of them was sent; 0 where there is none. */
  oldestMs(): number;
}

/**
 * Tracks the connections that are handed to a worker, and closes those that it had not accepted when it died: node:cluster closes its
 * own copy of a connection when the worker acknowledges it, and forgets it otherwise, so that its client would wait for ever.
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
  // What the worker refused has gone to another one by then, and is closed here as well.
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
