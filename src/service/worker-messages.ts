import type { MetricObject } from 'prom-client';
import type { LoadedModel, NonEmpty } from '../library/loaded-models.js';
import type { Activity } from '../library/slots.js';

/** Whether the service takes requests, as the primary decides for all workers. */
export interface Readiness {
  isReady: boolean;
  /** Why not: starting, draining, stuck. */
  reason?: string;
}

/** An image, and what its request asked of it: a crash may need one route, model or option. */
export interface Search {
  /** SHA-256 of its bytes. */
  image: string;
  /** Route and options. */
  how: string;
}

/** All metrics of one worker at one moment, as prom-client serializes them. */
export type Snapshot = MetricObject[];

/** Environment variable by which the primary tells a worker for which model its own stands in; empty: for none. */
export const standInVariable = 'STANDS_IN_FOR';

/** What a worker tells the primary. */
export type WorkerMessage =
  | { type: 'ready'; port: number; opencv: string; models: NonEmpty<LoadedModel> }
  /** It cannot start, for a reason that another would have as well at this moment. */
  | { type: 'unable'; reason: string }
  /** A sign of life. */
  | { type: 'beat'; activity: Activity }
  | { type: 'metrics'; snapshot: Snapshot }
  /** Native code gets an image. */
  | ({ type: 'searching' } & Search)
  /** It is done with it; `isWhole` where it came to the end of the search. */
  | ({ type: 'searched'; isWhole: boolean } & Search)
  /** It has answered all that it had accepted, and would end. */
  | { type: 'drained' };

/** What the primary tells a worker. */
export type PrimaryMessage =
  | { type: 'readiness'; readiness: Readiness }
  /** All images that are not to be searched: their SHA-256. */
  | { type: 'quarantine'; images: readonly string[] }
  | { type: 'drain' }
  | { type: 'end' };

/** Time between two signs of life. */
export const beatMs = 500;
/** Time between two snapshots of metrics. */
export const snapshotMs = 1000;
