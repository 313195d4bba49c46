import { expect } from 'chai';
import { openWire, type Wire } from '../../fixtures/http.mjs';
import { type StreamService, startStreamService } from '../../fixtures/stream-service.mjs';

const http2 =
  'Connection: close, Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n';
const webSocket =
  'Connection: close, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';

describe('a request that asks for another protocol', () => {
  let service: StreamService;
  let wire: Wire;
  beforeEach(async () => {
    service = await startStreamService({ MAX_BODY_BYTES: '3000000' });
    wire = await openWire(service.origin);
  });
  afterEach(() => service.stop());

  // Node.js before 22.21 hands over every such request once WebSockets are served: clients of Java and curl --http2 ask so.
  it('is answered as if it had not, with its whole body', async () => {
    const body = Buffer.alloc(2_500_000, 'x');
    const head = `POST /v1/faces HTTP/1.1\r\nHost: test\r\n${http2}X-Request-Id: café\r\n`;
    wire.socket.write(`${head}Content-Type: image/png\r\nContent-Length: ${body.length}\r\n\r\n`, 'latin1');
    wire.socket.write(body);
    while (service.begun.length === 0) await new Promise(setImmediate);
    expect(service.begun[0]?.bytes.equals(body)).to.equal(true);
    service.begun[0]?.end(1);
    await wire.closed;
    expect(wire.received()).to.match(/^HTTP\/1.1 200 OK\r\n/);
    expect(wire.received()).to.match(/^Connection: close\r$/m);
  });

  it('is answered so in pieces and chunks as well', async () => {
    const head = `POST /v1/faces HTTP/1.1\r\nHost: test\r\n${http2}Content-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n`;
    for (const piece of [head.slice(0, 40), head.slice(40), '3\r\nabc\r\n', '3\r\ndef\r\n0\r\n\r\n']) {
      wire.socket.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    while (service.begun.length === 0) await new Promise(setImmediate);
    expect(String(service.begun[0]?.bytes)).to.equal('abcdef');
    service.begun[0]?.end(1);
    await wire.closed;
    expect(wire.received()).to.match(/^HTTP\/1.1 200 OK\r\n/);
  });

  for (const [method, path, status] of [
    ['GET', '/v1/nothing', 404],
    ['GET', '/v1/faces', 405],
    ['POST', '/v1/stream', 405],
    ['GET', '/healthz', 200],
  ])
    it(`is answered so where it asks for a WebSocket by ${method} ${path}`, async () => {
      wire.socket.write(`${method} ${path} HTTP/1.1\r\nHost: test\r\n${webSocket}\r\n`);
      await wire.closed;
      expect(wire.received()).to.match(new RegExp(`^HTTP/1.1 ${status} `));
    });

  // Newer ones would give no socket for it.
  it('is answered so where it asks for a WebSocket with a body', async () => {
    wire.socket.write(`GET /v1/stream HTTP/1.1\r\nHost: test\r\n${webSocket}Content-Length: 3\r\n\r\nabc`);
    await wire.closed;
    expect(wire.received()).to.match(/^HTTP\/1.1 426 /);
  });

  it('does no harm by leaving at once', async () => {
    for (const kind of [http2, webSocket]) {
      const leaving = await openWire(service.origin);
      leaving.socket.write(`GET /v1/stream HTTP/1.1\r\nHost: test\r\n${kind}\r\n`);
      leaving.socket.resetAndDestroy();
      await leaving.closed;
    }
    expect((await fetch(`${service.origin}/healthz`)).status).to.equal(200);
  });
});
