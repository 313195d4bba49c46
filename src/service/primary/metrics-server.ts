import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Config } from '../config.js';
import { connectionLimit, limitConnections } from '../connection-limit.js';
import { listen } from '../listen.js';
import type { Logger } from '../log.js';
import type { MetricsSum } from './metrics-sum.js';

type Metrics = Pick<MetricsSum, 'contentType' | 'text'>;

// A Prometheus has one connection. The primary needs its descriptors for connections of the service and for new workers.
const maxConnections = 32;
// A scrape is a header of one packet, and an answer of a few.
const timeoutMs = 5_000;

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

/**
 * Serves `/metrics` on a port and an address of its own, to 32 connections at most, and closes those on which nothing happens or
 * whose request takes longer than 5 s (ten at most). Rejects where it cannot listen.
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
  server.timeout = timeoutMs; // also for those who do not read
  limitConnections(server, log, Math.min(maxConnections, connectionLimit()));
  await listen(server, metricsPort, metricsHost === '*' ? undefined : metricsHost, 'METRICS_PORT');
  return server;
}
