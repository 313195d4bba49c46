import type { Request } from 'express';
import {
  type CropOptions,
  type PictureFormat,
  type PictureOptions,
  pictureFormats,
  pictureRules,
} from '../../../library/render-options.js';
import { sendImage, sendJson } from '../answer.js';
import { holdUntilTaken } from '../hold-answer.js';
import type { RequestOptions } from '../request-options.js';
import type { Service } from '../service.js';
import { publicDetection } from './faces.js';
import { oneImageHandler } from './one-image.js';

/** The format that the client prefers; undefined if it accepts the image's own, or none of ours. */
export function acceptedFormat(request: Request): PictureFormat | undefined {
  // Only a wildcard matches the first entry, which wins if the client has no preference.
  const types = ['image/x-own', ...pictureFormats.map((format) => `image/${format}`)];
  const accepted = request.accepts(types) || '';
  return pictureFormats.find((format) => accepted === `image/${format}`);
}

/** POST /v1/annotate and /v1/redact: the image with its faces drawn or hidden, in the format of the option or of `Accept`. */
export function pictureHandler(service: Service, kind: 'annotate' | 'redact') {
  const { config } = service;
  return oneImageHandler(service, {
    rules: pictureRules(service.rules, kind),
    method: kind,
    complete(options: RequestOptions & PictureOptions, request) {
      return { ...options, format: options.format ?? acceptedFormat(request) };
    },
    answer({ format, data, warnings = [] }, response, seat) {
      if (warnings.length > 0) response.set('X-Image-Warnings', warnings.map(({ code }) => code).join(', '));
      holdUntilTaken(response, seat, data.byteLength, config);
      response.vary('Accept');
      sendImage(response, format, data);
    },
  });
}

/**
 * POST /v1/crop: the best part of the image around its faces. What it shows, and the focal point, are in headers.
 */
export function cropHandler(service: Service) {
  const { config } = service;
  return oneImageHandler(service, {
    rules: pictureRules(service.rules, 'crop'),
    method: 'crop',
    complete(options: RequestOptions & PictureOptions, request) {
      return { ...(options as CropOptions), format: options.format ?? acceptedFormat(request) };
    },
    answer({ format, data, part, focalPoint, warnings = [] }, response, seat) {
      if (warnings.length > 0) response.set('X-Image-Warnings', warnings.map(({ code }) => code).join(', '));
      response.set('X-Crop-Part', [part.x, part.y, part.width, part.height].join(','));
      response.set('X-Focal-Point', [focalPoint.x, focalPoint.y].map((share) => share.toFixed(4)).join(','));
      holdUntilTaken(response, seat, data.byteLength, config);
      response.vary('Accept');
      sendImage(response, format, data);
    },
  });
}

/** POST /v1/focal-point: where the faces of one image are, as one point. */
export function focalPointHandler(service: Service) {
  return oneImageHandler(service, {
    rules: service.rules,
    method: 'focalPoint',
    answer({ focalPoint, ...detection }, response, seat) {
      const { model, image, ...found } = publicDetection(detection);
      const json = JSON.stringify({ model, image, focalPoint, ...found });
      holdUntilTaken(response, seat, json.length, service.config);
      sendJson(response, 200, json);
    },
  });
}

/** POST /v1/crops: the faces of one image, each with its crop in base64. */
export function cropsHandler(service: Service) {
  const { config } = service;
  return oneImageHandler(service, {
    rules: pictureRules(service.rules, 'crops'),
    method: 'crops',
    answer(crops, response, seat) {
      const faces = crops.faces.map(({ crop, ...face }) => ({
        ...face,
        crop: { ...crop, data: crop.data.toString('base64') },
      }));
      const { model, image, ...found } = publicDetection({ ...crops, faces });
      const json = JSON.stringify({ model, image, format: crops.format, ...found });
      holdUntilTaken(response, seat, json.length, config);
      sendJson(response, 200, json);
    },
  });
}
