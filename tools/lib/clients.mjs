// Clients whose requests are counted by the way that they end, while the service has more to do than it can, or loses workers.
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { quantile } from './statistics.mjs';

/** Clients that ask one after the other, each on a connection of its own as nginx does. */
export function clients(origin, image, count, { retryMs = 0 } = {}) {
  const agent = new Agent({ connections: count, pipelining: 1, headersTimeout: 120_000, bodyTimeout: 120_000 });
  const outcomes = {};
  const latencies = [];
  const times = [];
  let isStopped = false;
  async function one() {
    const started = performance.now();
    try {
      const { statusCode, headers, body } = await request(`${origin}/v1/faces`, {
        method: 'POST',
        body: image,
        headers: { 'content-type': 'image/jpeg' },
        dispatcher: agent,
        reset: true,
      });
      await body.dump();
      if (statusCode === 200) {
        latencies.push(performance.now() - started);
        times.push(performance.now());
      }
      return statusCode === 503 && !headers['retry-after'] ? '503 without Retry-After' : String(statusCode);
    } catch (error) {
      return error.cause?.code ?? error.code ?? String(error);
    }
  }
  const running = Array.from({ length: count }, async () => {
    while (!isStopped) {
      const outcome = await one();
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (outcome === 'ECONNREFUSED') return;
      if (outcome === '503' && retryMs) await sleep(retryMs);
    }
  });
  return {
    outcomes,
    times,
    async stop() {
      isStopped = true;
      await Promise.all(running);
      await agent.close();
      const at = (share) => Math.round(quantile(latencies, share) || 0);
      return { outcomes, answered: latencies.length, p50Ms: at(0.5), p99Ms: at(0.99) };
    },
  };
}
