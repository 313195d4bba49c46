import cors from 'cors';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import type { Config } from '../config.js';
import { requestIdOf, traceOf } from '../log.js';
import { answerError, noteWritten, outcomeOf, sendJson } from './answer.js';
import { docsRouter } from './docs.js';
import { faceRouter } from './face.js';
import { pageRouter } from './page.js';
import { RequestError } from './request-error.js';
import type { Service } from './service.js';
import { v1Router } from './v1/router.js';

/** Sets the request id, and writes the log line, the metrics and the trace's span when the request is over. */
function observe({ log, metrics, config, tracing }: Service) {
  return (request: Request, response: Response, next: NextFunction) => {
    const started = performance.now();
    const outcome = outcomeOf(response);
    const path = request.path.slice(0, 200); // routers make it relative later
    outcome.requestId = requestIdOf(request.get('x-request-id'));
    response.set('X-Request-Id', outcome.requestId);
    outcome.span = tracing.request(request, outcome.requestId);
    response.on('finish', () => noteWritten(response));
    response.on('close', () => {
      const ms = performance.now() - started;
      const { requestId, route = 'other', faces, stream, error, isWritten, span } = outcome;
      const status = isWritten ? response.statusCode : 499;
      const code = isWritten ? (outcome.code ?? 'OK') : 'ABORTED';
      metrics.answered({ route, method: request.method, status, code, seconds: ms / 1000 });
      span.end({ method: request.method, route: outcome.route, status: isWritten ? status : undefined, code });
      const line = {
        requestId,
        ...traceOf(request.get('traceparent')),
        method: request.method,
        path,
        client: request.ip,
        status,
        code,
        ms: Math.round(ms * 10) / 10,
        ...(faces !== undefined && { faces }),
        ...stream,
        ...(config.debugging && error !== undefined && { err: error }),
      };
      log[status >= 500 ? 'warn' : 'info'](line, 'request');
    });
    next();
  };
}

// For API answers, which a browser must not render. The pages have their own policy (docs.ts, page.ts).
const securityHeaders = helmet({
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  strictTransportSecurity: false, // up to the proxy that terminates TLS
});

/** CORS for the configured origins. A plain OPTIONS request, which is not a preflight, goes on to the routes. */
function crossOrigin({ corsOrigins }: Config) {
  const handle = cors({
    origin: corsOrigins.includes('*') ? '*' : [...corsOrigins],
    exposedHeaders: [
      'Server-Timing',
      'X-Request-Id',
      'X-Face-Model',
      'X-Image-Warnings',
      'X-Crop-Part',
      'X-Focal-Point',
      'Retry-After',
    ],
    maxAge: 600,
  });
  return (request: Request, response: Response, next: NextFunction) => {
    if (request.method === 'OPTIONS' && !request.get('access-control-request-method')) return next();
    handle(request, response, next);
  };
}

/** `/healthz`: this process answers. `/readyz`: the service takes requests. Neither ever searches. */
function probes({ readiness }: Service): express.Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  router.get('/healthz', (_request, response) => {
    outcomeOf(response).route = '/healthz';
    sendJson(response, 200, '{"status":"ok"}');
  });
  router.get('/readyz', (_request, response) => {
    outcomeOf(response).route = '/readyz';
    const { isReady, reason } = readiness();
    sendJson(
      response,
      isReady ? 200 : 503,
      JSON.stringify(isReady ? { status: 'ready' } : { status: 'not ready', reason }),
    );
  });
  return router;
}

/** The HTTP application of one worker: the routes, then 404, then the error handler. */
export function createApp(service: Service): Express {
  const { config, log, draining } = service;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', () => ({})); // the routes parse it themselves, strictly
  app.set('trust proxy', [...config.trustProxy]);
  app.use(observe(service));
  app.use(securityHeaders);
  if (config.corsOrigins.length > 0) app.use(crossOrigin(config));
  app.use(probes(service));
  app.use(faceRouter(service));
  app.use('/v1', v1Router(service));
  app.use(docsRouter(service));
  app.use(pageRouter());
  app.use(() => {
    throw new RequestError('NOT_FOUND', `there is nothing here: send images to ${config.endpoint} or /v1/faces`);
  });
  app.use(answerError(config, log, draining));
  return app;
}
