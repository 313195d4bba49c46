import { type Request, type Response, Router } from 'express';
import type { Detection, FaceDetector } from '../detector.js';
import type { Config } from './config.js';
import { RequestError } from './errors.js';
import { readFormFile, readJsonFile } from './upload.js';

const allow = 'GET, HEAD, OPTIONS, POST';

/** Sends JSON as the replaced service did: without a charset, closed by a newline. */
export function sendJson(response: Response, status: number, json: string): void {
  const body = `${json}\n`;
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) })
    .end(body);
}

/** `{"message": ...}`, spaced as Flask spaced it. `json` is text that is JSON already. */
export function messageJson(json: string): string {
  return `{"message": ${json}}`;
}

/**
 * `{"face_1":[y1,x1,y2,x2],...}`: pixels, y first, cut toward zero, numbered by falling confidence, keys in the order of
 * their text (face_1, face_10, face_2).
 */
export function facesJson({ faces }: Detection): string {
  const entries = faces.map(({ box: { x, y, width, height } }, i) => {
    const numbers = [y, x, y + height, x + width].map(Math.trunc);
    return `"face_${i + 1}":[${numbers.join(',')}]`;
  });
  return `{${entries.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).join(',')}}`;
}

const keyOf = (entry: string) => entry.slice(0, entry.indexOf(':'));

/** Aborts when the client closes its connection before it has the answer. */
function goneSignal(response: Response): AbortSignal {
  const controller = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished)
      controller.abort(new RequestError('CLIENT_GONE', 'the client closed the connection'));
  });
  return controller.signal;
}

/** The replaced service's one route, answer for answer. */
export function faceRouter(detector: FaceDetector, config: Config): Router {
  const readFile = config.postType === 'JSON' ? readJsonFile : readFormFile;
  const router = Router({ caseSensitive: true, strict: true });
  router
    .route(config.endpoint)
    .all((_request, response, next) => {
      response.set('X-Face-Model', detector.model);
      next();
    })
    .get((_request, response) => sendJson(response, 200, '{"Just":"Fine!"}'))
    .options((_request, response) => {
      response.set('Allow', allow).end();
    })
    .post(async (request: Request, response: Response) => {
      const signal = goneSignal(response);
      const image = await readFile(request, 'image', config.maxBodyBytes);
      const detection = await detector.detect(image, { clip: false, maxPixels: config.maxPixels, signal });
      sendJson(response, 200, facesJson(detection));
    })
    .all((request, response) => {
      request.resume();
      response.set('Allow', allow);
      sendJson(response, 405, messageJson('"The method is not allowed for the requested URL."'));
    });
  return router;
}
