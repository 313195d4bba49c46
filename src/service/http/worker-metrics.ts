import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Detection } from '../../library/detection.js';
import type { ModelName } from '../../library/model-catalog.js';
import type { Snapshot } from '../worker-messages.js';

/** What one answered request adds to the metrics. */
export interface AnsweredRequest {
  route: string;
  method: string;
  status: number;
  code: string;
  seconds: number;
}

// From a millisecond to the longest deadline that makes sense; the cascade takes 0.02 to 2 s.
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

// The status of a WebSocket, which lasts as long as its client likes.
const switchedProtocols = 101;

/** The metrics of one worker. */
export class WorkerMetrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: 'face_detector_requests_total',
    help: 'Requests answered, by route, method, HTTP status and error code ("OK" without an error)',
    labelNames: ['route', 'method', 'status', 'code'],
    registers: [this.#registry],
  });
  readonly #durations = new Histogram({
    name: 'face_detector_request_duration_seconds',
    help: 'Time from the header of a request to the end of its answer, without streams',
    labelNames: ['route'],
    buckets,
    registers: [this.#registry],
  });
  readonly #stages = new Histogram({
    name: 'face_detector_stage_duration_seconds',
    help: 'Time of a search: waiting for a slot (queue), each stage of the model, and all of it (total)',
    labelNames: ['model', 'stage'],
    buckets,
    registers: [this.#registry],
  });
  readonly #faces = new Counter({
    name: 'face_detector_faces_total',
    help: 'Faces found',
    labelNames: ['model'],
    registers: [this.#registry],
  });
  readonly #streams = new Gauge({
    name: 'face_detector_streams_open',
    help: 'WebSockets of /v1/stream that are open',
    registers: [this.#registry],
  });
  readonly #frames = new Counter({
    name: 'face_detector_stream_frames_total',
    help: 'Frames that came by WebSocket: answered, failed (answered with an error), or dropped for a newer one',
    labelNames: ['result'],
    registers: [this.#registry],
  });

  /**
   * `depth`: requests uploading or waiting; `running`: jobs running. Both are called for each snapshot. `models`: those
   * loaded; their face counters start at 0.
   */
  constructor(depth: () => number, running: () => number, models: readonly ModelName[]) {
    for (const model of models) this.#faces.inc({ model }, 0);
    collectDefaultMetrics({ register: this.#registry });
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers: [this.#registry],
        collect() {
          this.set(read());
        },
      });
    gauge('face_detector_queue_depth', 'Requests that upload or wait for a slot', depth);
    gauge('face_detector_jobs_in_flight', 'Searches that run', running);
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    new Gauge({
      name: 'face_detector_event_loop_delay_p99_seconds',
      help: 'Delay of the event loop since the last snapshot, 99th percentile, of the slowest worker',
      registers: [this.#registry],
      aggregator: 'max',
      collect() {
        this.set(Math.max(0, delay.percentile(99) / 1e9));
        delay.reset();
      },
    });
  }

  answered({ route, method, status, code, seconds }: AnsweredRequest): void {
    this.#requests.inc({ route, method, status, code });
    if (status !== switchedProtocols) this.#durations.observe({ route }, seconds);
  }

  searched({ model, faces, timings }: Detection): void {
    this.#faces.inc({ model }, faces.length);
    for (const [stage, ms] of Object.entries(timings)) this.#stages.observe({ model, stage }, ms / 1000);
  }

  /** `change`: 1 for a stream that has opened, -1 for one that has closed. */
  streams(change: 1 | -1): void {
    this.#streams.inc(change);
  }

  /** What became of a frame of a stream. */
  frame(result: 'answered' | 'failed' | 'dropped'): void {
    this.#frames.inc({ result });
  }

  snapshot(): Promise<Snapshot> {
    return this.#registry.getMetricsAsJSON();
  }
}
