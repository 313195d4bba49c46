import type { Detection } from '../../detector.js';
import { sendJson } from '../answer.js';
import type { Service } from '../service.js';
import { oneImageHandler } from './one-image.js';

/** What an answer says of one image; the timings are in its header. */
export function publicDetection({ model, image, faces }: Detection) {
  return { model, image, faces };
}

/** POST /v1/faces: the faces on one image. */
export function facesHandler(service: Service) {
  return oneImageHandler(service, {
    rules: service.rules,
    find: (image, options) => service.detector.detect(image, options),
    answer: (detection, response) => sendJson(response, 200, JSON.stringify(publicDetection(detection))),
  });
}
