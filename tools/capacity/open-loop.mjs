import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { timingsOf } from './timings.mjs';

/**
 * Sends the image (`bytes`) of each of `arrivals` to /v1/faces at its time (`at`, seconds from now), whatever has become of those before,
 * on a connection of its own. Answers in their order: when it was really sent, the status, seconds until the answer, and the
 * milliseconds that the service tells.
 */
export async function sendAtTimes(origin, arrivals) {
  const dispatcher = new Agent({ connections: null, pipelining: 1 });
  const started = performance.now();
  const answers = arrivals.map(async ({ at, bytes }) => {
    await sleep(Math.max(0, started + at * 1000 - performance.now()));
    const sent = performance.now();
    const { statusCode, headers, body } = await request(`${origin}/v1/faces`, {
      method: 'POST',
      body: bytes,
      headers: { 'content-type': 'application/octet-stream' },
      dispatcher,
      reset: true,
    });
    await body.dump();
    const seconds = (performance.now() - sent) / 1000;
    return { at: (sent - started) / 1000, status: statusCode, seconds, timings: timingsOf(headers['server-timing']) };
  });
  const all = await Promise.all(answers);
  await dispatcher.close();
  return all;
}
