import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import path from 'node:path';
import { expect } from 'chai';
import { needWeights, root, skip } from '../fixtures/available.mjs';
import { eventually } from '../fixtures/http.mjs';
import { type Service, startService, workerPids } from '../fixtures/service.mjs';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const healthz = async (origin: string) => (await fetch(`${origin}/healthz`).catch(() => undefined))?.status;

describe('a log that cannot be written', () => {
  let child: ChildProcess | undefined;
  let service: Service | undefined;
  // Known before, and the same after the only worker has died.
  let port: string;
  let origin: string;
  before(async function () {
    needWeights(this);
    port = String(await freePort());
    origin = `http://127.0.0.1:${port}`;
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await service?.stop('SIGKILL');
  });

  // The first line ended the process, which then tried for ever to write it: it neither served nor stopped.
  it('for a full disk: the service starts, answers and stops', async function () {
    if (!existsSync('/dev/full')) skip(this, 'there is no /dev/full');
    const command = `exec "${process.execPath}" "${path.join(root, 'dist', 'cli.js')}" serve >/dev/full 2>&1`;
    child = spawn('sh', ['-c', command], {
      env: { ...process.env, PORT_NUMBER: port, METRICS_PORT: '0', HOST: '127.0.0.1', WORKERS: '1' },
    });
    const ended = once(child, 'exit');
    await eventually('it serves', async () => (await healthz(origin)) === 200, 60);
    for (let i = 0; i < 20; i++) expect(await healthz(origin)).to.equal(200);
    child.kill('SIGTERM');
    expect(await ended).to.deep.equal([0, null]);
  });

  it('for its reader has gone: the service answers, replaces workers and stops', async () => {
    service = await startService({ WORKERS: '1', PORT_NUMBER: port });
    const [pid = 0] = workerPids(service);
    for (const stream of [service.process.stdout, service.process.stderr]) stream?.destroy();
    for (let i = 0; i < 20; i++) expect(await healthz(origin)).to.equal(200);
    process.kill(pid, 'SIGKILL');
    await eventually('replaced', async () => (await healthz(origin)) === 200, 60);
    expect(await service.stop()).to.equal(0);
  });
});
