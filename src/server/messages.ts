import type { Activity } from '../slots.js';
import type { Snapshot } from './metrics.js';
import type { Readiness } from './service.js';

/** What a worker tells the primary. */
export type WorkerMessage =
  | { type: 'ready'; port: number; opencv: string; engine: string; engineReason: string }
  /** It cannot start, and neither would another. */
  | { type: 'unable'; reason: string }
  /** A sign of life. */
  | { type: 'beat'; activity: Activity }
  | { type: 'metrics'; snapshot: Snapshot }
  /** It has answered all that it had accepted, and would end. */
  | { type: 'drained' };

/** What the primary tells a worker. */
export type PrimaryMessage = { type: 'readiness'; readiness: Readiness } | { type: 'drain' } | { type: 'end' };

/** Time between two signs of life. */
export const beatMs = 500;
/** Time between two snapshots of metrics. */
export const snapshotMs = 1000;
