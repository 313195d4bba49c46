import { expect } from 'chai';
import { needWeights } from '../fixtures/available.mjs';
import { eventually, filePart, form, formType, openWire, postHead } from '../fixtures/http.mjs';
import { isIdle, type Service, startService, ticksOf, workerPids } from '../fixtures/service.mjs';
import { large, send, slow } from '../fixtures/slow-search.mjs';

describe('a service with little time', () => {
  let service: Service;
  before(async function () {
    needWeights(this);
    service = await startService({
      ...slow,
      WORKERS: '1',
      REQUEST_TIMEOUT_MS: '2500',
      BODY_TIMEOUT_MS: '2000',
      HEADERS_TIMEOUT_MS: '1500',
    });
  });
  after(() => service?.stop());
  afterEach(() => eventually('idle', () => isIdle(service)));

  const post = (path: string, body: FormData | Buffer, type?: string) => send(service, path, body, type);

  it('answers 504 when the deadline is over, and stops the native work', async () => {
    const image = await large();
    const response = await post('/v1/faces', image, 'image/jpeg');
    expect(response.status).to.equal(504);
    expect(await response.json()).to.include({ code: 'DEADLINE', detail: 'the search was not done after 2500 ms' });
    await eventually('idle', () => isIdle(service));
    const [pid = 0] = workerPids(service);
    const before = ticksOf(pid);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(ticksOf(pid) - before).to.be.below(50); // of 100: the search would take all of them
  });

  it('answers 504 instead of a picture as well', async () => {
    for (const kind of ['annotate', 'redact', 'crops']) {
      const response = await post(`/v1/${kind}`, await large(), 'image/jpeg');
      expect(await response.json()).to.include({ status: 504, code: 'DEADLINE' });
      await eventually('idle', () => isIdle(service));
    }
  });

  it('answers a deadline on /face in its own form', async () => {
    const response = await post('/face', form(['image', await large()]));
    expect(`${response.status} ${await response.text()}`).to.equal(
      '504 {"message": "the search was not done after 2500 ms"}\n',
    );
  });

  it('answers 408 to a body that does not come in time, and frees its seat', async () => {
    for (const path of ['/v1/faces', '/v1/batch', '/face']) {
      const wire = await openWire(service.origin);
      wire.socket.write(postHead(path, { 'Content-Type': formType, 'Content-Length': 5000 }));
      wire.socket.write(filePart('some of it').subarray(0, 60));
      await wire.closed;
      expect(wire.received(), path).to.match(/^HTTP\/1.1 408 /);
    }
  });

  it('closes a connection whose header does not come in time', async () => {
    const wire = await openWire(service.origin);
    wire.socket.write('POST /face HTTP/1.1\r\nHost: test\r\n');
    await wire.closed;
    expect(wire.received()).to.match(/^HTTP\/1.1 408 /);
  });

  it('closes a connection on which nothing moves any more, whatever was asked', async () => {
    const wire = await openWire(service.origin);
    wire.socket.write('GET /face HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\n');
    await wire.closed;
    expect(wire.received()).to.match(/^HTTP\/1.1 200 /);
  });
});
