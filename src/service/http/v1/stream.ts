import type { Request, Response } from 'express';
import { outcomeOf } from '../answer.js';
import { clientKey } from '../client-key.js';
import { publicError, RequestError } from '../request-error.js';
import { parseOptions, queryEntries } from '../request-options.js';
import type { Service } from '../service.js';
import { FrameStream, streamRules } from '../stream/frame-stream.js';
import { acceptWebSocket, checkOrigin } from '../stream/web-socket.js';

/**
 * GET /v1/stream: a WebSocket that takes frames, encoded images, and answers with the faces of each, which keep their
 * ids. A request without an upgrade is checked alike, and answered with what is wrong or UPGRADE_REQUIRED: browsers tell
 * a page nothing of a WebSocket that was refused.
 */
export function streamHandler(service: Service) {
  const { config, admission, metrics, rules, draining } = service;
  return async (request: Request, response: Response): Promise<void> => {
    checkOrigin(request, config.corsOrigins);
    if (draining.aborted) throw new RequestError('SHUTTING_DOWN', 'the service is stopping: try again');
    if (request.headers.upgrade === undefined) parseOptions(queryEntries(request.originalUrl), streamRules(rules));
    const client = clientKey(request.ip);
    await admission.stream(client, async (held) => {
      const outcome = outcomeOf(response);
      const { socket } = request;
      const webSocket = acceptWebSocket(request, response, config);
      const { originalUrl: url } = request;
      const stream = new FrameStream(service, { webSocket, url, client, requestId: outcome.requestId, held });
      socket.prependListener('data', (bytes: Buffer) => stream.countBytes(bytes.byteLength));
      metrics.streams(1);
      try {
        const { error, ...counts } = await stream.run();
        outcome.stream = counts;
        if (error !== undefined) outcome.code = publicError(error).code;
        outcome.error = error;
      } finally {
        metrics.streams(-1);
        response.statusCode = 101;
        outcome.isWritten = true;
        response.emit('close');
      }
    });
  };
}
