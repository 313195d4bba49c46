import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { connectionLimit, limitConnections } from '#dist/service/connection-limit.js';
import { eventually, openWire, type Wire } from '../fixtures/http.mjs';

describe('the limit of connections', () => {
  let server: Server;
  let warnings: object[];
  beforeEach(async () => {
    warnings = [];
    server = createServer((socket) => void socket.resume()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    limitConnections(server, { warn: (facts: object) => void warnings.push(facts) }, 2);
  });
  afterEach(() => {
    for (const { socket } of wires.splice(0)) socket.destroy();
    server.close();
  });

  const wires: Wire[] = [];
  async function open(): Promise<Wire> {
    const wire = await openWire(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    wires.push(wire);
    return wire;
  }

  it('leaves descriptors for other work, and some for connections', () => {
    expect([1_048_576, 1024, 70, 0].map((descriptors) => connectionLimit(descriptors))).to.deep.equal([
      1_048_512, 960, 16, 16,
    ]);
    expect(connectionLimit()).to.be.above(0); // of this process
  });

  it('closes those beyond it, says so once, and takes others when one has left', async () => {
    const [first] = [await open(), await open()];
    for (let i = 0; i < 5; i++) await (await open()).closed;
    expect(warnings).to.deep.equal([{ limit: 2, closed: 1 }]);
    first.socket.destroy();
    await eventually('another is taken', async () => {
      const wire = await open();
      const isTaken = await Promise.race([
        wire.closed.then(() => false),
        new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 200)),
      ]);
      wire.socket.destroy();
      return isTaken;
    });
  });
});
