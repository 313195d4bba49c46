import { once } from 'node:events';
import net from 'node:net';
import { setImmediate as tick } from 'node:timers/promises';
import { expect } from 'chai';
import { watchSharedPort } from '#dist/service/primary/shared-port.js';

const block = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe('the shared port', () => {
  const create = net.createServer;
  afterEach(() => {
    net.createServer = create;
  });

  // It gave itself 200 ms to accept what was waiting; a busy machine had not let it run for as long, and up to twelve were reset.
  it('is closed when all that waited are accepted, however long the process was held up', async () => {
    const close = watchSharedPort(() => 0);
    let isHeldUp = false;
    let accepted = 0;
    const server = net.createServer((socket) => {
      accepted += 1;
      if (isHeldUp) block(300);
      isHeldUp = false;
      socket.end('served');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const clients = Array.from({ length: 20 }, () => net.connect(port, '127.0.0.1'));
    await tick(); // they are connected, and hardly one of them is accepted
    isHeldUp = true;
    await close();
    const answers = await Promise.all(
      clients.map(async (client) => {
        const chunks: Buffer[] = [];
        for await (const chunk of client) chunks.push(chunk as Buffer);
        return Buffer.concat(chunks).toString();
      }),
    );
    expect(answers).to.deep.equal(Array(20).fill('served'));
    expect(accepted).to.equal(20);
    const [error] = (await once(net.connect(port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNREFUSED');
  });

  it('is closed in the end although clients never stop coming', async () => {
    const close = watchSharedPort(() => 0);
    let port = 0;
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined).end();
      net.connect(port, '127.0.0.1').on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as net.AddressInfo);
    for (let i = 0; i < 8; i++) net.connect(port, '127.0.0.1').on('error', () => undefined);
    await close();
    const [error] = (await once(net.connect(port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNREFUSED');
  });
});
