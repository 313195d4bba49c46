import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { needCores, needWeights, skip } from '../fixtures/available.mjs';
import { eventually, openWire, type Wire } from '../fixtures/http.mjs';
import { logLines, type Service, startService, ticksOf, workerPids } from '../fixtures/service.mjs';

const get = 'GET /healthz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n';

/** What becomes of a request on a connection of its own. */
async function ask({ origin }: Service): Promise<string> {
  const wire = await openWire(origin);
  wire.socket.write(get);
  await wire.closed;
  return wire.received().slice(9, 12);
}

describe('a worker whose file descriptors run out otherwise', () => {
  let service: Service;
  before(async function () {
    needWeights(this);
    needCores(this, 2);
    if (spawnSync('prlimit', ['--version']).status !== 0) skip(this, 'prlimit is not installed');
    service = await startService({ WORKERS: '2', HANG_TIMEOUT_MS: '5000' });
  });
  after(() => service?.stop());

  it('is replaced: it would never be given a connection again', async () => {
    const [victim = 0] = workerPids(service);
    expect(spawnSync('prlimit', ['--pid', String(victim), '--nofile=3']).status).to.equal(0);
    const wires = await Promise.all([1, 2].map(() => openWire(service.origin)));
    const replaced = () => logLines(service, 'worker exited, restarting').map(({ reason }) => reason);
    await eventually('replaced', () => replaced().length > 0, 60);
    expect(replaced()).to.deep.equal(['it accepted no connections']);
    for (const { socket } of wires) socket.destroy();
    const answering = () => new Set(logLines(service, 'request').map(({ pid }) => pid)).size === 2;
    await eventually('both answer', async () => (await ask(service)) === '200' && answering());
    expect(workerPids(service)).to.not.include(victim);
  });
});

describe('file descriptors that run out', () => {
  let service: Service;
  let wires: Wire[];
  before(function () {
    needWeights(this);
    needCores(this, 2);
    if (spawnSync('prlimit', ['--version']).status !== 0) skip(this, 'prlimit is not installed');
  });

  // 100 for each process, and four times as many connections that send nothing.
  beforeEach(async () => {
    service = await startService(
      { WORKERS: '2', HEADERS_TIMEOUT_MS: '600000', SHUTDOWN_TIMEOUT_MS: '2000' },
      { under: ['prlimit', '--nofile=100'] },
    );
    let closed = 0;
    wires = await Promise.all(Array.from({ length: 400 }, () => openWire(service.origin)));
    for (const wire of wires) void wire.closed.then(() => closed++);
    await eventually('no more are taken', async () => {
      const before = closed;
      await sleep(300);
      return closed > 200 && closed === before;
    });
  });
  afterEach(async () => {
    for (const { socket } of wires) socket.destroy();
    await service.stop();
  });

  // Workers without a descriptor left were never given a connection again, by node:cluster, and nobody noticed.
  it('cost new connections only, and only while they last', async () => {
    const pids = workerPids(service);
    const processes = [service.process.pid, ...pids];
    const before = processes.map(ticksOf);
    await sleep(1000);
    for (const [i, pid] of processes.entries()) expect(ticksOf(pid) - (before[i] ?? 0)).to.be.below(50); // of 100
    expect(await ask(service)).to.equal('');
    expect(logLines(service, 'too many connections: new ones are closed')).to.not.be.empty;
    for (const { socket } of wires) socket.destroy();
    await eventually('answers again', async () => (await ask(service)) === '200');
    for (let i = 0; i < 10; i++) expect(await ask(service)).to.equal('200');
    expect(workerPids(service)).to.deep.equal(pids);
    const answering = () => new Set(logLines(service, 'request').map(({ pid }) => pid));
    await eventually('both answer', () => answering().size === 2);
  });

  it('do not keep SIGTERM from ending it', async () => {
    expect(await service.stop()).to.equal(0);
    for (const { closed } of wires) await closed;
  });
});

// The primary ended by a TypeError, and all workers with it.
describe('a primary that has no descriptor left for a new worker', () => {
  it('goes on with the others, starts it when there is one, and ends when it is to', async function () {
    needWeights(this);
    needCores(this, 2);
    if (spawnSync('prlimit', ['--version']).status !== 0) skip(this, 'prlimit is not installed');
    const service = await startService({ WORKERS: '2' });
    const { pid } = service.process;
    const limit = (descriptors: number) =>
      spawnSync('prlimit', ['--pid', String(pid), `--nofile=${descriptors}:`]).status;
    const used = readdirSync(`/proc/${pid}/fd`).length;
    expect(limit(used)).to.equal(0);
    const [victim = 0, other] = workerPids(service);
    process.kill(victim, 'SIGKILL');
    const refused = () => logLines(service, 'worker could not be forked, retrying');
    await eventually('two tries', () => refused().length >= 2);
    expect(refused()[0]?.['exit']).to.match(/EMFILE$/);
    expect(workerPids(service)).to.deep.equal([other]);
    limit(1000);
    await eventually('two workers answer', async () => {
      await ask(service);
      return new Set(logLines(service, 'request').map((line) => line['pid'])).size === 2;
    });
    expect(await service.stop()).to.equal(0);
  });
});
