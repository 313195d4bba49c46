import type { EventEmitter } from 'node:events';
import type { PrimaryMessage, WorkerMessage } from '../worker-messages.js';

/** A worker process as node:cluster gives it. Without a `pid` the system refused one: all that it emits is `error`, soon. */
export interface WorkerProcess extends EventEmitter {
  readonly id: number;
  send(message: PrimaryMessage, callback: (error: Error | null) => void): boolean;
  isConnected(): boolean;
  /** For how long it has not accepted a connection that it was handed; 0 where it has accepted all. */
  untakenMs(): number;
  process: { pid?: number | undefined; kill(signal: NodeJS.Signals): boolean };
}

/** A worker and what the supervisor knows of it. Times are of performance.now(), in milliseconds. */
export interface ManagedWorker {
  readonly worker: WorkerProcess;
  state: 'starting' | 'ready' | 'draining';
  readonly startedAt: number;
  /** When it last sent a message. */
  heartbeatAt: number;
  /** Started by a reload: until it is ready, the old one does its work, and its failure is no failure of the service. */
  isReplacement: boolean;
  activity?: Extract<WorkerMessage, { type: 'beat' }>['activity'];
  killReason?: string;
  /** Why it says that it cannot start. */
  startError?: string;
  /** How it has ended: a signal, a status, why it never began. */
  exitReason?: string;
}

/** Whether the system gave it a process. */
export const isForked = ({ worker }: ManagedWorker) => worker.process.pid !== undefined;

/** Sends a message, unless the worker is gone. */
export function tell({ worker }: ManagedWorker, message: PrimaryMessage): void {
  if (worker.isConnected()) worker.send(message, () => undefined);
}

/** Ends a worker that cannot be asked any more. Only the first reason counts. */
export function kill(managed: ManagedWorker, reason: string): void {
  if (managed.killReason) return;
  managed.killReason = reason;
  managed.worker.process.kill('SIGKILL');
}
