import type { Queue } from 'bullmq';

/** The jobs of a queue at one moment. */
export interface Counts {
  waiting: number;
  active: number;
  /** Failed and waiting for a retry. */
  delayed: number;
  /** Those that the queue still remembers. */
  completed: number;
  failed: number;
  /** All jobs that ever ended here, successfully or not. */
  finished: number;
}

export async function readCounts(queue: Queue): Promise<Counts> {
  const [counts, ...metrics] = await Promise.all([
    queue.getJobCounts('wait', 'prioritized', 'active', 'delayed', 'completed', 'failed'),
    queue.getMetrics('completed', 0, 0),
    queue.getMetrics('failed', 0, 0),
  ]);
  const { wait = 0, prioritized = 0, active = 0, delayed = 0, completed = 0, failed = 0 } = counts;
  const finished = metrics.reduce((sum, { meta }) => sum + meta.count, 0);
  return { waiting: wait + prioritized, active, delayed, completed, failed, finished };
}

/** Jobs that have not ended. */
export const left = ({ waiting, active, delayed }: Counts) => waiting + active + delayed;

/** End of a progress line: an unmounted disk shows up here first. */
export const retrySuffix = ({ delayed }: Counts) => (delayed > 0 ? `, ${delayed} will be retried` : '');
