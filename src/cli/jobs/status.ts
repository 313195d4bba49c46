import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import { interruption } from '../detect/interruption.js';
import { untilEnded } from './bullmq.js';
import { type Counts, left, readCounts, retrySuffix } from './counts.js';
import { gauge } from './gauge.js';
import { reportErrors, sayAbove } from './say.js';

const pollMs = 500;

/** The counts as a table. */
export function shownCounts(counts: Counts): string {
  const failed = counts.failed > 0 ? 'their results say why; jobs retry gives them new attempts' : '';
  const meanings = { waiting: '', active: '', delayed: 'will be retried', completed: '', failed };
  const line = (name: keyof typeof meanings) => {
    return `${name.padEnd(10)}${String(counts[name]).padStart(10)}  ${meanings[name]}`.trimEnd();
  };
  return `${Object.keys(meanings)
    .map((name) => line(name as keyof typeof meanings))
    .join('\n')}\n`;
}

/** Shows the queue's progress until no job is left. Resolves to the last counts; rejects with Interruption. */
export async function waitUntilDone(queue: Queue): Promise<Counts> {
  const signal = interruption();
  let counts = await readCounts(queue);
  const first = counts.finished;
  const bar = gauge(async () => {
    const done = counts.finished - first;
    return { done, total: done + left(counts), text: `${counts.failed} failed${retrySuffix(counts)}` };
  }, false);
  reportErrors(queue, sayAbove(bar));
  const ended = untilEnded(queue, signal);
  try {
    while (left(counts) > 0) {
      await sleep(pollMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      counts = await Promise.race([readCounts(queue), ended]);
    }
    return counts;
  } finally {
    bar.stop();
  }
}
