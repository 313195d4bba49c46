import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client';
import type { Snapshot } from '../worker-messages.js';

/**
 * The metrics of all workers, summed from their last snapshots: a scrape never waits for a worker. Counters and
 * histograms of workers that exited stay in the sum, so that no total ever falls.
 */
export class MetricsSum {
  readonly #last = new Map<number, Snapshot>();
  #ended: Snapshot = [];
  readonly #own = new Registry();
  readonly #restarts = new Counter({
    name: 'face_detector_worker_restarts_total',
    help: 'Workers replaced, by reason',
    labelNames: ['reason'],
    registers: [this.#own],
  });

  /** `readyWorkers` is called at every scrape. */
  constructor(readyWorkers: () => number) {
    new Gauge({
      name: 'face_detector_ready_workers',
      help: 'Workers that take requests',
      registers: [this.#own],
      collect() {
        this.set(readyWorkers());
      },
    });
    for (const reason of ['died', 'hung', 'reload']) this.#restarts.inc({ reason }, 0);
  }

  update(worker: number, snapshot: Snapshot): void {
    this.#last.set(worker, snapshot);
  }

  /** Keeps the counters and histograms of a worker that exited, and drops its gauges. */
  async retire(worker: number): Promise<void> {
    const last = this.#last.get(worker);
    if (!last) return;
    this.#last.delete(worker);
    const totals = last.filter(({ type }) => ['counter', 'histogram'].includes(String(type)));
    // Together with the deletion, so that no scrape sees a gap: first the plain list, then its sum.
    const both = [...this.#ended, ...totals];
    this.#ended = both;
    const sum = (await AggregatorRegistry.aggregate([both]).getMetricsAsJSON()) as unknown as Snapshot;
    if (this.#ended === both) this.#ended = sum;
  }

  restarted(reason: 'died' | 'hung' | 'reload'): void {
    this.#restarts.inc({ reason });
  }

  /** In the text format of Prometheus. */
  async text(): Promise<string> {
    const sum = AggregatorRegistry.aggregate([this.#ended, ...this.#last.values()]);
    return `${await this.#own.metrics()}${await sum.metrics()}`;
  }

  get contentType(): string {
    return this.#own.contentType;
  }
}
