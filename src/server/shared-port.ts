import net from 'node:net';
import { setTimeout as sleep, setImmediate as tick } from 'node:timers/promises';

interface Handle {
  onconnection: (this: Handle, ...args: unknown[]) => void;
  close(): void;
}

// Workers take a connection within milliseconds; one that has died or hangs is not waited for.
const patienceMs = 1000;
// Clients that never stop coming are cut off in the end.
const acceptingMs = 200;

/** Accepts until the system has no connection left: the event loop takes one each time round, and closing resets the others. */
async function acceptAll(handles: readonly Handle[]): Promise<void> {
  let accepted = 0;
  for (const handle of handles) {
    const accept = handle.onconnection;
    handle.onconnection = (...args) => {
      accepted += 1;
      accept.apply(handle, args);
    };
  }
  const end = performance.now() + acceptingMs;
  for (let before = -1; before < accepted && performance.now() < end; ) {
    before = accepted;
    await tick();
    await tick();
  }
}

/**
 * Looks at the port that node:cluster opens in this process for all workers. It closes it only when the last worker has left it, and
 * drops the connections that it has accepted by then: their clients would be cut off. The function that this gives closes it first and
 * resolves when all that had been accepted is with the workers; `onTheirWay` says how many are not.
 */
export function watchSharedPort(onTheirWay: () => number): () => Promise<void> {
  const handles: Handle[] = [];
  const create = net.createServer;
  net.createServer = ((...args: Parameters<typeof create>) => {
    const server = create(...args);
    // node:cluster takes the handle out of its server as soon as it listens.
    server.once('listening', () => handles.push((server as unknown as { _handle: Handle })._handle));
    return server;
  }) as typeof create;
  return async () => {
    await acceptAll(handles);
    for (const handle of handles) handle.close();
    const end = performance.now() + patienceMs;
    while (onTheirWay() > 0 && performance.now() < end) await sleep(2);
  };
}
