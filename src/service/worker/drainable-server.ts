import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.js';
import { closeOnUnreadBody, expectContinue } from '../http/body.js';

// Time in which a client with an idle connection learns, by its next answer, that it is about to close.
const idleGraceMs = 500;

/** An HTTP server that can stop without losing what it has accepted. */
export interface DrainableServer {
  readonly http: Server;
  /** Stops accepting, resolves when everything accepted is answered and all connections are closed. */
  drain(): Promise<void>;
  /** Closes what is still open. */
  cut(): void;
}

/** A server with the timeouts of `config` for clients that are slow in sending headers or in coming back. */
export function createDrainableServer(listener: RequestListener, config: Config): DrainableServer {
  const open = new Set<ServerResponse>();
  let isDraining = false;

  const handle: RequestListener = (request, response) => {
    open.add(response);
    response.once('close', () => open.delete(response));
    closeOnUnreadBody(request, response, config.maxBodyBytes);
    if (isDraining) response.setHeader('Connection', 'close');
    listener(request, response);
  };
  const http = createServer(
    {
      headersTimeout: config.headersTimeoutMs,
      keepAliveTimeout: config.keepAliveTimeoutMs,
      requestTimeout: 0, // body.ts times bodies itself, route by route
      connectionsCheckingInterval: Math.min(1000, config.headersTimeoutMs),
    },
    handle,
  );
  // Nothing takes longer without a byte either way: what is left is a client that neither sends, reads nor closes.
  http.timeout = config.bodyTimeoutMs + config.requestTimeoutMs;
  http.on('checkExpectation', handle); // what it expects beyond 100-continue is nothing that would change the answer
  http.on('checkContinue', (request, response) => {
    expectContinue(request);
    handle(request, response);
  });

  return {
    http,
    async drain() {
      isDraining = true;
      for (const response of open) if (!response.headersSent) response.setHeader('Connection', 'close');
      // The plain server's close: the HTTP server's also closes idle connections at once, on which a request may be on its way.
      const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(http, () => resolve()));
      await Promise.race([closed, sleep(idleGraceMs)]);
      const idle = setInterval(() => http.closeIdleConnections(), 50);
      await closed;
      clearInterval(idle);
    },
    cut: () => http.closeAllConnections(),
  };
}
