import type { Worker } from 'node:cluster';

/** A connection as node:cluster hands it to a worker; its descriptor is negative once it is closed here. */
interface Handle {
  fd: number;
  close(): void;
}

// Far more than a worker that lives needs to take a connection.
const graceMs = 1000;

/**
 * Closes connections that were on their way to this worker when it died. node:cluster closes its own copy of a connection when the
 * worker has answered that it has it, and forgets it where no answer comes: its client would wait for ever.
 * Answers how many are on their way now.
 */
export function closeLostConnections(worker: Worker): () => number {
  const handed = new Set<Handle>();
  const child = worker.process;
  const send = child.send.bind(child) as (...args: unknown[]) => boolean;
  child.send = (message: unknown, handle?: unknown, ...rest: unknown[]) => {
    for (const before of handed) if (before.fd < 0) handed.delete(before);
    if (typeof (handle as Handle | undefined)?.fd === 'number') handed.add(handle as Handle);
    return send(message, handle, ...rest);
  };
  // What the worker refused has gone to another one by then, and is closed here as well.
  const closeAll = () => {
    for (const handle of handed) if (handle.fd >= 0) handle.close();
  };
  worker.once('exit', () => setTimeout(closeAll, graceMs).unref());
  return () => [...handed].filter(({ fd }) => fd >= 0).length;
}
