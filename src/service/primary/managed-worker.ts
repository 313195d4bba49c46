import type { EventEmitter } from 'node:events';
import type { PrimaryMessage, WorkerMessage } from '../worker-messages.js';

/** A worker process of node:cluster. Without a `pid`, the fork failed: it soon emits `error` and nothing else. */
export interface WorkerProcess extends EventEmitter {
  readonly id: number;
  send(message: PrimaryMessage, callback: (error: Error | null) => void): boolean;
  isConnected(): boolean;
  /** Milliseconds since the oldest connection that it has not accepted was handed to it; 0 if it has accepted all. */
  unacceptedMs(): number;
  process: { pid?: number | undefined; kill(signal: NodeJS.Signals): boolean };
}

/** A worker and its state. Times are milliseconds of performance.now(). */
export interface ManagedWorker {
  readonly worker: WorkerProcess;
  state: 'starting' | 'ready' | 'draining';
  readonly startedAt: number;
  /** When it last sent a message. */
  heartbeatAt: number;
  /** Started by a reload: the old worker serves until this one is ready, so its failure does not fail the service. */
  isReplacement: boolean;
  activity?: Extract<WorkerMessage, { type: 'heartbeat' }>['activity'];
  killReason?: string;
  /** The reason it reported for not starting. */
  startError?: string;
  /** How it ended: a signal, an exit status, or why it could not be forked. */
  exitReason?: string;
}

/** Whether the system created its process. */
export const isForked = ({ worker }: ManagedWorker) => worker.process.pid !== undefined;

/** Sends a message, unless the worker has gone. */
export function tell({ worker }: ManagedWorker, message: PrimaryMessage): void {
  if (worker.isConnected()) worker.send(message, () => undefined);
}

/** Kills a worker that no longer responds. Only the first reason is kept. */
export function kill(managed: ManagedWorker, reason: string): void {
  if (managed.killReason) return;
  managed.killReason = reason;
  managed.worker.process.kill('SIGKILL');
}
