import { frameOf } from '../lib/attackers/wire.mjs';

const read = (path) => ({ method: 'GET', path, expected: [200], key: path });

const requests = [
  ...['/healthz', '/face', '/v1/models', '/openapi.json'].map(read),
  ...['/docs', '/docs/swagger-ui.css', '/', '/web/main.mjs'].map(read),
  { method: 'GET', path: '/readyz', expected: [200] },
  { method: 'METRICS', path: '/metrics', expected: [200] },
  { method: 'HEAD', path: '/face', expected: [200] },
  { method: 'OPTIONS', path: '/face', expected: [200] },
  { method: 'GET', path: '/no/such/path', expected: [404] },
  { method: 'GET', path: '/web/../../package.json', expected: [404] },
  { method: 'GET', path: '/v1/faces', expected: [405] },
  { method: 'DELETE', path: '/face', expected: [405] },
  { method: 'PUT', path: '/v1/batch', expected: [405] },
  { method: 'GET', path: '/v1/tracks', expected: [405] },
];

/** Any request without a body. The method METRICS is a GET on the port of the metrics. */
export const otherRequest = (random) => random.pick(requests);

const upgrade =
  'GET /v1/stream HTTP/1.1\r\nHost: soak\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
const head = 'POST /v1/faces HTTP/1.1\r\nHost: soak\r\n';

/** Bytes that are no request, or half of one: whatever the service says to it, it must go on. The method RAW is none. */
export function garbage(random) {
  const wire = random.pick([
    '',
    random.bytes(300),
    'GET / HTTP/9.9\r\n\r\n',
    head,
    upgrade,
    Buffer.concat([Buffer.from(upgrade), random.bytes(300)]),
    Buffer.concat([Buffer.from(upgrade), frameOf(random.bytes(random.integer(0, 3000))), frameOf(random.bytes(9), 9)]),
    `${head}Content-Length: -5\r\n\r\n`,
    `${head}Content-Length: 500\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    `${head}Content-Length: 5000\r\nContent-Type: image/png\r\n\r\nhalf`,
    `${head}X-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
  ]);
  return { method: 'RAW', path: 'garbage', wire, leaveMs: random.integer(1, 1500) };
}
