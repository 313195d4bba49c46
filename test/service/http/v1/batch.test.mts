import { expect } from 'chai';
import type { Detection } from '#dist/library/detection.js';
import { readConfig } from '#dist/service/config.js';
import { Admission } from '#dist/service/http/admission.js';
import { serveFake } from '../../../fixtures/fake-service.mjs';
import { eventually, filePart, formEnd, formType, openWire, postHead } from '../../../fixtures/http.mjs';

const face = {
  box: { x: 1.234, y: 2.345, width: 3.456, height: 4.567 },
  confidence: 0.987,
  landmarks: null,
};
/** Far more of an answer than sockets keep for a client that does not read: some 40 MB. */
const crowd = {
  model: 'mtcnn',
  image: { width: 1, height: 1 },
  faces: Array(400_000).fill(face),
  timings: { total: 1 },
};

describe('POST /v1/batch', () => {
  const settings = { BODY_TIMEOUT_MS: '1000' };
  const admission = new Admission({ ...readConfig(settings), queueLimit: 1 }, () => 0);
  let service: Awaited<ReturnType<typeof serveFake>>;
  before(async () => {
    service = await serveFake(settings, async () => crowd as unknown as Detection, { admission });
  });
  after(() => service.close());

  it('gives up a client that does not read its answer, and its place is free again', async () => {
    const wire = await openWire(service.origin);
    wire.socket.pause();
    const body = Buffer.concat([filePart('an image'), filePart('another'), formEnd]);
    wire.socket.write(postHead('/v1/batch', { 'Content-Type': formType, 'Content-Length': body.length }));
    wire.socket.write(body);
    await eventually('the end is logged', () => service.logged.length > 0);
    expect(service.logged.map(({ code }) => code)).to.deep.equal(['ABORTED']);
    wire.socket.resume();
    await wire.closed;
    expect(wire.received()).to.match(/^HTTP\/1.1 200 OK/);
    expect(wire.received()).to.not.match(/"index":1/);
  });
});
