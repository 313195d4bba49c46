import { expect } from 'chai';
import sharp from 'sharp';
import { needCores, needWeights } from '../fixtures/available.mjs';
import { standardPng } from '../fixtures/drawn-faces.mjs';
import { eventually, openWire, postHead } from '../fixtures/http.mjs';
import { logLines, metric, type Service, startService, workerPids } from '../fixtures/service.mjs';

const faces = (service: Service) =>
  fetch(`${service.origin}/v1/faces`, {
    method: 'POST',
    body: new Uint8Array(standardPng()),
    headers: { 'Content-Type': 'image/png' },
  });

/** Sends a whole request on a connection of its own, on which the answer stands when it is closed. */
async function send(service: Service, type: string, body: Buffer) {
  const wire = await openWire(service.origin);
  const head = { 'Content-Type': type, 'Content-Length': body.byteLength, Connection: 'close' };
  wire.socket.write(postHead('/v1/faces', head));
  wire.socket.write(body);
  return wire;
}

const endings = (service: Service) => logLines(service, 'worker exited, restarting').map(({ exit }) => exit);

describe('a worker that crashes', () => {
  let service: Service;
  afterEach(() => service?.stop());

  it('in native code costs the requests that it works on, and is replaced', async function () {
    needWeights(this);
    needCores(this, 2);
    // With these the picture takes more than 10 s: both are still searched when one of the workers crashes.
    service = await startService({ WORKERS: '2', ENGINE: 'opencv', MIN_FACE_SIZE: '12', REQUEST_TIMEOUT_MS: '8000' });
    const large = await sharp({ create: { width: 8000, height: 6000, channels: 3, background: '#876' } })
      .jpeg()
      .toBuffer();
    const wires = await Promise.all([1, 2].map(() => send(service, 'image/jpeg', large)));
    await eventually('both search', async () => (await metric(service, 'face_detector_jobs_in_flight')) === 2);
    const [victim = 0] = workerPids(service);
    process.kill(victim, 'SIGSEGV');
    await Promise.all(wires.map(({ closed }) => closed));
    expect((await faces(service)).status).to.equal(200);
    expect(wires.map(({ received }) => received().slice(9, 12)).sort()).to.deep.equal(['', '504']);
    await eventually('replaced', async () => (await metric(service, 'face_detector_ready_workers')) === 2);
    expect(endings(service)).to.deep.equal(['SIGSEGV']);
    expect(await service.stop()).to.equal(0);
  });

  it('for want of room in the heap of JavaScript is replaced as well', async function () {
    needWeights(this);
    needCores(this, 2);
    const fill = 'process.on("SIGUSR2", () => { const all = []; for (;;) all.push([all.length]); });';
    const options = `--max-old-space-size=60 --import=data:text/javascript,${encodeURIComponent(fill)}`;
    service = await startService({ WORKERS: '2', NODE_OPTIONS: options });
    const [victim = 0] = workerPids(service);
    process.kill(victim, 'SIGUSR2');
    await eventually('noticed', () => endings(service).length === 1);
    expect(endings(service)).to.deep.equal(['SIGABRT']);
    await eventually('replaced', async () => (await metric(service, 'face_detector_ready_workers')) === 2);
    expect((await faces(service)).status).to.equal(200);
    expect(await service.stop()).to.equal(0);
  });
});
