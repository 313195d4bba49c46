import { readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { needCores, needWeights } from '../fixtures/available.mjs';
import { drawFaces, standardPng, toSharp } from '../fixtures/drawn-faces.mjs';
import { packageFolder } from '../fixtures/package-folder.mjs';
import { failToStart, startService } from '../fixtures/service.mjs';

const headers = { 'Content-Type': 'image/png' };

describe('starting and stopping the service', () => {
  it('refuses a wrong value by name, before anything else', async () => {
    const { status, output } = await failToStart({ POST_TYPE: 'XML' });
    expect(status).to.equal(1);
    expect(output).to.equal('opencv-face-detector: POST_TYPE must be FORM or JSON, got "XML"\n');
  });

  it('refuses more threads than there are cores', async () => {
    const { status, output } = await failToStart({ WORKERS: '256', THREADS: '64' });
    expect(status).to.equal(1);
    expect(output).to.match(
      /^opencv-face-detector: WORKERS x SLOTS x THREADS must be .*, \d+, got 256 x 1 x 64 = 16384\n$/,
    );
  });

  it('refuses keys that are empty', async () => {
    const { status, output } = await failToStart({ API_KEYS: '' });
    expect(status).to.equal(1);
    expect(output).to.match(/^opencv-face-detector: API_KEYS must be .*, got ""\n$/);
  });

  // Each passed the check of the settings, and ended the workers while they started.
  for (const limit of [{ MAX_SIDE: '12' }, { MAX_PIXELS: '1000' }, { TRUST_PROXY: '0.0.0.0/1' }]) {
    it(`starts with ${JSON.stringify(limit)}, whatever that leaves`, async function () {
      needWeights(this);
      const service = await startService({ WORKERS: '1', ...limit });
      const body = new Uint8Array(standardPng());
      const response = await fetch(`${service.origin}/v1/faces`, { method: 'POST', body, headers });
      expect(response.status).to.equal('MAX_PIXELS' in limit ? 413 : 200);
      expect(await service.stop()).to.equal(0);
    });
  }

  it('has the metrics on the loopback address, or on another', async function () {
    needWeights(this);
    for (const [environment, local] of [
      [{}, '0100007F'],
      [{ METRICS_HOST: '127.0.0.2' }, '0200007F'],
      [{ METRICS_HOST: '*' }, '00000000'],
    ] as const) {
      const service = await startService({ WORKERS: '1', HOST: '0.0.0.0', ...environment });
      const port = Number(new URL(service.metrics).port);
      // Listening sockets of IPv4 and IPv6, by their hexadecimal address and port.
      const tables = ['tcp', 'tcp6'].map((table) => readFileSync(`/proc/net/${table}`, 'utf8')).join('');
      const listening = new RegExp(`: ([0-9A-F]+):${port.toString(16).toUpperCase().padStart(4, '0')} \\S+ 0A `).exec(
        tables,
      );
      expect(listening?.[1]).to.match(new RegExp(`${local}$`));
      expect(await service.stop()).to.equal(0);
    }
  });

  it('answers the same with threads that share an image', async function () {
    needWeights(this);
    needCores(this, 2);
    const answers: string[] = [];
    for (const THREADS of ['1', '2']) {
      const service = await startService({ WORKERS: '1', THREADS });
      try {
        const response = await fetch(`${service.origin}/v1/faces`, {
          method: 'POST',
          body: new Uint8Array(standardPng()),
          headers,
        });
        answers.push(await response.text());
        expect(service.output()).to.include(`"threads":${THREADS}`);
      } finally {
        await service.stop();
      }
    }
    expect(JSON.parse(answers[0] as string).faces).to.have.length(4);
    expect(answers[1]).to.equal(answers[0]);
  });

  it('says that a port is in use', async function () {
    needWeights(this);
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { status, output } = await failToStart({ PORT_NUMBER: String(port) });
    other.close();
    expect(status).to.equal(1);
    expect(output).to.equal(`opencv-face-detector: port ${port} is in use: set PORT_NUMBER to another one\n`);
  });

  it('needs no name server', async function () {
    needWeights(this);
    const nameless = `
      import dns from 'node:dns';
      import { isIP } from 'node:net';
      const { lookup } = dns;
      dns.lookup = (name, ...rest) => {
        if (isIP(name)) return lookup(name, ...rest);
        rest.at(-1)(Object.assign(new Error('no name server'), { code: 'EAI_AGAIN' }));
      };`;
    const service = await startService({
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(nameless)}`,
    });
    expect((await fetch(`${service.origin}/readyz`)).status).to.equal(200);
    expect(await service.stop()).to.equal(0);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`answers what has come, then ends with 0, on ${signal}`, async function () {
      needWeights(this);
      const service = await startService();
      const body = new FormData();
      const large = await toSharp(drawFaces(2000, 1500, [{ x: 1000, y: 700, height: 400 }]))
        .png({ compressionLevel: 1 })
        .toBuffer();
      body.append('image', new Blob([new Uint8Array(large)]), 'a.png');
      const answer = fetch(`${service.origin}/face`, { method: 'POST', body });
      await sleep(150);
      const ended = service.stop(signal);
      service.process.kill(signal); // again, as npm does behind the terminal
      const response = await answer;
      expect(response.status).to.equal(200);
      expect(await response.text()).to.match(/^\{"face_1"/);
      expect(await ended).to.equal(0);
      expect(service.output()).to.match(new RegExp(`${signal}: draining`));
    });
  }

  describe('without weights', () => {
    let folder: string;
    before(() => {
      folder = packageFolder();
    });
    after(() => rmSync(folder, { recursive: true }));

    it('serves with the Haar cascade when no model was asked for, and says so loudly with the way out', async () => {
      const service = await startService({}, { folder });
      const body = new FormData();
      body.append('image', new Blob([new Uint8Array(standardPng())]), 'a.png');
      const response = await fetch(`${service.origin}/face`, { method: 'POST', body });
      expect(response.headers.get('x-face-model')).to.equal('haar');
      expect(Object.keys((await response.json()) as object).length).to.be.above(0);
      const { models } = (await (await fetch(`${service.origin}/v1/models`)).json()) as { models: object[] };
      expect(models).to.have.length(1);
      expect(models[0]).to.include({ name: 'haar', isDefault: true, standsInFor: 'mtcnn' });
      expect(await service.stop()).to.equal(0);
      expect(service.output()).to.match(/WARNING: weights mtcnn\/det1.onnx: not there.*models fetch/);
      expect(service.output()).to.match(/WARNING: serving with OpenCV's Haar cascade instead/);
    });

    it('does not start when mtcnn was asked for, and names what is missing', async () => {
      const { status, output } = await failToStart({ FACE_DETECTION_MODEL: 'MTCNNTorchFaceDetector' }, { folder });
      expect(status).to.equal(1);
      expect(output).to.match(
        /^opencv-face-detector: weights mtcnn\/det1.onnx: not there. Fetch them: npx opencv-face-detector models fetch mtcnn\n$/,
      );
    });
  });
});
