import cluster, { type Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { namingFlag } from '../../library/permission.js';
import { type PendingHandoffs, trackHandoffs } from './handoffs.js';
import type { WorkerProcess } from './managed-worker.js';

/**
 * A worker that the system gave no process for (EMFILE, EAGAIN, ENOMEM): it emits the `error`, and nothing else. Node's own object
 * will not do: it has half of a worker's methods, or takes messages that nobody reads, and no event ever says that it has ended.
 */
class NoProcess extends EventEmitter implements WorkerProcess {
  readonly id = 0; // node:cluster counts from 1
  readonly process = { pid: undefined, kill: () => false };
  send = () => false;
  isConnected = () => false;
  untakenMs = () => 0;
}

/**
 * Forks a worker of the cluster with `environment` added to this process's own, and keeps in `handoffs`, by its id, the connections
 * that it has not accepted yet. Never throws: where the system refuses a process, what it gives has no `pid` and emits `error`.
 */
export function forkWorker(environment: NodeJS.ProcessEnv, handoffs: Map<number, PendingHandoffs>): WorkerProcess {
  const none = new NoProcess();
  const fail = (error: unknown) => void none.emit('error', namingFlag(error));
  let worker: Worker;
  try {
    worker = cluster.fork(environment);
  } catch (error) {
    process.nextTick(fail, error); // as Node tells of the others
    return none;
  }
  if (worker.process.pid === undefined) {
    worker.once('error', fail);
    delete cluster.workers?.[worker.id]; // which Node does at an exit only
    return none;
  }
  const connections = trackHandoffs(worker);
  handoffs.set(worker.id, connections);
  worker.once('exit', () => handoffs.delete(worker.id));
  return Object.assign(worker, { untakenMs: () => connections.oldestMs() });
}
