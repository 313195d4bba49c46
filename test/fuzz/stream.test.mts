import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { root } from '../fixtures/available.mjs';
import { openStream } from '../fixtures/frame-client.mjs';
import { eventually, openWire } from '../fixtures/http.mjs';
import { isIdle, metric, type Service, startService, workerPids } from '../fixtures/service.mjs';
import { type Changes, changed, changes } from './changes.mjs';
import { hold } from './hold.mjs';
import { imageFiles } from './image-files.mjs';

const { frameOf } = (await import(path.join(root, 'tools', 'lib', 'attackers', 'wire.mjs'))) as {
  frameOf(payload: Buffer, opcode?: number): Buffer;
};

const files = Object.values(await imageFiles());
const webSocket =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';

/** What goes through one connection: frames, of which some are no images, and the protocol around them, changed more seldom. */
const streams = fc.record({
  query: fc.constantFrom('', '?maxGap=10&minFaceSize=12', '?maxGap=-1', '?x=%ff'),
  frames: fc.array(
    fc.record({
      file: fc.nat(files.length - 1),
      inImage: changes,
      opcode: fc.constantFrom(2, 2, 2, 2, 1, 8, 9, 10, 0, 3),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  around: fc.oneof({ weight: 3, arbitrary: fc.constant<Changes>([]) }, changes),
});

describe('fuzzing: streams', () => {
  let service: Service;
  let workers: number[];
  before(async () => {
    service = await startService({ WORKERS: '1', BODY_TIMEOUT_MS: '2000' });
    workers = workerPids(service);
  });
  after(() => service.stop());

  it('go on or end, whatever comes, and the service lives on', () =>
    hold(
      fc.asyncProperty(streams, async ({ query, frames, around }) => {
        const wire = await openWire(service.origin);
        const sent = frames.map(({ file, inImage, opcode }) => {
          const image = changed(files[file] ?? Buffer.alloc(0), inImage);
          return frameOf(opcode >= 8 ? image.subarray(0, 125) : image, opcode);
        });
        const head = `GET /v1/stream${query} HTTP/1.1\r\nHost: test\r\n${webSocket}\r\n`;
        wire.socket.write(changed(Buffer.concat([Buffer.from(head), ...sent]), around));
        await Promise.race([wire.closed, sleep(60)]);
        wire.socket.destroy();
        const answer = wire.received();
        expect(answer === '' || /^HTTP\/1\.1 (101|400|404|405|408|426|431|503) /.test(answer), answer).to.equal(true);
        expect(workerPids(service)).to.deep.equal(workers);
      }),
      100,
    ));

  it('leave nothing behind', async () => {
    await eventually('all are closed', async () => (await metric(service, 'face_detector_streams_open')) === 0);
    await eventually('nothing is searched', () => isIdle(service));
    const client = await openStream(service.origin);
    client.socket.send(files[0] ?? Buffer.alloc(0));
    expect((await client.next()).index).to.equal(0);
    client.socket.close();
    await client.closed;
  });
});
