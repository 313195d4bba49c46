import { expect } from 'chai';
import sharp from 'sharp';
import { needWeights } from '../fixtures/available.mjs';
import { standardPng } from '../fixtures/drawn-faces.mjs';
import { eventually, openWire, postHead } from '../fixtures/http.mjs';
import { logLines, metric, type Service, startService } from '../fixtures/service.mjs';

// A file that every process of the service reads first: its wall clock jumps a day ahead and back, ten times a second.
const jumping = `
  const now = Date.now, day = 86400000;
  let ahead = 0;
  setInterval(() => { ahead = day - ahead; }, 100).unref();
  Date.now = () => now() + ahead;
  globalThis.Date = class extends Date {
    constructor(...given) { given.length === 0 ? super(now() + ahead) : super(...given); }
  };`;

describe('a wall clock that jumps', () => {
  let service: Service;
  before(async function () {
    needWeights(this);
    service = await startService({
      WORKERS: '1',
      ENGINE: 'opencv',
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(jumping)}`,
      MIN_FACE_SIZE: '12',
      HANG_TIMEOUT_MS: '5000',
      REQUEST_TIMEOUT_MS: '4000',
      BODY_TIMEOUT_MS: '1500',
      HEADERS_TIMEOUT_MS: '1500',
    });
  });
  after(() => service?.stop());

  const post = async (body: Buffer, type: string) => {
    const headers = { 'Content-Type': type };
    return (await fetch(`${service.origin}/v1/faces`, { method: 'POST', body: new Uint8Array(body), headers })).status;
  };
  const jumps = () => {
    const days = logLines(service, 'request').map(({ time }) => String(time).slice(0, 10));
    return new Set(days).size;
  };

  it('keeps no request from its answer, and no worker from living', async () => {
    await eventually('the log has seen it jump', async () => {
      expect(await post(standardPng(), 'image/png')).to.equal(200);
      return jumps() >= 2;
    });
    expect((await fetch(`${service.origin}/readyz`)).status).to.equal(200);
  });

  it('moves no deadline: not of headers, nor of bodies, nor of searches', async () => {
    const wire = await openWire(service.origin);
    await wire.closed;
    const upload = await openWire(service.origin);
    upload.socket.write(postHead('/v1/faces', { 'Content-Type': 'image/png', 'Content-Length': 1000 }));
    await upload.closed;
    expect(upload.received()).to.match(/^HTTP\/1.1 408 /);
    const large = await sharp({ create: { width: 8000, height: 6000, channels: 3, background: '#876' } })
      .jpeg()
      .toBuffer();
    expect(await post(large, 'image/jpeg')).to.equal(504);
    expect(await metric(service, 'face_detector_worker_restarts_total')).to.equal(0);
    expect(await service.stop()).to.equal(0);
  });
});
