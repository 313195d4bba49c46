import type { Queue } from 'bullmq';

/** The jobs of a queue at one moment. */
export interface Counts {
  waiting: number;
  active: number;
  /** Have failed, and wait for another attempt. */
  delayed: number;
  /** Those that the queue still knows. */
  completed: number;
  failed: number;
  /** How many have ever ended here, well or not. */
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

/** The end of a line of progress: a disk that is not mounted shows itself here first. */
export const toTryAgain = ({ delayed }: Counts) => (delayed > 0 ? `, ${delayed} will be tried again` : '');
