import { expect } from 'chai';
import { needCores, needWeights } from '../fixtures/available.mjs';
import { drawFaces, toSharp } from '../fixtures/drawn-faces.mjs';
import { type FrameClient, openStream, type StreamMessage } from '../fixtures/frame-client.mjs';
import { eventually, form } from '../fixtures/http.mjs';
import { isIdle, logLines, metric, type Service, startService, workerPids } from '../fixtures/service.mjs';
import { large, slow } from '../fixtures/slow-search.mjs';

/** Two who walk towards each other, as a camera's JPEGs; only one of them shows in the fifth. */
const frames = () =>
  Promise.all(
    Array.from({ length: 10 }, (_, i) => {
      const [left, right] = [
        { x: 110 + 6 * i, y: 170, height: 110 },
        { x: 520 - 6 * i, y: 240, height: 90 },
      ];
      const picture = drawFaces(640, 360, i === 4 ? [left] : [left, right]);
      return toSharp(picture).jpeg({ quality: 90 }).toBuffer();
    }),
  );

describe('/v1/stream of the service', () => {
  let service: Service;
  let pictures: Buffer[];
  before(async function () {
    needWeights(this);
    pictures = await frames();
  });
  afterEach(() => service?.stop());

  async function ask({ socket, next }: FrameClient, picture: Buffer): Promise<StreamMessage> {
    socket.send(picture);
    return next();
  }

  it('follows faces over the frames of each of several cameras, in two workers', async function () {
    needCores(this, 2);
    service = await startService({ WORKERS: '2' });
    const clients = await Promise.all([1, 2, 3].map(() => openStream(service.origin, '?minFaceSize=40')));
    await Promise.all(
      clients.map(async (client) => {
        const ids = new Map<number, number>();
        for (const [i, picture] of pictures.entries()) {
          const { index, width, height, faces = [], dropped } = await ask(client, picture);
          expect({ index, width, height, dropped }).to.deep.equal({ index: i, width: 640, height: 360, dropped: 0 });
          expect(faces.map(({ isPredicted }) => isPredicted).sort()).to.deep.equal([false, i === 4]);
          for (const { id, box } of faces) {
            const x = box.x + box.width / 2;
            expect(Math.abs(x - (ids.get(id) ?? x)), `face ${id} in frame ${i}`).to.be.below(20);
            ids.set(id, x);
          }
        }
        expect([...ids.keys()].sort()).to.deep.equal([1, 2]);
      }),
    );
    const junk = await ask(clients[0] as FrameClient, Buffer.from('no image'));
    expect(junk.error).to.include({ code: 'UNSUPPORTED_FORMAT', status: 415 });
    expect((await ask(clients[0] as FrameClient, pictures[0] as Buffer)).index).to.equal(11);
    await eventually('the metrics have come', async () => (await metric(service, 'face_detector_streams_open')) === 3);
    const answered = () => metric(service, 'face_detector_stream_frames_total', 'answered');
    await eventually('all frames are counted', async () => (await answered()) === 31);

    // SIGTERM, as each worker gets it when the service is reloaded as well.
    const workers = workerPids(service);
    expect(await service.stop()).to.equal(0);
    for (const { closed } of clients) expect(await closed).to.deep.equal([1001, 'SHUTTING_DOWN']);
    const lines = logLines(service, 'request').filter(({ path }) => path === '/v1/stream');
    expect(lines.map(({ frames: count, code }) => [count, code]).sort()).to.deep.equal([
      [10, 'SHUTTING_DOWN'],
      [10, 'SHUTTING_DOWN'],
      [12, 'SHUTTING_DOWN'],
    ]);
    expect(new Set(lines.map(({ pid }) => pid)).size).to.equal(workers.length);
  });

  it('lets a request in between, and stops the search of a client that leaves', async () => {
    service = await startService({ WORKERS: '1', ...slow });
    const client = await openStream(service.origin);
    client.socket.send(await large());
    await eventually('it is searched', async () => (await metric(service, 'face_detector_jobs_in_flight')) === 1);
    // A short search goes first; the long one goes on.
    const answer = await fetch(`${service.origin}/v1/faces?minFaceSize=40`, {
      method: 'POST',
      body: form(['image', pictures[0] as Buffer]),
    });
    expect(((await answer.json()) as StreamMessage).faces).to.have.length(2);
    client.socket.terminate();
    await eventually('nothing is searched', () => isIdle(service));
    expect((await ask(await openStream(service.origin), pictures[0] as Buffer)).faces).to.have.length(2);
  });
});
