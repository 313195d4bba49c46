import cluster, { type Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { withMissingFlag } from '../../library/permission.js';
import { type PendingHandoffs, trackHandoffs } from './handoffs.js';
import type { WorkerProcess } from './managed-worker.js';

/**
 * Stands for a worker that could not be forked (EMFILE, EAGAIN, ENOMEM): it emits `error` and nothing else. Node's own
 * object does not serve: it has half of a worker's methods, or accepts messages that nobody reads, and never emits an
 * exit.
 */
class FailedFork extends EventEmitter implements WorkerProcess {
  readonly id = 0; // node:cluster counts from 1
  readonly process = { pid: undefined, kill: () => false };
  send = () => false;
  isConnected = () => false;
  unacceptedMs = () => 0;
}

/**
 * Forks a cluster worker with `environment` added to this process's own, and keeps its unaccepted connections in
 * `handoffs`, by worker id. Never throws: if the fork fails, the result has no `pid` and emits `error`.
 */
export function forkWorker(environment: NodeJS.ProcessEnv, handoffs: Map<number, PendingHandoffs>): WorkerProcess {
  const failed = new FailedFork();
  const fail = (error: unknown) => void failed.emit('error', withMissingFlag(error));
  let worker: Worker;
  try {
    worker = cluster.fork(environment);
  } catch (error) {
    process.nextTick(fail, error); // asynchronously, as Node reports other fork errors
    return failed;
  }
  if (worker.process.pid === undefined) {
    worker.once('error', fail);
    delete cluster.workers?.[worker.id]; // Node does this only on exit
    return failed;
  }
  const connections = trackHandoffs(worker);
  handoffs.set(worker.id, connections);
  worker.once('exit', () => handoffs.delete(worker.id));
  return Object.assign(worker, { unacceptedMs: () => connections.oldestMs() });
}
