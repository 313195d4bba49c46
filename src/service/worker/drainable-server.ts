import { createServer, type RequestListener, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.js';
import { closeOnUnreadBody, expectContinue } from '../http/body.js';
import { handleUpgrades, isForStream } from './upgrades.js';

// Time for a client with an idle connection to learn, from its next answer, that the connection is about to close.
const idleGraceMs = 500;

/** An HTTP server that can stop without dropping a request it has accepted. */
export interface DrainableServer {
  readonly http: Server;
  /** Stops accepting; resolves when every accepted request is answered and all connections are closed. */
  drain(): Promise<void>;
  /** Closes all connections that are still open. */
  closeAll(): void;
}

/** A server with the timeouts of `config` for clients that send headers slowly or leave a connection idle. */
export function createDrainableServer(listener: RequestListener, config: Config): DrainableServer {
  const open = new Set<ServerResponse>();
  let isDraining = false;

  const handle: RequestListener = (request, response) => {
    open.add(response);
    response.once('close', () => open.delete(response));
    closeOnUnreadBody(request, response);
    if (isDraining) response.setHeader('Connection', 'close');
    listener(request, response);
  };
  const http = createServer(
    {
      headersTimeout: config.headersTimeoutMs,
      keepAliveTimeout: config.keepAliveTimeoutMs,
      requestTimeout: 0, // body.ts sets the timeout of bodies, per route
      connectionsCheckingInterval: Math.min(1000, config.headersTimeoutMs),
      ...(config.streamLimit > 0 && { shouldUpgradeCallback: isForStream }), // of Node.js 22.21 and 24.9
    } as ServerOptions,
    handle,
  );
  // No request goes longer without a byte either way: what is left is a client that neither sends, reads nor closes.
  http.timeout = config.bodyTimeoutMs + config.requestTimeoutMs;
  http.on('checkExpectation', handle); // any expectation other than 100-continue is ignored
  http.on('checkContinue', (request, response) => {
    expectContinue(request);
    handle(request, response);
  });

  const cutUpgraded = config.streamLimit > 0 ? handleUpgrades(http, listener) : () => undefined;

  return {
    http,
    async drain() {
      isDraining = true;
      for (const response of open) if (!response.headersSent) response.setHeader('Connection', 'close');
      // net.Server's close: http.Server's would also close idle connections at once, though a request may be on its
      // way.
      const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(http, () => resolve()));
      await Promise.race([closed, sleep(idleGraceMs)]);
      const idle = setInterval(() => http.closeIdleConnections(), 50);
      await closed;
      clearInterval(idle);
    },
    closeAll() {
      http.closeAllConnections();
      cutUpgraded();
    },
  };
}
