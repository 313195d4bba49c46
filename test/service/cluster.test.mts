import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect } from 'chai';
import sharp from 'sharp';
import { needCores, needWeights } from '../fixtures/available.mjs';
import { standardPng } from '../fixtures/drawn-faces.mjs';
import { connectAndAsk, eventually, openWire, postHead } from '../fixtures/http.mjs';
import {
  failToStart,
  logLines,
  metric,
  type Service,
  startService,
  ticksOf,
  workerPids,
} from '../fixtures/service.mjs';

/**
 * Clients that send one request after the other, each on a connection of its own as nginx does, until told to stop. Resolves to
 * what became of every request: its status, or `refused` (no connection) or `lost` (a connection without an answer).
 */
function keepAsking(
  { origin }: Service,
  clients: number,
): { stop(): Promise<Record<string, number>>; answered(): number } {
  const png = standardPng();
  const outcomes: Record<string, number> = {};
  let isStopped = false;
  let serial = 0;
  const count = (outcome: string) => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  };
  async function ask(): Promise<string> {
    const wire = await openWire(origin).catch(() => undefined);
    if (!wire) return 'refused';
    const head = { 'Content-Type': 'image/png', 'Content-Length': png.byteLength, Connection: 'close' };
    wire.socket.write(postHead('/v1/faces', { ...head, 'X-Request-Id': `r${serial++}` }));
    wire.socket.write(png);
    await wire.closed;
    const status = /^HTTP\/1.1 (\d+)/.exec(wire.received())?.[1];
    return status && wire.received().endsWith('}\n') ? status : 'lost';
  }
  const running = Array.from({ length: clients }, async () => {
    while (!isStopped) {
      const outcome = await ask();
      count(outcome);
      if (outcome === 'refused') return;
    }
  });
  return {
    answered: () => outcomes['200'] ?? 0,
    async stop() {
      isStopped = true;
      await Promise.all(running);
      return outcomes;
    },
  };
}

const allReady = (service: Service, workers: number) =>
  eventually('all workers ready', async () => (await metric(service, 'face_detector_ready_workers')) === workers);

/** That of the processes which first takes a tenth of a second more of processor time. */
async function busiest(pids: readonly number[]): Promise<number> {
  const before = pids.map(ticksOf);
  let found = -1;
  await eventually('one of them works', () => {
    found = pids.findIndex((pid, i) => ticksOf(pid) - (before[i] ?? 0) > 10);
    return found >= 0;
  });
  return pids[found] ?? 0;
}

describe('the workers', () => {
  let service: Service;
  before(async function () {
    needWeights(this);
    needCores(this, 2);
    service = await startService({ WORKERS: '2', HANG_TIMEOUT_MS: '5000' });
  });
  after(() => service?.stop());

  it('share the load', async () => {
    const clients = keepAsking(service, 4);
    await eventually('a few answers', () => clients.answered() >= 20);
    expect(Object.keys(await clients.stop())).to.deep.equal(['200']);
    const pids = new Set(logLines(service, 'request').map(({ pid }) => pid));
    expect(pids.size).to.equal(2);
  });

  it('a killed one is replaced; only what it was working on is lost, and no total falls', async () => {
    const clients = keepAsking(service, 4);
    await eventually('a few answers', () => clients.answered() >= 20);
    let before = 0;
    await eventually('they are counted', async () => {
      before = await metric(service, 'face_detector_requests_total');
      return before >= 20;
    });
    const [victim = 0, survivor] = workerPids(service);
    process.kill(victim, 'SIGKILL');
    await eventually('its total is kept', async () => {
      const now = await metric(service, 'face_detector_requests_total');
      expect(now).to.be.at.least(before);
      return (await metric(service, 'face_detector_worker_restarts_total', 'reason="died"')) === 1;
    });
    await allReady(service, 2);
    expect(await metric(service, 'face_detector_requests_total')).to.be.at.least(before);
    const answered = clients.answered();
    await eventually('more answers', () => clients.answered() > answered + 10);
    const outcomes = await clients.stop();
    // One searched and others that waited or uploaded in that process: never more than there are clients.
    expect(outcomes.lost ?? 0).to.be.at.most(4);
    expect(Object.keys(outcomes)).to.have.members(outcomes.lost ? ['200', 'lost'] : ['200']);
    expect(workerPids(service)).to.include(survivor).and.not.include(victim);
  });

  // Without it, a client that tries again would take one worker after the other, and their pauses get longer and longer.
  it('an image that takes workers down is refused after the second one', async () => {
    // Seconds of search, in which to kill the worker.
    const poison = await sharp({ create: { width: 8000, height: 6000, channels: 3, background: '#876' } })
      .png()
      .toBuffer();
    const other = await startService({ WORKERS: '2', ENGINE: 'opencv', MIN_FACE_SIZE: '12' });
    const ask = (image: Buffer) =>
      fetch(`${other.origin}/v1/faces`, {
        method: 'POST',
        headers: { 'Content-Type': 'image/png' },
        body: new Uint8Array(image),
      }).catch(() => undefined);
    for (const deaths of [1, 2]) {
      const lost = ask(poison);
      await eventually('it is searched', async () => (await metric(other, 'face_detector_jobs_in_flight')) === 1);
      process.kill(await busiest(workerPids(other)), 'SIGSEGV');
      expect(await lost).to.equal(undefined);
      await eventually('replaced', async () => {
        return (await metric(other, 'face_detector_worker_restarts_total', 'reason="died"')) === deaths;
      });
      await allReady(other, 2);
    }
    for (let i = 0; i < 4; i++) {
      const refused = await ask(poison);
      expect(refused?.status).to.equal(422);
      expect(await refused?.json()).to.include({ code: 'IMAGE_QUARANTINED' });
    }
    expect((await ask(standardPng()))?.status).to.equal(200);
    expect(await other.stop()).to.equal(0);
  });

  it('a hung one is replaced, and the metrics answer meanwhile', async () => {
    const [victim = 0] = workerPids(service);
    const before = await metric(service, 'face_detector_requests_total');
    process.kill(victim, 'SIGSTOP');
    // One of these goes to it, and node:cluster would keep that connection open for ever.
    const wires = await Promise.all([1, 2, 3, 4].map(() => openWire(service.origin)));
    for (const { socket } of wires) socket.write('GET /healthz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n');
    expect(await metric(service, 'face_detector_requests_total')).to.be.at.least(before); // answers at once
    await eventually(
      'replaced',
      async () => (await metric(service, 'face_detector_worker_restarts_total', 'reason="hung"')) === 1,
      60,
    );
    await allReady(service, 2);
    await Promise.all(wires.map(({ closed }) => closed));
    expect(wires.filter(({ received }) => received().includes('"ok"'))).to.have.length(3);
    expect(workerPids(service)).to.not.include(victim);
    expect(await metric(service, 'face_detector_requests_total')).to.be.at.least(before);
  });

  it('SIGHUP replaces them all and loses nothing', async () => {
    const before = workerPids(service);
    const clients = keepAsking(service, 4);
    await eventually('a few answers', () => clients.answered() >= 10);
    service.process.kill('SIGHUP');
    await eventually('replaced', () => logLines(service, 'workers restarted').length === 1);
    const answered = clients.answered();
    await eventually('more answers', () => clients.answered() > answered + 10);
    expect(Object.keys(await clients.stop())).to.deep.equal(['200']);
    const after = workerPids(service);
    expect(after).to.have.length(2);
    for (const pid of before) expect(after).to.not.include(pid);
    expect((await fetch(`${service.origin}/readyz`)).status).to.equal(200);
  });

  it('end when the primary is killed', async () => {
    const other = await startService({ WORKERS: '2' });
    const pids = workerPids(other);
    expect(pids).to.have.length(2);
    await other.stop('SIGKILL');
    await eventually('gone', () => pids.every((pid) => !isAlive(pid)));
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('SIGTERM under load', () => {
  // About ten connections were lost, which the primary had accepted and no worker had taken. One may wait when the port is closed.
  it('answers connections that are only being opened', async function () {
    needCores(this, 2);
    const service = await startService({ WORKERS: '2' });
    const outcomes: unknown[] = [];
    const client = async () => {
      while (outcomes.at(-1) !== 'ECONNREFUSED') outcomes.push(await connectAndAsk(`${service.origin}/healthz`));
    };
    const clients = Array.from({ length: 12 }, client);
    await eventually('answers', () => outcomes.length > 200);
    expect(await service.stop()).to.equal(0);
    await Promise.all(clients);
    const lost = outcomes.filter((outcome) => outcome !== 200 && outcome !== 'ECONNREFUSED');
    expect(lost.length, `${lost}`).to.be.at.most(1);
  });

  it('answers everything accepted and ends with 0', async function () {
    needWeights(this);
    needCores(this, 2);
    const service = await startService({ WORKERS: '2' });
    const clients = keepAsking(service, 6);
    await eventually('a few answers', () => clients.answered() >= 10);
    expect(await service.stop('SIGTERM')).to.equal(0);
    await clients.stop();
    // What the service has begun it has answered: a request that it never saw (still in the kernel's queue) was not accepted.
    const codes = new Set(logLines(service, 'request').map(({ status }) => status));
    expect([...codes]).to.deep.equal([200]);
    expect(clients.answered()).to.equal(logLines(service, 'request').length);
  });

  it('closes kept-alive connections with their next answer, not under them', async function () {
    needWeights(this);
    const service = await startService({ WORKERS: '1' });
    const png = standardPng();
    const wire = await openWire(service.origin);
    const ask = () => {
      wire.socket.write(postHead('/v1/faces', { 'Content-Type': 'image/png', 'Content-Length': png.byteLength }));
      wire.socket.write(png);
    };
    ask();
    await wire.until(/^HTTP\/1.1 200 OK[\s\S]*Connection: keep-alive[\s\S]*\}\n$/);
    ask();
    const ended = service.stop('SIGTERM');
    await wire.closed;
    const answers = wire.received().split(/(?=HTTP\/1.1 )/);
    expect(answers).to.have.length(2);
    expect(answers[1]).to.match(/^HTTP\/1.1 200 OK[\s\S]*Connection: close[\s\S]*\}\n$/);
    expect(await ended).to.equal(0);
  });

  it('cuts off an upload that never ends, after its time', async function () {
    needWeights(this);
    const service = await startService({ WORKERS: '1', SHUTDOWN_TIMEOUT_MS: '800' });
    const wire = await openWire(service.origin);
    wire.socket.write(postHead('/v1/faces', { 'Content-Type': 'image/png', 'Content-Length': 5000 }));
    wire.socket.write('a little');
    await eventually('it uploads', async () => (await metric(service, 'face_detector_queue_depth')) === 1);
    expect(await service.stop('SIGTERM')).to.equal(0);
    await wire.closed;
  });
});

describe('SIGHUP at the start', () => {
  // It ended the start with a ReferenceError while the weights were being read.
  it('replaces the workers once they are there', async function () {
    needWeights(this);
    // The primary sends it to itself as soon as it listens for it.
    const early = `
      import cluster from 'node:cluster';
      const hangUp = () => process.kill(process.pid, 'SIGHUP');
      if (cluster.isPrimary) process.on('newListener', (name) => name === 'SIGHUP' && setImmediate(hangUp));`;
    const service = await startService({
      WORKERS: '1',
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(early)}`,
    });
    await eventually('replaced', () => logLines(service, 'workers restarted').length === 1);
    expect(await metric(service, 'face_detector_worker_restarts_total', 'reason="reload"')).to.equal(1);
    expect(await service.stop()).to.equal(0);
  });
});

describe('a service that cannot start', () => {
  it('says which port of the metrics is in use', async function () {
    needWeights(this);
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { status, output } = await failToStart({ METRICS_PORT: String(port) });
    other.close();
    expect(status).to.equal(1);
    expect(output).to.equal(`opencv-face-detector: port ${port} is in use: set METRICS_PORT to another one\n`);
  });

  it('stops with the reason when its workers die at start five times in a row', async function () {
    needWeights(this);
    // A file that every process reads first, and that ends workers only.
    const dies =
      "data:text/javascript,import cluster from 'node:cluster'; if (cluster.isWorker) process.kill(process.pid, 'SIGSEGV');";
    const { status, output } = await failToStart({ WORKERS: '1', NODE_OPTIONS: `--import="${dies}"` });
    expect(status).to.equal(1);
    expect(output).to.match(
      /opencv-face-detector: workers failed at startup 5 times in a row, the last one by SIGSEGV\n$/,
    );
  });
});
