import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Config } from '../config.js';
import { connectionLimit, limitConnections } from '../connection-limit.js';
import { listen } from '../listen.js';
import type { Logger } from '../log.js';
import type { MetricsSum } from './metrics-sum.js';

type Metrics = Pick<MetricsSum, 'contentType' | 'text'>;

// Prometheus keeps one connection. The primary needs its descriptors for the service's connections and for new workers.
const maxConnections = 32;
// A scrape is a request of one packet and an answer of a few.
const timeoutMs = 5_000;

/** Answers one scrape. An error costs one scrape only: this process also keeps the workers alive. */
async function answer(response: ServerResponse, metrics: Metrics, log: Pick<Logger, 'error'>): Promise<void> {
  try {
    const text = await metrics.text();
    response.writeHead(200, { 'Content-Type': metrics.contentType }).end(text);
  } catch (error) {
    log.error({ err: error }, 'could not sum the metrics');
    response.writeHead(500).end();
  }
}

/**
 * Serves `/metrics` on a separate port and address, to 32 connections at most. Closes connections on which nothing
 * happens for 5 s, and requests that take longer than that (10 s at most). Rejects if it cannot listen.
 */
export async function serveMetrics(
  metrics: Metrics,
  { metricsPort, metricsHost }: Pick<Config, 'metricsPort' | 'metricsHost'>,
  log: Pick<Logger, 'error' | 'warn'>,
): Promise<Server> {
  const server = createServer(
    {
      headersTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      keepAliveTimeout: timeoutMs,
      connectionsCheckingInterval: 1000,
    },
    (request, response) => {
      if (request.url === '/metrics') void answer(response, metrics, log);
      else response.writeHead(404).end();
    },
  );
  server.timeout = timeoutMs; // also for clients that do not read the answer
  limitConnections(server, log, Math.min(maxConnections, connectionLimit()));
  await listen(server, metricsPort, metricsHost === '*' ? undefined : metricsHost, 'METRICS_PORT');
  return server;
}
