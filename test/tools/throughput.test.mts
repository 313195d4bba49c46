import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { root } from '../fixtures/available.mjs';

interface Result {
  perSecond: number;
  outcomes: Record<string, number>;
}
const { measureThroughput } = (await import(path.join(root, 'tools', 'lib', 'throughput.mjs'))) as {
  measureThroughput(
    origin: string,
    image: Buffer,
    load: { connections: number; seconds: number; warmUpSeconds: number },
  ): { started: Promise<void>; result: Promise<Result> };
};

/** All bytes that there are, so that none is taken for text. */
const body = Buffer.from(Array.from({ length: 100_000 }, (_value, i) => (i * 7) % 256));

describe('the throughput of tools', () => {
  async function measure(status: (asked: number) => number) {
    let asked = 0;
    let wrong = 0;
    const receive = async (request: IncomingMessage) => {
      const isRight = request.method === 'POST' && request.url === '/v1/faces' && body.equals(await buffer(request));
      if (!isRight) wrong++;
    };
    const server = createServer((request, response) => {
      void receive(request).then(
        () => response.writeHead(status(asked++)).end('{}'),
        () => undefined, // cut off at the end of the run
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const load = { connections: 2, seconds: 1, warmUpSeconds: 1 };
      const { started, result } = measureThroughput(`http://127.0.0.1:${port}`, body, load);
      await started;
      return { ...(await result), wrong };
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  it('is that of whole bodies, byte by byte', async () => {
    const { perSecond, outcomes, wrong } = await measure(() => 200);
    expect(wrong).to.equal(0);
    expect(Object.keys(outcomes)).to.deep.equal(['200']);
    expect(perSecond).to.be.above(0);
  });

  it('counts other answers apart', async () => {
    const { perSecond, outcomes } = await measure((asked) => (asked % 2 === 0 ? 200 : 503));
    expect(Object.keys(outcomes)).to.deep.equal(['200', '503']);
    expect(outcomes['200']).to.be.closeTo(outcomes['503'] ?? 0, 5);
    expect(perSecond).to.be.below((outcomes['200'] ?? 0) + 1); // of a second or a little more
  });
});
