import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { expect } from 'chai';
import { needWeights, root, skip } from '../fixtures/available.mjs';
import { standardPng } from '../fixtures/drawn-faces.mjs';
import { openStream, refusedStream } from '../fixtures/frame-client.mjs';
import { eventually, filePart, form, formEnd, formType, openWire, postHead } from '../fixtures/http.mjs';
import { hasNginx, type Nginx, startNginx } from '../fixtures/nginx.mjs';
import { metric, type Service, startService } from '../fixtures/service.mjs';

const portOf = (origin: string) => Number(new URL(origin).port);

/** Throws where the answer is not one of nginx's own errors in the form of its route. */
async function ownError(response: Response, status: number, code: string): Promise<string> {
  expect(response.status).to.equal(status);
  const type = response.headers.get('content-type');
  const body = (await response.json()) as Record<string, unknown>;
  if (type === 'application/json') {
    expect(body).to.have.keys('message');
    return 'message';
  }
  expect(type).to.equal('application/problem+json');
  expect(body).to.include({ type: 'about:blank', status, code });
  expect(body.requestId).to.equal(response.headers.get('x-request-id'));
  return 'problem';
}

/** What the answer says to pages of other origins. */
function corsHeaders({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name === 'vary' || name.startsWith('access-control-')));
}

describe('nginx', () => {
  let service: Service;
  let nginx: Nginx;
  const post = (path: string, body: FormData | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(nginx.origin + path, { method: 'POST', body, headers });

  before(async function () {
    needWeights(this);
    if (!hasNginx()) skip(this, 'nginx is not installed');
    const corsOrigins = 'http://b.example:8080, https://a.example,https://a.example';
    service = await startService({
      WORKERS: '1',
      QUEUE_LIMIT: '1',
      BODY_TIMEOUT_MS: '60000',
      CORS_ORIGINS: corsOrigins,
    });
    nginx = await startNginx(portOf(service.origin), { corsOrigins });
  });
  after(async () => {
    await nginx?.stop();
    await service?.stop();
  });

  it('passes a photograph on and its answer back', async () => {
    const response = await post('/face', form(['image', standardPng()]));
    expect(response.status).to.equal(200);
    expect(Object.keys((await response.json()) as object)).to.have.length(4);
  });

  it('gives every request an id that is in its log, the service and the answer', async () => {
    const ours = await fetch(`${nginx.origin}/healthz`);
    const theirs = await fetch(`${nginx.origin}/healthz`, { headers: { 'X-Request-Id': 'client.chose-this_1' } });
    expect(theirs.headers.get('x-request-id')).to.equal('client.chose-this_1');
    const ids = [ours.headers.get('x-request-id'), 'client.chose-this_1'];
    await eventually('both are logged', () => {
      const logged = nginx.requests().map(({ requestId }) => requestId);
      return ids.every((id) => logged.includes(id as string));
    });
  });

  it('compresses JSON for a client that can take it', async () => {
    const response = await fetch(`${nginx.origin}/openapi.json`, { headers: { 'Accept-Encoding': 'gzip' } });
    expect(response.headers.get('content-encoding')).to.equal('gzip');
    expect(await response.json()).to.have.property('openapi');
  });

  it('refuses a body over 20 MB in the words of the route', async () => {
    const large = new Uint8Array(20 * 2 ** 20 + 1);
    expect(await ownError(await post('/face', large), 413, 'BODY_TOO_LARGE')).to.equal('message');
    expect(await ownError(await post('/v1/faces', large), 413, 'BODY_TOO_LARGE')).to.equal('problem');
  });

  // A page saw an error of CORS instead of them.
  it('shows its own errors to pages of the origins that see the answers of the service', async () => {
    const large = new Uint8Array(20 * 2 ** 20 + 1);
    for (const path of ['/face', '/v1/faces']) {
      for (const origin of ['https://a.example', 'http://b.example:8080']) {
        const answer = await post(path, new Uint8Array(1), { Origin: origin });
        const refusal = await post(path, large, { Origin: origin });
        expect([answer.headers.get('server-timing'), refusal.status]).to.deep.equal([null, 413]);
        expect(refusal.headers.get('access-control-allow-origin')).to.equal(origin);
        expect(corsHeaders(refusal), `${path} ${origin}`).to.deep.equal(corsHeaders(answer));
      }
      for (const headers of [{}, { Origin: 'https://b.example' }, { Origin: 'null' }, { Origin: '*' }])
        expect(corsHeaders(await post(path, large, headers as Record<string, string>))).to.deep.equal({});
    }
  });

  it('passes frames and their answers through a WebSocket, and upgrades nothing else', async () => {
    const { next, socket, closed } = await openStream(nginx.origin, '', { origin: nginx.origin });
    for (const index of [0, 1]) {
      socket.send(standardPng());
      const { faces, ...answer } = await next();
      expect(answer.index).to.equal(index);
      expect(faces?.map(({ id }) => id)).to.deep.equal([1, 2, 3, 4]);
    }
    socket.close();
    await closed;
    const other = await refusedStream(nginx.origin, '', { origin: 'https://other.example' });
    expect([other.status, other.problem.code]).to.deep.equal([403, 'ORIGIN_NOT_ALLOWED']);
    expect((await fetch(`${nginx.origin}/v1/stream`)).status).to.equal(426);
    const wire = await openWire(nginx.origin);
    wire.socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    expect(await wire.until(/"ok"/)).to.match(/^HTTP\/1.1 200/);
    wire.socket.destroy();
  });

  it('keeps metrics and its own health inside', async () => {
    expect((await fetch(`${nginx.origin}/metrics`)).status).to.equal(404);
    expect((await fetch(`${nginx.origin}/nginx-healthz`)).status, 'from this machine').to.equal(200);
  });

  it('keeps slow clients from the seats of the service', async () => {
    const wire = await openWire(nginx.origin);
    wire.socket.write(postHead('/v1/faces', { 'Content-Type': 'image/png', 'Content-Length': 5000 }));
    wire.socket.write(Buffer.alloc(2500));
    // The only seat of the service is still free.
    const response = await post('/v1/faces', new Uint8Array(standardPng()), { 'Content-Type': 'image/png' });
    expect(response.status).to.equal(200);
    wire.socket.destroy();
  });

  it('lets the lines of a batch through while its images still come', async () => {
    const wire = await openWire(nginx.origin);
    const [first, last] = [filePart(standardPng()), Buffer.concat([filePart(standardPng()), formEnd])];
    const length = first.length + last.length;
    wire.socket.write(postHead('/v1/batch', { 'Content-Type': formType, 'Content-Length': length }));
    wire.socket.write(first);
    wire.socket.write(last.subarray(0, 20)); // a part is known to be whole where the next one begins
    await wire.until(/"index":0/);
    expect(wire.received()).not.to.include('"index":1');
    wire.socket.write(last.subarray(20));
    await wire.until(/"index":1/);
    wire.socket.destroy();
  });

  it('hands every refusal of the service on as the 503 that it was', async () => {
    const seat = await openWire(service.origin);
    seat.socket.write(postHead('/v1/faces', { 'Content-Type': 'image/png', 'Content-Length': 5000 }));
    await eventually('the room is full', async () => (await metric(service, 'face_detector_queue_depth')) === 1);
    const body = new Uint8Array(2_000_000);
    const refusals = await Promise.all(
      Array.from({ length: 50 }, async (_value, i) => {
        const response = await post(i % 2 === 0 ? '/v1/faces' : '/face', body, { 'Content-Type': 'image/png' });
        return `${response.status} ${response.headers.get('retry-after')} ${(await response.text()).includes('too many requests')}`;
      }),
    );
    seat.socket.destroy();
    expect(new Set(refusals)).to.deep.equal(new Set(['503 1 true']));
  });
});

/** A body that ends when `end` resolves. */
function bodyUntil(end: Promise<unknown>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(new Uint8Array(1));
      await end;
      controller.close();
    },
  });
}

describe('nginx and its limits', () => {
  let nginx: Nginx;
  const ofAnyOrigin = {
    'access-control-allow-origin': '*',
    'access-control-expose-headers':
      'Server-Timing,X-Request-Id,X-Face-Model,X-Image-Warnings,X-Crop-Part,X-Focal-Point,Retry-After',
  };
  before(async function () {
    if (!hasNginx()) skip(this, 'nginx is not installed');
    nginx = await startNginx(9, { corsOrigins: 'https://a.example,*' }); // nothing listens at the discard port
  });
  after(() => nginx?.stop());

  it('says in the words of the route that nothing answers', async () => {
    for (const [path, form] of [
      ['/face', 'message'],
      ['/v1/models', 'problem'],
      ['/v1/batch', 'problem'],
      ['/v1/tracks', 'problem'],
    ] as const) {
      const response = await fetch(nginx.origin + path);
      expect(response.headers.get('retry-after')).to.equal('1');
      expect(corsHeaders(response)).to.deep.equal(ofAnyOrigin);
      expect(await ownError(response, 502, 'UNAVAILABLE')).to.equal(form);
    }
  });

  it('takes a request without a host', async () => {
    const wire = await openWire(nginx.origin);
    wire.socket.write('GET /healthz HTTP/1.0\r\n\r\n');
    await wire.until(/^HTTP\/1\.1 502 /);
  });

  const limited = async (answers: Response[]) => {
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused[0]?.headers.get('retry-after')).to.equal('1');
    expect(corsHeaders(refused[0] as Response)).to.deep.equal(ofAnyOrigin);
    expect(await ownError(refused[0] as Response, 429, 'RATE_LIMITED')).to.equal('problem');
    return refused.length;
  };

  it('limits the connections of one address', async () => {
    let isRefused = (_answer: Response) => {};
    const firstRefusal = new Promise<Response>((resolve) => {
      isRefused = resolve;
    });
    const ask = async (): Promise<Response> => {
      const init = { method: 'POST', body: bodyUntil(firstRefusal), duplex: 'half' } as RequestInit;
      const answer = await fetch(`${nginx.origin}/v1/models`, init);
      if (answer.status === 429) isRefused(answer);
      return answer;
    };
    const answers = await Promise.all(Array.from({ length: 65 }, ask));
    expect(await limited(answers)).to.equal(65 - 64);
  });

  it('limits the requests of one address', async () => {
    // One after the other on each of a few connections, faster than is allowed, until one is refused.
    const refused = await Promise.any(
      Array.from({ length: 16 }, async () => {
        for (let i = 0; i < 1000; i++) {
          const answer = await fetch(`${nginx.origin}/v1/models`);
          if (answer.status === 429) return answer;
        }
        throw new Error('1,000 requests on one connection passed');
      }),
    );
    expect(await limited([refused])).to.equal(1);
  });
});

describe('start.sh of nginx', () => {
  const script = path.join(root, 'nginx', 'start.sh');

  it('refuses what would be more than a line of a map', () => {
    for (const origins of ['https://a.example";', 'https://a.example;b', 'https://a.example{', 'a$b', 'a\\b', 'A']) {
      const { status, stderr } = spawnSync('sh', [script], { env: { CORS_ORIGINS: origins, PATH: '/usr/bin:/bin' } });
      expect([status, stderr.toString()]).to.deep.equal([
        1,
        `CORS_ORIGINS must be origins such as https://example.org, or *, got ${origins}\n`,
      ]);
    }
  });

  it('can be run', () => expect(statSync(script).mode & 0o111).to.equal(0o111));
});

describe('nginx before several containers', () => {
  before(function () {
    if (!hasNginx()) skip(this, 'nginx is not installed');
  });

  it('passes by one that has gone, for a POST as well', async () => {
    const service = createServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok'));
    }).listen(0, '127.0.0.1');
    await once(service, 'listening');
    const nginx = await startNginx((service.address() as AddressInfo).port, {
      addresses: ['127.0.0.2', '127.0.0.1', '127.0.0.3'],
    });
    try {
      for (let i = 0; i < 20; i++) {
        const response = await fetch(`${nginx.origin}/face`, { method: 'POST', body: 'x' });
        expect(response.status).to.equal(200);
      }
      expect(nginx.requests().some(({ upstream }) => String(upstream).includes(','))).to.equal(true);
    } finally {
      await nginx.stop();
      service.close();
    }
  });

  // What a worker has seen may be what killed it: it must not go round and kill them all.
  it('never sends a POST twice, but asks again for what only reads', async () => {
    let connections = 0;
    const dying = createServer((socket) => {
      connections += 1;
      socket.once('data', () => socket.resetAndDestroy());
    }).listen(0, '0.0.0.0');
    await once(dying, 'listening');
    const nginx = await startNginx((dying.address() as AddressInfo).port, {
      addresses: ['127.0.0.1', '127.0.0.2', '127.0.0.3'],
    });
    try {
      const posted = await fetch(`${nginx.origin}/face`, { method: 'POST', body: 'x' });
      expect([posted.status, connections]).to.deep.equal([502, 1]);
      const read = await fetch(`${nginx.origin}/face`);
      expect([read.status, connections]).to.deep.equal([502, 4]);
    } finally {
      await nginx.stop();
      dying.close();
    }
  });
});
