import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Detection } from '#dist/library/detection.js';
import { readConfig } from '#dist/service/config.js';
import { Admission } from '#dist/service/http/admission.js';
import { createApp } from '#dist/service/http/app.js';
import { SearchWatch } from '#dist/service/http/search-watch.js';
import type { Service } from '#dist/service/http/service.js';
import { noTracing } from '#dist/service/http/tracing.js';
import { WorkerMetrics } from '#dist/service/http/worker-metrics.js';
import { eventually, filePart, formEnd, formType, openWire, postHead } from '../../../fixtures/http.mjs';

const face = {
  box: { x: 1.234, y: 2.345, width: 3.456, height: 4.567 },
  confidence: 0.987,
  landmarks: null,
};
/** Far more of an answer than sockets keep for a client that does not read: some 40 MB. */
const crowd = {
  model: 'mtcnn',
  image: { width: 1, height: 1 },
  faces: Array(400_000).fill(face),
  timings: { total: 1 },
};

describe('POST /v1/batch', () => {
  const logged: { code?: string }[] = [];
  const config = readConfig({ BODY_TIMEOUT_MS: '1000' });
  const admission = new Admission({ ...config, queueLimit: 1 }, () => 0);
  let server: Server;
  let origin: string;
  before(async () => {
    const service = {
      config,
      detector: { model: 'mtcnn', models: [], detect: async () => crowd as unknown as Detection },
      rules: {},
      admission,
      metrics: new WorkerMetrics(
        () => 0,
        () => 0,
        ['mtcnn'],
      ),
      tracing: noTracing,
      probe: () => ({ width: 1, height: 1, peakBytesWithAlpha: 4 }),
      watch: new SearchWatch(() => undefined),
      log: { info: (line: object) => void logged.push(line), error: () => undefined },
      readiness: () => ({ isReady: true }),
      draining: new AbortController().signal,
    } as unknown as Service;
    server = createServer(createApp(service)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  it('gives up a client that does not read its answer, and its place is free again', async () => {
    const wire = await openWire(origin);
    wire.socket.pause();
    const body = Buffer.concat([filePart('an image'), filePart('another'), formEnd]);
    wire.socket.write(postHead('/v1/batch', { 'Content-Type': formType, 'Content-Length': body.length }));
    wire.socket.write(body);
    await eventually('the end is logged', () => logged.length > 0);
    expect(logged.map(({ code }) => code)).to.deep.equal(['ABORTED']);
    wire.socket.resume();
    await wire.closed;
    expect(wire.received()).to.match(/^HTTP\/1.1 200 OK/);
    expect(wire.received()).to.not.match(/"index":1/);
  });
});
