// How much a service answers, by autocannon. Its connections are kept, as it has no others: that it says "Connection: keep-alive" is
// fixed, and it does not count the answer after which it reconnects. Where a client must come anew for each request, wait as
// Retry-After says, or tell how a request was lost, clients.mjs sends.
import autocannon from 'autocannon';

/**
 * Sends the JPEG again and again over so many connections: for `warmUpSeconds`, then for `seconds`, of which the result is. `started`
 * resolves when these begin; `result` resolves to answers with 200 a second, how all requests ended and how long they took.
 */
export function measureThroughput(origin, image, { connections, seconds, warmUpSeconds }) {
  const run = autocannon({
    url: `${origin}/v1/faces`,
    method: 'POST',
    headers: { 'content-type': 'image/jpeg' },
    body: image,
    connections,
    duration: seconds,
    timeout: 120, // seconds
    warmup: { connections, duration: warmUpSeconds },
  });
  const result = run.then(({ statusCodeStats, errors, timeouts, duration, latency }) => {
    const outcomes = Object.fromEntries(Object.entries(statusCodeStats).map(([status, { count }]) => [status, count]));
    return {
      perSecond: (outcomes['200'] ?? 0) / duration,
      outcomes: { ...outcomes, ...(errors > 0 && { errors }), ...(timeouts > 0 && { timeouts }) },
      p50Ms: latency.p50,
      p99Ms: latency.p99,
    };
  });
  return { started: new Promise((resolve) => run.once('start', resolve)), result };
}
