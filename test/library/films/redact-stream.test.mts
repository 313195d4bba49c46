import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import {
  FaceDetector,
  type FilmProgress,
  type RedactFilmOptions,
  type RedactSource,
  redactFilm,
} from 'opencv-face-detector';
import { needWeights } from '../../fixtures/available.mjs';
import {
  brightness,
  needFfmpeg,
  streams,
  timesOf,
  walking,
  writeFilm,
  writeGrowingFilm,
  writeHdrFilm,
} from '../../fixtures/film-files.mjs';
import { rejection } from '../../fixtures/rejection.mjs';

const frames = 40;

describe('redactFilm of a stream', () => {
  let detector: FaceDetector;
  let folder: string;
  const file = (name: string) => path.join(folder, name);
  before(async function () {
    needWeights(this);
    needFfmpeg(this);
    detector = await FaceDetector.create();
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    const uneven = ['-vf', "select='lt(n,20)+not(mod(n,4))'", '-fps_mode', 'vfr', '-movflags', '+faststart'];
    writeFilm(file('walk.mp4'), walking(frames), '-movflags', '+faststart');
    writeFilm(file('uneven.mp4'), walking(frames), ...uneven);
  });
  after(async () => {
    await detector?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  const redact = (from: RedactSource, to: string, options: RedactFilmOptions = {}) =>
    redactFilm(detector, from, file(to), { minFaceSize: 40, mode: 'fill', ...options });
  const read = (name: string) => createReadStream(file(name));
  /** Brightness of the place of the face in each picture. */
  const faceIn = (name: string, first = 0) =>
    brightness(file(name)).map((picture, i) => picture[120 * 320 + Math.min(80 + 6 * (first + i), 319)] as number);

  it('hides the face in every picture, and leaves the rest and the times as they were', async () => {
    for (const name of ['walk.mp4', 'uneven.mp4']) {
      const progress: FilmProgress[] = [];
      const onProgress = (step: FilmProgress) => progress.push({ ...step });
      const made = await redact(read(name), `hidden-${name}`, { onProgress });
      const times = timesOf(file(name));
      expect(made).to.deep.include({ frames: times.length, faces: 1, moments: [], damage: [] });
      expect(progress.map(({ step, frames: done }) => [step, done])).to.deep.equal(
        times.map((_, i) => ['write', i + 1]),
      );
      expect(timesOf(file(`hidden-${name}`))).to.deep.equal(times);
      const [before, after] = [brightness(file(name)), brightness(file(`hidden-${name}`))];
      for (const [i, picture] of after.entries())
        expect(picture[5 * 320 + 5]).to.be.closeTo(before[i]?.[5 * 320 + 5] as number, 6);
    }
    expect(Math.max(...faceIn('hidden-walk.mp4').slice(0, 38))).to.be.below(24);
    expect(Math.max(...faceIn('walk.mp4').slice(0, 38))).to.be.above(60);
  });

  it('hides a face that is not searched in most pictures', async () => {
    await redact(read('walk.mp4'), 'third.mp4', { searchEvery: 3, lookAhead: 0.3 });
    expect(Math.max(...faceIn('third.mp4').slice(0, 38))).to.be.below(24);
  });

  it('takes bytes however they are iterated', async () => {
    const bytes = readFileSync(file('walk.mp4'));
    async function* pieces() {
      for (let i = 0; i < bytes.length; i += 1000) yield bytes.subarray(i, i + 1000);
    }
    expect(await redact(pieces(), 'pieces.mp4')).to.include({ frames });
  });

  it('says of its colours what the stream said, and of pixels that are not square', async () => {
    const said = { color_space: 'bt709', color_transfer: 'smpte170m', color_primaries: 'bt470bg' };
    const parameters = 'setparams=range=tv:colorspace=bt709:color_trc=smpte170m:color_primaries=bt470bg,setsar=4/3';
    writeFilm(file('colours.mkv'), walking(3), '-vf', `scale=out_color_matrix=bt709,${parameters}`);
    await redact(read('colours.mkv'), 'same.mp4');
    expect(streams(file('same.mp4'))[0]).to.include({ ...said, color_range: 'tv', sample_aspect_ratio: '4:3' });
  });

  it('ends a camera where it is told to, with what has come until then', async () => {
    const port = await freeUdpPort();
    const sender = sendLive(file('walk.mp4'), port);
    try {
      const until = new AbortController();
      const onProgress = ({ frames: done }: FilmProgress) => done === 10 && until.abort(new Error('enough'));
      const made = await redact(`udp://127.0.0.1:${port}`, 'live.mp4', { until: until.signal, onProgress });
      expect(made.frames).to.be.at.least(10);
      expect(timesOf(file('live.mp4'))).to.have.length(made.frames);
    } finally {
      sender.kill('SIGKILL');
      await once(sender, 'close');
    }
  });

  it('keeps what a camera has shown until it fails', async () => {
    const port = await freeUdpPort();
    const sender = sendLive(file('walk.mp4'), port);
    const onProgress = ({ frames: done }: FilmProgress) => done === 5 && sender.kill('SIGKILL');
    const made = await redact(`udp://127.0.0.1:${port}`, 'failed.mp4', { stallTimeout: 8, onProgress });
    expect(made.damage).to.include('no picture has come for 8 s');
    expect(timesOf(file('failed.mp4'))).to.have.length(made.frames);
  });

  it('leaves nothing half written', async () => {
    writeHdrFilm(file('hdr.mkv'));
    const stop = new AbortController();
    const onProgress = ({ frames: done }: FilmProgress) => done === 5 && stop.abort(new Error('stopped'));
    const ended = async (
      property: 'code' | 'message',
      value: string,
      from: RedactSource,
      options: RedactFilmOptions = {},
    ) => expect(await rejection(redact(from, 'film.mp4', options))).to.have.property(property, value);
    await ended('code', 'UNSUPPORTED_FORMAT', read('hdr.mkv'));
    writeGrowingFilm(file('grows.ts'), walking(5));
    await ended('code', 'UNSUPPORTED_FORMAT', read('grows.ts'));
    await ended('code', 'FILM_UNREADABLE', createReadStream(process.execPath, { end: 10_000 }));
    await ended('code', 'INVALID_OPTION', read('walk.mp4'), { lookAhead: 0 });
    await ended('code', 'INVALID_OPTION', read('walk.mp4'), { stallTimeout: 0 });
    await ended('code', 'INVALID_OPTION', read('walk.mp4'), { until: 'never' as never });
    await ended('code', 'INVALID_OPTION', read('walk.mp4'), { regions: [{ x: 400, y: 0, width: 9, height: 9 }] });
    await ended('code', 'FILM_UNREADABLE', read('walk.mp4'), { until: AbortSignal.abort() });
    await ended('message', 'stopped', read('walk.mp4'), { signal: stop.signal, onProgress });
    expect(readdirSync(folder).filter((name) => name.startsWith('film.'))).to.deep.equal([]);
  });
});

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

/** A camera that shows the film again and again, at its own pace. */
function sendLive(film: string, port: number): ChildProcess {
  const args = ['-v', 'error', '-re', '-stream_loop', '-1', '-i', film, '-c:v', 'mpeg2video', '-q:v', '2', '-g', '5'];
  return spawn('ffmpeg', [...args, '-f', 'mpegts', `udp://127.0.0.1:${port}?pkt_size=1316`], { stdio: 'ignore' });
}
