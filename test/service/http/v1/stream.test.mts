import { expect } from 'chai';
import { type FrameClient, openStream, refusedStream } from '../../../fixtures/frame-client.mjs';
import { eventually, openWire } from '../../../fixtures/http.mjs';
import { type BegunSearch, type StreamService, startStreamService } from '../../../fixtures/stream-service.mjs';

const key = 'a-key/of+sixteen,letters'.replace(',', ';');
const asProtocol = (text: string) => `key.${Buffer.from(text).toString('base64url')}`;

describe('the WebSocket of /v1/stream', () => {
  let service: StreamService;
  const start = async (environment: Record<string, string> = {}) => {
    service = await startStreamService(environment);
  };
  afterEach(() => service.stop());

  /** The next search that begins. */
  async function searched(number = 1): Promise<BegunSearch> {
    await eventually(`search ${number}`, () => service.begun.length >= number);
    return service.begun[number - 1] as BegunSearch;
  }
  const lineOfStream = async () => {
    await eventually('the line of the log', () => service.logged.some(({ status }) => status === 101));
    return service.logged.find(({ status }) => status === 101);
  };

  describe('is opened', () => {
    it('with the request id of the client, and ends with one line of the log', async () => {
      await start();
      const client = await openStream(service.origin, '', { headers: { 'X-Request-Id': 'my-id' } });
      expect(client.headers['x-request-id']).to.equal('my-id');
      client.socket.send(Buffer.from('frame'));
      (await searched()).end(1);
      await client.next();
      expect(await service.metric('face_detector_streams_open')).to.equal(1);
      client.socket.close(1000);
      expect(await client.closed).to.deep.equal([1000, '']);
      const line = { requestId: 'my-id', path: '/v1/stream', method: 'GET', code: 'OK', frames: 1, dropped: 0 };
      expect(await lineOfStream()).to.include(line);
      expect(await service.metric('face_detector_streams_open')).to.equal(0);
      expect(await service.metric('face_detector_requests_total', '"/v1/stream"')).to.equal(1);
      // How long a client stays says nothing about the service.
      expect(await service.metric('face_detector_request_duration_seconds')).to.equal(0);
    });

    it('with a key in a header or in a sub-protocol, which is not sent back', async () => {
      await start({ API_KEYS: key });
      expect(await refusedStream(service.origin)).to.include({ status: 401 });
      expect(await refusedStream(service.origin, '', { protocols: ['faces.v1', asProtocol(`${key}x`)] })).to.include({
        status: 401,
      });
      const ways = [
        { headers: { Authorization: `Bearer ${key}` } },
        { headers: { 'X-API-Key': key } },
        { protocols: ['faces.v1', asProtocol(key)] },
        { protocols: [asProtocol(key), 'faces.v1'] },
      ];
      for (const way of ways) {
        const { socket, headers, closed } = await openStream(service.origin, '', way);
        expect(headers['sec-websocket-protocol']).to.equal('protocols' in way ? 'faces.v1' : undefined);
        socket.close();
        await closed;
      }
      // Elsewhere a key stands in the headers that HTTP has for it.
      const headers = { 'Sec-WebSocket-Protocol': asProtocol(key) };
      expect((await fetch(`${service.origin}/v1/models`, { headers })).status).to.equal(401);
    });

    it('by pages of its own origin, and of those allowed, but of no other', async () => {
      await start({ CORS_ORIGINS: 'https://friend.example' });
      for (const origin of [service.origin, 'https://friend.example']) {
        const { socket, closed } = await openStream(service.origin, '', { origin });
        socket.close();
        await closed;
      }
      for (const origin of ['https://other.example', 'null', 'nonsense', `${service.origin}0`]) {
        const { status, problem, headers } = await refusedStream(service.origin, '', { origin });
        expect([status, problem.code], origin).to.deep.equal([403, 'ORIGIN_NOT_ALLOWED']);
        expect(headers['content-type']).to.equal('application/problem+json');
      }
    });

    it('no further than the limit, and by one client only to its share', async () => {
      await start({ STREAM_LIMIT: '2', CLIENT_SHARE: '0.5', TRUST_PROXY: 'loopback' });
      const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } });
      const first = await openStream(service.origin, '', from('10.0.0.1'));
      const again = await refusedStream(service.origin, '', from('10.0.0.1'));
      expect([again.status, again.problem.code, again.headers['retry-after']]).to.deep.equal([503, 'OVERLOADED', '1']);
      const second = await openStream(service.origin, '', from('10.0.0.2'));
      expect(await refusedStream(service.origin, '', from('10.0.0.3'))).to.include({ status: 503 });
      first.socket.close();
      await first.closed;
      await eventually('a place is free', async () => {
        const third = await openStream(service.origin, '', from('10.0.0.3')).catch(() => undefined);
        third?.socket.close();
        return third !== undefined;
      });
      second.socket.close();
      await second.closed;
    });

    it('not where the operator wants none', async () => {
      await start({ STREAM_LIMIT: '0' });
      expect(await refusedStream(service.origin)).to.include({ status: 404 });
      expect((await fetch(`${service.origin}/v1/stream`)).status).to.equal(404);
    });
  });

  describe('says without an upgrade', () => {
    const ask = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(service.origin + path, init);
      return { status: response.status, headers: response.headers, ...((await response.json()) as { code: string }) };
    };

    it('that one is needed, or what else is wrong', async () => {
      await start({ API_KEYS: key });
      const headers = { 'X-API-Key': key };
      const plain = await ask('/v1/stream', { headers });
      expect(plain).to.include({ status: 426, code: 'UPGRADE_REQUIRED' });
      expect(plain.headers.get('upgrade')).to.equal('websocket');
      expect(await ask('/v1/stream')).to.include({ status: 401 });
      expect(await ask('/v1/stream?minFaceSize=x', { headers })).to.include({ status: 400, code: 'INVALID_OPTION' });
      expect(await ask('/v1/stream', { headers, method: 'POST' })).to.include({ status: 405 });
    });

    // Was INTERNAL.
    it('that a page may not use it, also where the request names no host', async () => {
      await start();
      const wire = await openWire(service.origin);
      wire.socket.write('GET /v1/stream HTTP/1.0\r\nOrigin: https://other.example\r\n\r\n');
      await wire.closed;
      expect(wire.received()).to.match(/^HTTP\/1.1 403 /);
      expect(wire.received()).to.match(/"code":"ORIGIN_NOT_ALLOWED"/);
    });

    it('what is wrong with an upgrade, and closes the connection', async () => {
      await start();
      const wire = await openWire(service.origin);
      const upgrade = 'Host: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 7\r\n';
      wire.socket.write(`GET /v1/stream HTTP/1.1\r\n${upgrade}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`);
      await wire.closed;
      const text = wire.received();
      expect(text).to.match(/^HTTP\/1.1 426 /);
      expect(text).to.match(/^Sec-WebSocket-Version: 13\r$/m);
      expect(text).to.match(/^Connection: close, Upgrade\r$/m);
      expect(text).to.match(/"code":"UPGRADE_REQUIRED"/);
    });
  });

  describe('answers', () => {
    let client: FrameClient;
    const open = async (environment: Record<string, string> = {}, query = '') => {
      await start(environment);
      client = await openStream(service.origin, query);
    };
    const send = (text: string) => client.socket.send(Buffer.from(text));

    it('a sender that is too fast with the newest frame, and how many were left out', async () => {
      await open();
      for (const name of ['0', '1', '2', '3', 'newest']) {
        send(name);
        await searched(); // the first is searched while the others come
      }
      await eventually('all have come', async () => (await service.metric('face_detector_stream_frames_total')) === 3);
      (await searched()).end(1);
      expect(await client.next()).to.deep.include({ index: 0, time: 0, width: 1000, height: 100, dropped: 3 });
      const second = await searched(2);
      expect(String(second.bytes)).to.equal('newest');
      second.end(2);
      const { index, faces, dropped, timings } = await client.next();
      expect({ index, dropped, timings }).to.deep.equal({ index: 4, dropped: 3, timings: { total: 1 } });
      expect(faces?.map(({ id, isPredicted }) => ({ id, isPredicted }))).to.deep.equal([
        { id: 1, isPredicted: false },
        { id: 2, isPredicted: false },
      ]);
      expect(await service.metric('face_detector_stream_frames_total', 'dropped')).to.equal(3);
    });

    it('with the faces that a frame misses for maxGap, under the same ids', async () => {
      await open({}, '?maxGap=10');
      send('seen');
      (await searched()).end(1);
      await client.next();
      send('missed');
      (await searched(2)).end(0);
      const { faces } = await client.next();
      expect(faces?.map(({ id, isPredicted }) => [id, isPredicted])).to.deep.equal([[1, true]]);
      expect(faces?.[0]).to.not.have.property('found');
    });

    it('a bad frame with its error, and goes on', async () => {
      await open();
      send('bad');
      (await searched()).end(Object.assign(new Error('the image is damaged'), { code: 'CORRUPT_IMAGE' }));
      const { index, error, faces } = await client.next();
      expect([index, error?.code, error?.status, faces]).to.deep.equal([0, 'CORRUPT_IMAGE', 422, undefined]);
      send('good');
      (await searched(2)).end(1);
      expect((await client.next()).faces).to.have.length(1);
    });

    it('pings', async () => {
      await open();
      const pong = new Promise((resolve) => client.socket.once('pong', resolve));
      client.socket.ping('x');
      expect(String(await pong)).to.equal('x');
    });
  });

  describe('is closed by the service', () => {
    /** What it says last, how it closes, and what the log has. */
    async function end(client: FrameClient) {
      const last = await client.next().catch(() => undefined);
      const [code, reason] = await client.closed;
      return [last?.error?.code, code, reason, (await lineOfStream())?.['code']];
    }

    it('for an option that is wrong', async () => {
      await start();
      const client = await openStream(service.origin, '?maxGap=11');
      const { error } = await client.next();
      expect(error).to.include({ code: 'INVALID_OPTION', status: 400 });
      expect(error?.detail).to.equal('maxGap must be a number from 0 to 10, got 11');
      expect(await client.closed).to.deep.equal([1008, 'INVALID_OPTION']);
    });

    for (const option of ['orientation=auto', 'truncated=accept', 'faceQuality=true'])
      it(`for ${option}, which its answers have no place for`, async () => {
        await start();
        const client = await openStream(service.origin, `?${option}`);
        expect((await client.next()).error).to.include({ code: 'INVALID_OPTION' });
      });

    it('for text', async () => {
      await start();
      const client = await openStream(service.origin);
      client.socket.send('text');
      expect(await end(client)).to.deep.equal(['UNSUPPORTED_FORMAT', 1003, 'UNSUPPORTED_FORMAT', 'UNSUPPORTED_FORMAT']);
    });

    it('for a frame that is too large', async () => {
      await start({ MAX_BODY_BYTES: '1024' });
      const client = await openStream(service.origin);
      client.socket.send(Buffer.alloc(1025));
      expect(await end(client)).to.deep.equal([undefined, 1009, '', 'BODY_TOO_LARGE']);
      expect(service.begun).to.deep.equal([]);
    });

    it('for what is no WebSocket', async () => {
      await start();
      const wire = await openWire(service.origin);
      const upgrade = 'Host: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
      wire.socket.write(`GET /v1/stream HTTP/1.1\r\n${upgrade}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`);
      await wire.until(/101 Switching/);
      wire.socket.write('no frames at all, and they are not masked');
      await wire.closed;
      expect(await lineOfStream()).to.include({ code: 'MALFORMED_BODY' });
    });

    it('where no frame comes for too long, or only its beginning', async () => {
      await start({ BODY_TIMEOUT_MS: '100' });
      expect(await end(await openStream(service.origin))).to.deep.equal([
        'BODY_TIMEOUT',
        1008,
        'BODY_TIMEOUT',
        'BODY_TIMEOUT',
      ]);
      const slow = await openStream(service.origin);
      slow.socket.send(Buffer.alloc(10), { fin: false });
      expect(await end(slow)).to.include('BODY_TIMEOUT');
    });

    it('after the longest time', async () => {
      await start({ STREAM_TIMEOUT_MS: '50' });
      expect(await end(await openStream(service.origin))).to.deep.equal(['DEADLINE', 1008, 'DEADLINE', 'DEADLINE']);
    });

    it('where its bytes have no room beside those of others', async () => {
      await start({ WAITING_BYTES: String(2 ** 20), CLIENT_SHARE: '1' });
      const one = await openStream(service.origin);
      one.socket.send(Buffer.alloc(900_000));
      await searched();
      const other = await openStream(service.origin);
      other.socket.send(Buffer.alloc(900_000), { fin: false }); // counted before it is complete
      expect(await end(other)).to.deep.equal(['OVERLOADED', 1013, 'OVERLOADED', 'OVERLOADED']);
      // What the other held is free again.
      const third = await openStream(service.origin);
      third.socket.send(Buffer.alloc(100_000));
      (await searched(2)).end(1);
      expect(await third.next()).to.have.property('index', 0);
    });

    it('where a defect shows, which the log tells and the client does not learn', async () => {
      await start();
      const client = await openStream(service.origin);
      client.socket.send(Buffer.from('frame'));
      (await searched()).end(new TypeError('secret of ours'));
      const { error } = await client.next();
      expect(error).to.include({ code: 'INTERNAL', detail: 'Internal Server Error' });
      expect(await client.closed).to.deep.equal([1011, 'INTERNAL']);
      expect(service.logged.map(({ err }) => String(err))).to.include('TypeError: secret of ours');
    });

    it('where its client does not read the answers', async () => {
      await start({ BODY_TIMEOUT_MS: '300' });
      const client = await openStream(service.origin);
      client.socket.pause();
      // Answers of megabytes each, more than the system keeps for a connection.
      const answerAll = setInterval(() => {
        for (const search of service.begun.splice(0)) search.end(1000);
        if (client.socket.readyState === client.socket.OPEN) client.socket.send(Buffer.from('frame'));
      }, 5);
      const line = await lineOfStream().finally(() => clearInterval(answerAll));
      expect(line).to.include({ code: 'ABORTED' });
      expect(await service.metric('face_detector_streams_open')).to.equal(0);
      client.socket.terminate();
    });

    it('when it drains, after the answer to the frame in work', async () => {
      await start();
      const idle = await openStream(service.origin);
      const busy = await openStream(service.origin);
      busy.socket.send(Buffer.from('frame'));
      const search = await searched();
      busy.socket.send(Buffer.from('too late'));
      const drained = service.drain();
      expect(await idle.closed).to.deep.equal([1001, 'SHUTTING_DOWN']);
      search.end(1);
      expect((await busy.next()).faces).to.have.length(1);
      expect((await busy.next()).error).to.include({ code: 'SHUTTING_DOWN' });
      expect(await busy.closed).to.deep.equal([1001, 'SHUTTING_DOWN']);
      await drained;
      expect(service.begun).to.have.length(1);
    });

    // ws waits for 30 s by itself.
    it('also a client that does not close its side', async () => {
      await start();
      const client = await openStream(service.origin);
      client.socket.pause();
      await service.drain();
      client.socket.terminate();
    });
  });

  it('stops the search of a client that leaves, and frees its place', async () => {
    await start({ STREAM_LIMIT: '1' });
    for (const leave of ['terminate', 'close'] as const) {
      const client = await openStream(service.origin);
      client.socket.send(Buffer.alloc(1000));
      const { signal } = await searched();
      client.socket[leave]();
      await eventually('the search is stopped', () => signal.aborted);
      expect((await lineOfStream())?.['code']).to.equal('OK');
      expect(service.admission.depth).to.equal(0);
      expect(await service.metric('face_detector_streams_open')).to.equal(0);
      service.begun.length = 0;
      service.logged.length = 0;
    }
  });
});
