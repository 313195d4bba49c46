import type { MetricObject } from 'prom-client';
import type { LoadedModel, NonEmpty } from '../library/loaded-models.js';
import type { Activity } from '../library/slots.js';

/** Whether the service takes requests; the primary decides for all workers. */
export interface Readiness {
  isReady: boolean;
  /** If not ready: starting, draining or stuck. */
  reason?: string;
}

/** An image together with its request: a crash may need a certain route, model or option. */
export interface Search {
  /** SHA-256 of the image's bytes. */
  image: string;
  /** Route and options. */
  requestKey: string;
}

/** The metrics of one worker at one moment, as serialized by prom-client. */
export type Snapshot = MetricObject[];

/** Environment variable that tells a worker which model its own stands in for; empty if none. */
export const standInVariable = 'STANDS_IN_FOR';

/** Messages from a worker to the primary. */
export type WorkerMessage =
  | { type: 'ready'; port: number; opencv: string; models: NonEmpty<LoadedModel> }
  /** It cannot start, for a reason that other workers have as well. */
  | { type: 'unable'; reason: string }
  /** Sent every `heartbeatMs`. */
  | { type: 'heartbeat'; activity: Activity }
  | { type: 'metrics'; snapshot: Snapshot }
  /** An image is passed to native code. */
  | ({ type: 'searching' } & Search)
  /** Native code is done with it; `isComplete`: searched to the end. */
  | ({ type: 'searched'; isComplete: boolean } & Search)
  /** It has answered every request it accepted, and is about to exit. */
  | { type: 'drained' };

/** Messages from the primary to a worker. */
export type PrimaryMessage =
  | { type: 'readiness'; readiness: Readiness }
  /** SHA-256 of all images that must not be searched. */
  | { type: 'quarantine'; images: readonly string[] }
  | { type: 'drain' }
  | { type: 'end' };

/** Time between two heartbeats. */
export const heartbeatMs = 500;
/** Time between two snapshots of the metrics. */
export const snapshotMs = 1000;
