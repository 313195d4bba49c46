import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { needCores, root, skip } from '../fixtures/available.mjs';
import { standardPng } from '../fixtures/drawn-faces.mjs';
import { eventually, form } from '../fixtures/http.mjs';
import { packageFolder } from '../fixtures/package-folder.mjs';
import { samplesIn } from '../fixtures/samples.mjs';
import { type Service, startService, workerPids } from '../fixtures/service.mjs';

interface Collected {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
}

describe('tracing by OpenTelemetry', () => {
  const document = path.join(root, 'docs', 'OPERATIONS.md');
  let folder: string;
  let service: Service | undefined;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
  });
  afterEach(async () => {
    await service?.stop();
    service = undefined;
    rmSync(folder, { recursive: true });
  });

  describe('with a collector', () => {
    const bodies: string[] = [];
    let collector: Server;
    before(async () => {
      collector = createServer((request, response) => {
        void text(request).then((body) => {
          bodies.push(body);
          response.setHeader('Content-Type', 'application/json').end('{}');
        });
      }).listen(0, '127.0.0.1');
      await once(collector, 'listening');
    });
    after(() => {
      collector.close();
      collector.closeAllConnections();
    });

    it('is set up in every worker as the document says, and loses no span when the service stops', async function () {
      needCores(this, 2);
      if (!existsSync(document)) skip(this, 'docs/ is not here');
      const [sample] = samplesIn(document).filter((one) => one.text.startsWith('// tracing.mjs'));
      writeFileSync(path.join(folder, 'tracing.mjs'), sample?.text ?? '');
      symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
      const { port } = collector.address() as AddressInfo;
      service = await startService({
        WORKERS: '2',
        FACE_DETECTION_MODEL: 'haar',
        NODE_OPTIONS: `--import ${path.join(folder, 'tracing.mjs')}`,
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      });
      expect(workerPids(service)).to.have.length(2);
      const parents = ['b7ad6b7169203331', 'b7ad6b7169203332', 'b7ad6b7169203333', 'b7ad6b7169203334'];
      const traceId = '0af7651916cd43dd8448eb211c80319c';
      for (const parent of parents) {
        const response = await fetch(`${service.origin}/v1/redact`, {
          method: 'POST',
          body: form(['image', standardPng(), 'holiday.png']),
          headers: { traceparent: `00-${traceId}-${parent}-01`, Connection: 'close' },
        });
        expect(response.status).to.equal(200);
        await response.arrayBuffer();
      }
      expect(await service.stop()).to.equal(0);

      // What a worker sent last may still be on its way.
      await eventually('all are collected', () => parents.every((parent) => bodies.join('').includes(parent)));
      const all = bodies.join('');
      expect(all).to.not.include('holiday');
      expect(all).to.include('"stringValue":"faces"');
      const processes = bodies.map((body) => JSON.parse(body) as { resourceSpans: object[] });
      expect(processes.length).to.be.at.least(2);
      const collected = processes
        .flatMap(({ resourceSpans }) => resourceSpans as { scopeSpans: { spans: Collected[] }[] }[])
        .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
      const roots = collected.filter(({ name }) => name === 'POST /v1/redact');
      expect(roots.map(({ parentSpanId }) => parentSpanId)).to.have.members(parents);
      for (const { spanId } of roots) {
        const children = collected.filter(({ parentSpanId }) => parentSpanId === spanId);
        expect(children.map(({ name }) => name)).to.have.members(['receive', 'search']);
        const search = children.find(({ name }) => name === 'search')?.spanId;
        const stages = collected.filter(({ parentSpanId }) => parentSpanId === search).map(({ name }) => name);
        expect(stages).to.include.members(['queue', 'decode', 'render', 'encode']);
        for (const child of children) expect(child.traceId).to.equal(traceId);
      }
    });
  });

  it('needs no package: without it the service answers, and says nothing of it', async () => {
    const installed = packageFolder(['package.json', 'build']);
    try {
      mkdirSync(path.join(installed, 'node_modules'));
      expect(() => createRequire(path.join(installed, 'dist', 'cli.js')).resolve('@opentelemetry/api')).to.throw();
      service = await startService({ WORKERS: '1', NODE_PATH: '' }, { folder: installed });
      const { status } = await fetch(`${service.origin}/face`, {
        method: 'POST',
        body: form(['image', standardPng()]),
        headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      });
      expect(status).to.equal(200);
      expect(await service.stop()).to.equal(0);
      expect(service.output()).to.not.match(/telemetry|tracing/i);
    } finally {
      rmSync(installed, { recursive: true });
    }
  });

  it('is by an optional peer', async () => {
    const { default: manifest } = await import(path.join(root, 'package.json'), { with: { type: 'json' } });
    expect(manifest.peerDependenciesMeta['@opentelemetry/api']).to.deep.equal({ optional: true });
  });
});
