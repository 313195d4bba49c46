import { expect } from 'chai';
import { FaceDetectorError } from '#dist/library/face-detector-error.js';
import { publicError, RequestError, requestErrors } from '#dist/service/http/request-error.js';

describe('errors of the service', () => {
  it('have a status and a title each', () => {
    for (const [code, { status, title }] of Object.entries(requestErrors)) {
      expect(status, code).to.be.within(400, 504);
      expect(title, code).to.match(/^[A-Z].*[^.]$/);
    }
    // As the design names them.
    const statuses = Object.fromEntries(Object.entries(requestErrors).map(([code, { status }]) => [code, status]));
    expect(statuses).to.deep.equal({
      UNSUPPORTED_FORMAT: 415,
      EMPTY_IMAGE: 422,
      CORRUPT_IMAGE: 422,
      TRUNCATED_IMAGE: 422,
      IMAGE_QUARANTINED: 422,
      TOO_MANY_PIXELS: 413,
      TOO_COSTLY: 422,
      BODY_TOO_LARGE: 413,
      FILM_TOO_LONG: 413,
      FILM_UNREADABLE: 422,
      FILM_STALLED: 504,
      FFMPEG_MISSING: 501,
      DISK_FULL: 503,
      INVALID_OPTION: 400,
      IMAGE_MISSING: 400,
      MALFORMED_BODY: 400,
      UNAUTHORIZED: 401,
      ORIGIN_NOT_ALLOWED: 403,
      UPGRADE_REQUIRED: 426,
      NOT_FOUND: 404,
      METHOD_NOT_ALLOWED: 405,
      BODY_TIMEOUT: 408,
      OVERLOADED: 503,
      SHUTTING_DOWN: 503,
      OUT_OF_MEMORY: 503,
      DEADLINE: 504,
      ABORTED: 499,
      INTERNAL: 500,
      CLOSED: 503,
      MODEL_MISSING: 500,
      MODEL_INVALID: 500,
      ADDON_MISSING: 500,
    });
  });

  it('are told to the client with code and words where they are ours', () => {
    expect(publicError(new RequestError('OVERLOADED', 'too many requests are waiting'))).to.deep.equal({
      code: 'OVERLOADED',
      status: 503,
      title: 'Too many requests are waiting',
      detail: 'too many requests are waiting',
    });
    expect(publicError(new FaceDetectorError('TRUNCATED_IMAGE', 'the JPEG ends early'))).to.include({
      code: 'TRUNCATED_IMAGE',
      status: 422,
      detail: 'the JPEG ends early',
    });
    expect(publicError(new FaceDetectorError('CLOSED', 'the detector has been closed'))).to.include({
      code: 'SHUTTING_DOWN',
      detail: 'the service is stopping: try again',
    });
    expect(publicError({ code: 'DEADLINE' })).to.include({ detail: 'The search took too long' });
  });

  it('say nothing of the inside otherwise', () => {
    const secret = 'cannot open /inside/det3.onnx';
    const insides: unknown[] = [
      new Error(secret),
      new FaceDetectorError('INTERNAL', secret),
      new FaceDetectorError('MODEL_MISSING', secret),
      new FaceDetectorError('MODEL_INVALID', secret),
      new FaceDetectorError('ADDON_MISSING', secret),
      Object.assign(new Error(secret), { code: 'ENOENT' }),
      ...['constructor', '__proto__', 'toString', 413].map((code) => Object.assign(new Error(secret), { code })),
      secret,
      undefined,
      null,
      0,
    ];
    for (const error of insides) {
      expect(publicError(error)).to.deep.equal({
        code: 'INTERNAL',
        status: 500,
        title: 'Internal Server Error',
        detail: 'Internal Server Error',
      });
    }
  });
});
