import net from 'node:net';
import { setTimeout as sleep, setImmediate as tick } from 'node:timers/promises';

interface Handle {
  onconnection: (this: Handle, ...args: unknown[]) => void;
  listen(backlog: number): number;
  close(): void;
}

// Workers accept a connection within milliseconds, or seconds on a busy machine; do not wait for one that hangs.
const handoffTimeoutMs = 5000;
// An upper bound, for clients that keep coming: more than could be queued before (Node's backlog is 511).
const maxAccepted = 1024;

/**
 * Accepts until the system's queue is empty, since closing resets queued connections. The event loop accepts one per
 * round. There is no time limit: the longer this process was held up, the more connections are queued.
 */
async function acceptAll(handles: readonly Handle[]): Promise<void> {
  let accepted = 0;
  for (const handle of handles) {
    const accept = handle.onconnection;
    handle.onconnection = (...args) => {
      accepted += 1;
      accept.apply(handle, args);
    };
    // From now on Linux queues at most one connection, so none can slip in between the last check and the close. Other
    // clients retry, and are refused by then. Other systems read 0 as their default, which is no worse than before.
    handle.listen(0);
  }
  for (let before = -1; before < accepted && accepted < maxAccepted; ) {
    before = accepted;
    await tick();
    await tick();
  }
}

/**
 * Watches the port that node:cluster opens in this process for all workers. By itself, node:cluster closes the port
 * only when the last worker has left, and drops the connections accepted by then, which cuts off their clients. The
 * returned function closes the port first, and resolves when every accepted connection is with a worker;
 * `pendingHandoffs` returns how many are not.
 */
export function watchSharedPort(pendingHandoffs: () => number): () => Promise<void> {
  const handles: Handle[] = [];
  const create = net.createServer;
  net.createServer = ((...args: Parameters<typeof create>) => {
    const server = create(...args);
    // node:cluster removes the handle from its server as soon as it listens.
    server.once('listening', () => handles.push((server as unknown as { _handle: Handle })._handle));
    return server;
  }) as typeof create;
  return async () => {
    await acceptAll(handles);
    for (const handle of handles) handle.close();
    const end = performance.now() + handoffTimeoutMs;
    while (pendingHandoffs() > 0 && performance.now() < end) await sleep(2);
  };
}
