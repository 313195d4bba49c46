import { expect } from 'chai';
import { needWeights } from '../fixtures/available.mjs';
import { standardPng } from '../fixtures/drawn-faces.mjs';
import { eventually, filePart, form, formEnd, formType, openWire, postHead } from '../fixtures/http.mjs';
import { isIdle, logLines, metric, type Service, startService } from '../fixtures/service.mjs';
import { large, send, slow } from '../fixtures/slow-search.mjs';

describe('a service with little room', () => {
  let service: Service;
  before(async function () {
    needWeights(this);
    service = await startService({
      ...slow,
      WORKERS: '1',
      QUEUE_LIMIT: '2',
      BODY_TIMEOUT_MS: '2000',
      MAX_BODY_BYTES: '2000000',
    });
  });
  after(() => service?.stop());
  afterEach(() => eventually('idle', () => isIdle(service)));

  const post = (path: string, body: FormData | Buffer, type?: string) => send(service, path, body, type);

  it('sends no "100 Continue" to a client that it refuses, and one to a client that it takes', async () => {
    const head = { 'Content-Type': 'image/png', Expect: '100-continue' };
    const refused = await openWire(service.origin);
    refused.socket.write(postHead('/v1/faces?maxFaces=0', { ...head, 'Content-Length': 100 }));
    await refused.closed;
    expect(refused.received()).to.match(/^HTTP\/1.1 400 /);
    const png = standardPng();
    const taken = await openWire(service.origin);
    taken.socket.write(postHead('/v1/faces', { ...head, 'Content-Length': png.byteLength }));
    await taken.until(/^HTTP\/1.1 100 Continue\r\n\r\n/);
    taken.socket.write(png);
    await taken.until(/HTTP\/1.1 200 OK[\s\S]*"faces":\[\{/);
    taken.socket.destroy();
  });

  // The log told of a client that had left, 499.
  it('logs the answer that a client has got whole, also where it closes at once with its body on the way', async () => {
    const wire = await openWire(service.origin);
    const headers = { 'Content-Type': 'image/png', 'Content-Length': 3_000_000, 'X-Request-Id': 'early' };
    wire.socket.write(postHead('/v1/faces', headers));
    wire.socket.write(Buffer.alloc(2_100_000));
    await wire.until(/^HTTP\/1.1 413 [\s\S]*}\n$/);
    wire.socket.destroy();
    const lines = () => logLines(service, 'request').filter(({ requestId }) => requestId === 'early');
    await eventually('logged', () => lines().length === 1);
    expect(lines()[0]).to.include({ status: 413, code: 'BODY_TOO_LARGE' });
  });

  it('answers 413 to a body over the limit, declared or not, of one who sends all and only then reads', async () => {
    const body = Buffer.concat([filePart(Buffer.alloc(2_500_000)), formEnd]);
    for (const path of ['/v1/faces', '/face']) {
      const declared = await openWire(service.origin);
      declared.socket.write(postHead(path, { 'Content-Type': formType, 'Content-Length': body.byteLength }));
      declared.socket.write(body);
      await declared.until(/^HTTP\/1.1 413 [\s\S]*at most"/);
      const chunked = await openWire(service.origin);
      chunked.socket.write(postHead(path, { 'Content-Type': formType, 'Transfer-Encoding': 'chunked' }));
      chunked.socket.write(`${body.byteLength.toString(16)}\r\n`);
      chunked.socket.write(body);
      chunked.socket.write('\r\n0\r\n\r\n');
      await chunked.until(/^HTTP\/1.1 413 [\s\S]*at most"/);
      for (const { socket } of [declared, chunked]) socket.destroy();
    }
  });

  it('lets large bodies that it refuses for another reason end before it answers', async () => {
    const bytes = Buffer.alloc(1_900_000, 1);
    const cases: [string, string, number][] = [
      ['/face', 'text/plain', 400],
      ['/face', 'multipart/form-data', 400],
      ['/v1/faces', 'text/plain', 415],
      ['/v1/faces', formType, 400],
      ['/nothing', 'image/png', 404],
    ];
    for (const [path, type, status] of cases) {
      for (let i = 0; i < 5; i++) expect((await post(path, bytes, type)).status, `${path} ${type}`).to.equal(status);
    }
  });

  it('takes a chunked body', async () => {
    const png = standardPng();
    const wire = await openWire(service.origin);
    wire.socket.write(postHead('/v1/faces', { 'Content-Type': 'image/png', 'Transfer-Encoding': 'chunked' }));
    for (let at = 0; at < png.byteLength; at += 1000) {
      const piece = png.subarray(at, at + 1000);
      wire.socket.write(
        Buffer.concat([Buffer.from(`${piece.byteLength.toString(16)}\r\n`), piece, Buffer.from('\r\n')]),
      );
    }
    wire.socket.write('0\r\n\r\n');
    await wire.until(/^HTTP\/1.1 200 OK[\s\S]*"faces":\[\{/);
    wire.socket.destroy();
  });
});

describe('a full waiting room', () => {
  let service: Service;
  before(async function () {
    needWeights(this);
    service = await startService({ ...slow, WORKERS: '1', QUEUE_LIMIT: '2' });
  });
  after(() => service?.stop());

  const post = (path: string, body: FormData | Buffer, type?: string) => send(service, path, body, type);

  it('refuses with 503 and Retry-After when the room is full, and serves when there is room again', async () => {
    const uploads = await Promise.all(
      [1, 2].map(async () => {
        const wire = await openWire(service.origin);
        wire.socket.write(postHead('/v1/faces', { 'Content-Type': 'image/png', 'Content-Length': 5000 }));
        wire.socket.write('some of it');
        return wire;
      }),
    );
    await eventually('both upload', async () => (await metric(service, 'face_detector_queue_depth')) === 2);
    // Clients of their own: the refused ones send all they have and get their answer on a connection that lives on.
    const refused = await post('/v1/faces', standardPng(), 'image/png');
    expect(refused.status).to.equal(503);
    expect(refused.headers.get('retry-after')).to.equal('1');
    expect(refused.headers.get('connection')).to.not.equal('close');
    expect(await refused.json()).to.include({ code: 'OVERLOADED' });
    const face = await post('/face', form(['image', standardPng()]));
    expect(`${face.status} ${await face.text()}`).to.equal(
      '503 {"message": "too many requests are waiting: try again later"}\n',
    );
    for (const { socket } of uploads) socket.destroy();
    await eventually('room', async () => (await metric(service, 'face_detector_queue_depth')) === 0);
    expect((await post('/v1/faces', standardPng(), 'image/png')).status).to.equal(200);
  });

  it('frees everything when clients leave: while they upload, wait, or are searched', async () => {
    const image = await large();
    const leave = async (bytes: Buffer, length: number) => {
      const wire = await openWire(service.origin);
      wire.socket.write(postHead('/v1/faces', { 'Content-Type': 'image/jpeg', 'Content-Length': length }));
      wire.socket.write(bytes);
      return wire;
    };
    const searched = await leave(image, image.byteLength);
    await eventually('searched', async () => (await metric(service, 'face_detector_jobs_in_flight')) === 1);
    const others = [await leave(image, image.byteLength), await leave(image.subarray(0, 1000), image.byteLength)];
    for (const { socket } of [searched, ...others]) socket.destroy();
    await eventually('idle', () => isIdle(service));
    const gone = logLines(service, 'request').filter(({ code }) => code === 'ABORTED');
    expect(gone).to.have.length.of.at.least(3);
  });
});

describe('a service with keys and origins', () => {
  let service: Service;
  const keys = ['a-key-of-sixteen-letters', 'another/key+of=letters'];
  before(async function () {
    needWeights(this);
    service = await startService({
      WORKERS: '1',
      API_KEYS: keys.join(','),
      CORS_ORIGINS: 'https://example.org',
      TRUST_PROXY: 'loopback',
    });
  });
  after(() => service?.stop());

  const call = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(service.origin + path, { method, headers });

  it('wants a key on /face, /v1, /docs and /openapi.json, before the body is read', async () => {
    for (const path of ['/face', '/v1/models', '/docs', '/openapi.json', '/docs/swagger-ui.css']) {
      for (const headers of [
        {},
        { 'X-API-Key': 'wrong' },
        { Authorization: 'Bearer' },
        { Authorization: `Basic ${keys[0]}` },
      ]) {
        const response = await call(path, headers);
        expect(response.status, path).to.equal(401);
        expect(response.headers.get('www-authenticate')).to.equal('Bearer realm="opencv-face-detector"');
      }
      expect((await call(path, { Authorization: `Bearer ${keys[0]}` })).status, path).to.equal(200);
      expect((await call(path, { 'X-API-Key': keys[1] ?? '' })).status, path).to.equal(200);
    }
    const wire = await openWire(service.origin);
    wire.socket.write(
      postHead('/v1/faces', { 'Content-Type': 'image/png', 'Content-Length': 100, Expect: '100-continue' }),
    );
    await wire.closed;
    expect(wire.received()).to.match(/^HTTP\/1.1 401 [\s\S]*"code":"UNAUTHORIZED"/);
    expect(await (await call('/face')).text()).to.match(/^\{"message": "give an API key/);
  });

  it('wants none of the probes', async () => {
    expect((await call('/healthz')).status).to.equal(200);
    expect((await call('/readyz')).status).to.equal(200);
  });

  it('lets pages of the named origin call, no others', async () => {
    const preflight = { 'Access-Control-Request-Method': 'POST' };
    const named = await call('/v1/faces', { Origin: 'https://example.org', ...preflight }, 'OPTIONS');
    expect(named.status).to.equal(204);
    expect(named.headers.get('access-control-allow-origin')).to.equal('https://example.org');
    const other = await call('/v1/faces', { Origin: 'https://example.com', ...preflight }, 'OPTIONS');
    expect(other.headers.get('access-control-allow-origin')).to.equal(null);
    const plain = await call('/face', { 'X-API-Key': keys[0] ?? '' }, 'OPTIONS');
    expect(plain.headers.get('allow')).to.equal('GET, HEAD, OPTIONS, POST');
  });

  it('has security headers and no banner', async () => {
    const { headers } = await call('/healthz');
    expect(headers.get('x-content-type-options')).to.equal('nosniff');
    expect(headers.get('content-security-policy')).to.match(/default-src 'none'/);
    expect(headers.get('x-powered-by')).to.equal(null);
    expect(headers.get('server')).to.equal(null);
  });

  it('logs a line per request with ids and the client, and no key', async () => {
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const headers = {
      'X-Request-Id': 'one',
      traceparent: trace,
      'X-Forwarded-For': '203.0.113.7',
      'X-API-Key': keys[0] ?? '',
    };
    await call('/v1/models?key=secret', headers);
    await eventually('the line', () => logLines(service, 'request').some(({ requestId }) => requestId === 'one'));
    expect(logLines(service, 'request').find(({ requestId }) => requestId === 'one')).to.include({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentId: 'b7ad6b7169203331',
      method: 'GET',
      path: '/v1/models',
      client: '203.0.113.7',
      status: 200,
      code: 'OK',
    });
    for (const key of [...keys, 'secret']) expect(service.output()).to.not.include(key);
  });
});
