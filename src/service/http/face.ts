import { type Request, type Response, Router } from 'express';
import type { Detection } from '../../library/detection.js';
import type { Seat } from './admission.js';
import { outcomeOf, sendJson } from './answer.js';
import { clientKey } from './client-key.js';
import { holdUntilTaken } from './hold-answer.js';
import { requireKey } from './keys.js';
import { RequestError } from './request-error.js';
import { search, serverTiming } from './search.js';
import type { Service } from './service.js';
import { disconnectSignal } from './signals.js';
import { missingImage, readForm, readJson } from './upload.js';

const allow = 'GET, HEAD, OPTIONS, POST';

/**
 * `{"face_1":[y1,x1,y2,x2],...}`: pixels, y first, truncated toward zero, numbered by falling confidence; keys sorted
 * as text (face_1, face_10, face_2).
 */
export function facesJson({ faces }: Detection): string {
  const entries = faces.map(({ box: { x, y, width, height } }, i) => {
    const numbers = [y, x, y + height, x + width].map(Math.trunc);
    return `"face_${i + 1}":[${numbers.join(',')}]`;
  });
  return `{${entries.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).join(',')}}`;
}

const keyOf = (entry: string) => entry.slice(0, entry.indexOf(':'));

/** The first file in the form field `image`, or `image` of a JSON body in base64. Unknown fields are ignored. */
async function readImage({ config }: Service, request: Request, response: Response, seat: Seat): Promise<Buffer> {
  const limits = { maxBytes: config.maxBodyBytes, timeoutMs: config.bodyTimeoutMs, count: seat.countBody };
  if (config.postType === 'JSON') return (await readJson(request, response, limits)).image;
  const form = await readForm(request, response, limits);
  const image = form.files.find(({ field }) => field === 'image');
  if (!image) throw missingImage(form);
  return image.bytes;
}

/** The replaced service's route, with identical answers. */
export function faceRouter(service: Service): Router {
  const { config, detector, admission } = service;
  const router = Router({ caseSensitive: true, strict: true });
  router
    .route(config.endpoint)
    .all((_request, response, next) => {
      outcomeOf(response).route = config.endpoint;
      response.set('X-Face-Model', detector.model);
      next();
    })
    .all(requireKey(config.apiKeys))
    .get((_request, response) => sendJson(response, 200, '{"Just":"Fine!"}'))
    .options((_request, response) => {
      response.set('Allow', allow).end();
    })
    .post((request, response) =>
      admission.withSeat(clientKey(request.ip), async (seat) => {
        const clientSignal = disconnectSignal(response);
        const { span } = outcomeOf(response);
        const image = await span.run('receive', () => readImage(service, request, response, seat));
        const asked = { image, route: config.endpoint, options: { clip: false }, clientSignal, seat, span };
        const detection = await search(service, 'detect', asked);
        outcomeOf(response).faces = detection.faces.length;
        response.set('Server-Timing', serverTiming(detection.timings));
        const json = facesJson(detection);
        holdUntilTaken(response, seat, json.length, config);
        sendJson(response, 200, json);
      }),
    )
    .all((_request, response) => {
      response.set('Allow', allow);
      throw new RequestError('METHOD_NOT_ALLOWED', 'The method is not allowed for the requested URL.');
    });
  return router;
}
