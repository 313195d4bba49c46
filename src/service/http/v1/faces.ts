import type { Detection } from '../../../library/detection.js';
import { sendJson } from '../answer.js';
import { holdUntilTaken } from '../hold-answer.js';
import type { Service } from '../service.js';
import { oneImageHandler } from './one-image.js';

/** The answer for one image; the timings go into a header. */
export function publicDetection({ model, image, faces, turn, leftOut, warnings }: Detection) {
  return {
    model,
    image,
    faces,
    ...(turn !== undefined && { turn }),
    ...(leftOut !== undefined && { leftOut }),
    ...(warnings && { warnings }),
  };
}

/** POST /v1/faces: the faces in one image. */
export function facesHandler(service: Service) {
  return oneImageHandler(service, {
    rules: service.rules,
    method: 'detect',
    answer(detection, response, seat) {
      const json = JSON.stringify(publicDetection(detection));
      holdUntilTaken(response, seat, json.length, service.config);
      sendJson(response, 200, json);
    },
  });
}
