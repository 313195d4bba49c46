import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Config } from './config.js';
import { listen } from './listen.js';
import type { Logger } from './log.js';
import type { MetricsSum } from './metrics-sum.js';

type Metrics = Pick<MetricsSum, 'contentType' | 'text'>;

/** A scrape that fails is one scrape lost: the process that answers it is the one that keeps the workers alive. */
async function answer(response: ServerResponse, metrics: Metrics, log: Pick<Logger, 'error'>): Promise<void> {
  try {
    const text = await metrics.text();
    response.writeHead(200, { 'Content-Type': metrics.contentType }).end(text);
  } catch (error) {
    log.error({ err: error }, 'the metrics could not be summed');
    response.writeHead(500).end();
  }
}

/** Serves `/metrics` on a port of its own: closed to the outside by not being published. Rejects where it cannot listen. */
export async function serveMetrics(
  metrics: Metrics,
  { metricsPort, host }: Pick<Config, 'metricsPort' | 'host'>,
  log: Pick<Logger, 'error'>,
): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/metrics') void answer(response, metrics, log);
    else response.writeHead(404).end();
  });
  await listen(server, metricsPort, host, 'METRICS_PORT');
  return server;
}
