import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves, when it is true, to the milliseconds that took; asks every `ms`. */
export async function until(isTrue, ms = 20) {
  const started = performance.now();
  while (!(await isTrue())) await sleep(ms);
  return performance.now() - started;
}
