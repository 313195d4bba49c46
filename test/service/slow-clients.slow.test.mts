import { expect } from 'chai';
import { needWeights } from '../fixtures/available.mjs';
import { standardPng } from '../fixtures/drawn-faces.mjs';
import { eventually, formType, openWire, postHead, type Wire } from '../fixtures/http.mjs';
import { metric, type Service, startService } from '../fixtures/service.mjs';

const seats = (service: Service) => metric(service, 'face_detector_queue_depth');

/** Sends a byte every now and then for as long as the connection is there. */
function drip({ socket }: Wire): void {
  const timer = setInterval(() => socket.write('x'), 50);
  socket.once('close', () => clearInterval(timer));
}

describe('clients that take their time', () => {
  let service: Service;
  before(async function () {
    needWeights(this);
    service = await startService({
      WORKERS: '1',
      HEADERS_TIMEOUT_MS: '1000',
      BODY_TIMEOUT_MS: '1000',
      SHUTDOWN_TIMEOUT_MS: '3000',
    });
  });
  after(() => service?.stop());

  it('and never send anything are closed after HEADERS_TIMEOUT_MS', async () => {
    await (await openWire(service.origin)).closed;
  });

  it('and send a header byte by byte are closed with 408, however long they go on', async () => {
    const wire = await openWire(service.origin);
    wire.socket.write('GET /healthz HTTP/1.1\r\nX-Slow: ');
    drip(wire);
    await wire.closed;
    expect(wire.received()).to.match(/^HTTP\/1.1 408 /);
  });

  it('and send a body byte by byte are answered 408 and keep no seat', async () => {
    for (const [route, type] of [
      ['/v1/faces', 'image/png'],
      ['/face', formType],
      ['/v1/batch', formType],
    ] as const) {
      const wire = await openWire(service.origin);
      wire.socket.write(postHead(route, { 'Content-Type': type, 'Content-Length': 1_000_000 }));
      drip(wire);
      await wire.closed;
      expect(wire.received(), route).to.match(/^HTTP\/1.1 408 /);
      await eventually('the seat is free', async () => (await seats(service)) === 0);
    }
  });

  // Those held connections for ever, and sent gigabytes.
  const bodiless = [
    ['GET', '/healthz', 200],
    ['GET', '/readyz', 200],
    ['GET', '/face', 200],
    ['HEAD', '/face', 200],
    ['OPTIONS', '/face', 200],
    ['GET', '/', 200],
    ['GET', '/docs/swagger-ui-bundle.js', 200],
    ['GET', '/v1/models', 200],
    ['GET', '/v1/faces', 405],
    ['POST', '/nowhere', 404],
  ] as const;
  for (const [method, path, status] of bodiless) {
    it(`and send a body without an end to ${method} ${path} have their answer, then are closed`, async () => {
      const head = postHead(path, { 'Transfer-Encoding': 'chunked' }).replace('POST', method);
      const [slow, fast] = [await openWire(service.origin), await openWire(service.origin)];
      for (const { socket } of [slow, fast]) socket.write(head);
      const drop = setInterval(() => slow.socket.write('1\r\nx\r\n'), 50);
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
      const pour = () => {
        while (!fast.socket.destroyed && fast.socket.write(chunk));
      };
      fast.socket.on('drain', pour);
      pour();
      await Promise.all([slow.closed, fast.closed]);
      clearInterval(drop);
      expect(slow.received()).to.match(new RegExp(`^HTTP/1.1 ${status} `));
    });
  }

  it('and expect what there is not are answered, then closed', async () => {
    const wire = await openWire(service.origin);
    wire.socket.write(postHead('/nowhere', { Expect: 'the unexpected', 'Content-Length': 1_000_000 }));
    drip(wire);
    await wire.closed;
    expect(wire.received()).to.match(/^HTTP\/1.1 404 /);
  });

  it('but end a body that nobody reads keep their connection', async () => {
    const wire = await openWire(service.origin);
    for (let i = 1; i <= 3; i++) {
      wire.socket.write(postHead('/healthz', { 'Content-Length': 4 }).replace('POST', 'GET'));
      await wire.until(new RegExp(`(HTTP/1.1 200 [\\s\\S]*){${i}}`));
      wire.socket.write('body');
    }
    wire.socket.destroy();
  });

  it('with a body that nobody reads are nothing that SIGTERM or SIGHUP waits for', async () => {
    const patient = await startService({
      WORKERS: '1',
      BODY_TIMEOUT_MS: '600000',
      SHUTDOWN_TIMEOUT_MS: '600000',
    });
    const open = async (path: string) => {
      const wire = await openWire(patient.origin);
      wire.socket.write(postHead(path, { 'Content-Length': 1_000_000 }));
      drip(wire);
      return wire;
    };
    try {
      const refused = await open('/nowhere');
      await open('/healthz');
      patient.process.kill('SIGHUP');
      await refused.until(/^HTTP\/1.1 404 /);
      await eventually('reloaded', () => patient.output().includes('workers restarted'));
      await open('/nowhere');
    } finally {
      expect(await patient.stop()).to.equal(0);
    }
  });

  it('are nothing that SIGTERM waits for longer than SHUTDOWN_TIMEOUT_MS', async () => {
    const png = standardPng();
    const [silent, uploading, reading] = [
      await openWire(service.origin),
      await openWire(service.origin),
      await openWire(service.origin),
    ] as const;
    uploading.socket.write(postHead('/v1/faces', { 'Content-Type': 'image/png', 'Content-Length': 1_000_000 }));
    drip(uploading);
    reading.socket.pause();
    reading.socket.write(postHead('/v1/annotate', { 'Content-Type': 'image/png', 'Content-Length': png.byteLength }));
    reading.socket.write(png);
    expect(await service.stop()).to.equal(0);
    reading.socket.resume();
    for (const { closed } of [silent, uploading, reading]) await closed;
    expect(service.process.exitCode).to.equal(0);
  });
});
