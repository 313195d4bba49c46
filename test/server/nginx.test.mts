import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { needWeights, skip } from '../fixtures/available.mjs';
import { eventually, openWire, postHead } from '../fixtures/http.mjs';
import { metric, type Service, startService } from '../fixtures/service.mjs';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** nginx as it comes, buffering requests, one connection to the service for each. */
const configuration = (port: number, upstream: string) => `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
pid nginx.pid;
error_log stderr error;
events {}
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  client_max_body_size 20m;
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass ${upstream}; }
  }
}
`;

describe('behind an nginx that buffers', () => {
  let service: Service;
  let nginx: ChildProcess;
  let folder: string;
  let origin: string;
  before(async function () {
    needWeights(this);
    if (spawnSync('nginx', ['-v']).status !== 0) skip(this, 'nginx is not installed');
    service = await startService({ WORKERS: '1', QUEUE_LIMIT: '1', BODY_TIMEOUT_MS: '60000' });
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    mkdirSync(path.join(folder, 'logs'));
    const port = await freePort();
    writeFileSync(path.join(folder, 'nginx.conf'), configuration(port, service.origin));
    nginx = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], { stdio: 'inherit' });
    origin = `http://127.0.0.1:${port}`;
    await eventually('nginx answers', () =>
      fetch(`${origin}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  });
  after(async () => {
    nginx?.kill();
    if (nginx) await once(nginx, 'exit');
    await service?.stop();
    if (folder) rmSync(folder, { recursive: true });
  });

  it('every refused request arrives as the 503 that it was', async () => {
    const seat = await openWire(service.origin);
    seat.socket.write(postHead('/v1/faces', { 'Content-Type': 'image/png', 'Content-Length': 5000 }));
    await eventually('the room is full', async () => (await metric(service, 'face_detector_queue_depth')) === 1);
    const body = new Uint8Array(2_000_000);
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_value, i) => {
        const path = i % 2 === 0 ? '/v1/faces' : '/face';
        const response = await fetch(origin + path, { method: 'POST', body, headers: { 'Content-Type': 'image/png' } });
        return `${response.status} ${response.headers.get('retry-after')} ${(await response.text()).includes('too many requests')}`;
      }),
    );
    seat.socket.destroy();
    expect(new Set(answers)).to.deep.equal(new Set(['503 1 true']));
    expect(answers).to.have.length(100);
  });
});
