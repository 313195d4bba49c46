import net from 'node:net';
import { setTimeout as sleep, setImmediate as tick } from 'node:timers/promises';

interface Handle {
  onconnection: (this: Handle, ...args: unknown[]) => void;
  listen(backlog: number): number;
  close(): void;
}

// Workers take a connection within milliseconds, on a machine that is held up within seconds; one that hangs is not waited for.
const handoffTimeoutMs = 5000;
// Clients that never stop coming are cut off in the end: by then all have been accepted that could wait before (node's backlog is 511).
const maxAccepted = 1024;

/**
 * Accepts until the system has no connection left: the event loop takes one each time round, and closing resets the others. How long
 * that takes says nothing: a process that is held up for a moment has the more of them waiting.
 */
async function acceptAll(handles: readonly Handle[]): Promise<void> {
  let accepted = 0;
  for (const handle of handles) {
    const accept = handle.onconnection;
    handle.onconnection = (...args) => {
      accepted += 1;
      accept.apply(handle, args);
    };
    // From now on Linux lets one connection wait at most, so that no more can come between the last look and the closing. Clients
    // beyond it try again, and are refused by then. Other systems take 0 for their default, which is no worse than before.
    handle.listen(0);
  }
  for (let before = -1; before < accepted && accepted < maxAccepted; ) {
    before = accepted;
    await tick();
    await tick();
  }
}

/**
 * Looks at the port that node:cluster opens in this process for all workers. It closes it only when the last worker has left it, and
 * drops the connections that it has accepted by then: their clients would be cut off. The function that this gives closes it first and
 * resolves when all that had been accepted is with the workers; `pendingHandoffs` says how many are not.
 */
export function watchSharedPort(pendingHandoffs: () => number): () => Promise<void> {
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
    const end = performance.now() + handoffTimeoutMs;
    while (pendingHandoffs() > 0 && performance.now() < end) await sleep(2);
  };
}
