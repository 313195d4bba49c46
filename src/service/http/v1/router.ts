import { type Request, type RequestHandler, type Response, Router } from 'express';
import { outcomeOf } from '../answer.js';
import { headerKey, requireKey } from '../keys.js';
import { RequestError } from '../request-error.js';
import type { Service } from '../service.js';
import { protocolKey } from '../stream/web-socket.js';
import { batchHandler } from './batch.js';
import { facesHandler } from './faces.js';
import { modelsHandler } from './list-models.js';
import { cropHandler, cropsHandler, focalPointHandler, pictureHandler } from './render.js';
import { streamHandler } from './stream.js';
import { tracksHandler } from './tracks.js';

/** Records the route for log and metrics, before anything can fail. */
function named(route: string): RequestHandler {
  return (_request, response, next) => {
    outcomeOf(response).route = route;
    next();
  };
}

function only(method: string): RequestHandler {
  return (_request: Request, response: Response) => {
    response.set('Allow', method);
    throw new RequestError('METHOD_NOT_ALLOWED', `this path takes ${method} only`);
  };
}

/** The service's own interface, mounted at /v1. */
export function v1Router(service: Service): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const key = requireKey(service.config.apiKeys);
  router.route('/faces').all(named('/v1/faces'), key).post(facesHandler(service)).all(only('POST'));
  router.route('/batch').all(named('/v1/batch'), key).post(batchHandler(service)).all(only('POST'));
  router.route('/tracks').all(named('/v1/tracks'), key).post(tracksHandler(service)).all(only('POST'));
  for (const kind of ['annotate', 'redact'] as const) {
    router
      .route(`/${kind}`)
      .all(named(`/v1/${kind}`), key)
      .post(pictureHandler(service, kind))
      .all(only('POST'));
  }
  router.route('/crops').all(named('/v1/crops'), key).post(cropsHandler(service)).all(only('POST'));
  router.route('/crop').all(named('/v1/crop'), key).post(cropHandler(service)).all(only('POST'));
  router.route('/focal-point').all(named('/v1/focal-point'), key).post(focalPointHandler(service)).all(only('POST'));
  router.route('/models').all(named('/v1/models'), key).get(modelsHandler(service)).all(only('GET, HEAD'));
  if (service.config.streamLimit > 0) {
    const anyKey = requireKey(service.config.apiKeys, (request) => headerKey(request) ?? protocolKey(request));
    router.route('/stream').all(named('/v1/stream'), anyKey).get(streamHandler(service)).all(only('GET'));
  }
  return router;
}
