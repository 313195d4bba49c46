import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { serveMetrics } from '#dist/service/primary/metrics-server.js';
import { MetricsSum } from '#dist/service/primary/metrics-sum.js';
import { openWire, type Wire } from '../../fixtures/http.mjs';

const setting = { metricsPort: 0, metricsHost: '127.0.0.1' };

describe('the port of the metrics', () => {
  let server: Server | undefined;
  const logged: string[] = [];
  const write = (...[, text]: unknown[]) => void logged.push(String(text));
  const log = { error: write, warn: write };
  const get = (path: string) => fetch(`http://127.0.0.1:${(server?.address() as AddressInfo).port}${path}`);
  afterEach(async () => {
    server?.close().closeAllConnections();
    if (server?.listening) await once(server, 'close');
    logged.length = 0;
  });

  it('has them at /metrics, in the text format of Prometheus, and nothing else', async () => {
    server = await serveMetrics(new MetricsSum(() => 2), setting, log);
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).to.match(/^face_detector_ready_workers 2$/m);
    expect((await get('/')).status).to.equal(404);
    expect((await get('/metrics/')).status).to.equal(404);
  });

  // 400 requests without an end took the primary's last descriptors, so that it could not start a worker.
  it('has room for 32 connections, closes those that take their time, and answers again', async () => {
    server = await serveMetrics(new MetricsSum(() => 2), setting, log);
    const { port } = server.address() as AddressInfo;
    const wires: Wire[] = [];
    for (let i = 0; i < 40; i++) wires.push(await openWire(`http://127.0.0.1:${port}`));
    for (const [i, { socket }] of wires.entries())
      socket.write(
        i % 2 === 0
          ? 'GET /metrics HTTP/1.1\r\nHost: x\r\n' // and no end
          : 'GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n',
      );
    await Promise.all(wires.slice(32).map(({ closed }) => closed));
    expect(logged[0]).to.equal('too many connections: new ones are closed');
    expect(wires.filter(({ socket }) => !socket.destroyed)).to.have.length(32);
    const drops = wires.map(({ socket }) => setInterval(() => socket.write('x'), 100));
    await Promise.all(wires.map(({ closed }) => closed));
    for (const drop of drops) clearInterval(drop);
    expect((await get('/metrics')).status).to.equal(200);
  });

  // The handler was an async function that nobody waited for: its rejection ended the primary, and with it every worker.
  it('answers a scrape that fails with 500, and goes on', async () => {
    let scrapes = 0;
    const text = async () => {
      scrapes += 1;
      if (scrapes === 1) throw new Error('no sum');
      return 'a 1\n';
    };
    const metrics = { contentType: 'text/plain', text };
    server = await serveMetrics(metrics, setting, log);
    expect((await get('/metrics')).status).to.equal(500);
    expect(logged).to.deep.equal(['could not sum the metrics']);
    expect(await (await get('/metrics')).text()).to.equal('a 1\n');
  });
});
