import { createReadStream, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { FaceDetector, FaceTracker, type FilmSource, type TrackedFrame, type TrackOptions } from 'opencv-face-detector';
import { needWeights } from '../../fixtures/available.mjs';
import { drawFaces, type Picture } from '../../fixtures/drawn-faces.mjs';
import { needFfmpeg, walking, writeFilm, writeGrowingFilm } from '../../fixtures/film-files.mjs';
import { rejection } from '../../fixtures/rejection.mjs';

describe('FaceTracker', () => {
  let detector: FaceDetector;
  before(async function () {
    needWeights(this);
    detector = await FaceDetector.create();
  });
  after(() => detector?.close());

  async function track(tracker: FaceTracker, source: FilmSource, options?: TrackOptions): Promise<TrackedFrame[]> {
    const frames: TrackedFrame[] = [];
    for await (const frame of tracker.track(source, options)) frames.push(frame);
    return frames;
  }
  const own = (pictures: readonly Picture[]) => Readable.from(pictures);

  function expectOneFace(frames: readonly TrackedFrame[]): void {
    expect(frames).to.have.length(20);
    for (const [i, { time, width, height, faces }] of frames.entries()) {
      expect({ time, width, height }).to.deep.equal({ time: i / 25, width: 320, height: 240 });
      expect(faces.map(({ id }) => id)).to.deep.equal([1]);
      const { x = 0, width: wide = 0 } = faces[0]?.box ?? {};
      expect(x + wide / 2).to.be.closeTo(80 + 6 * i, 12);
    }
  }

  it("follows a face through the caller's own pictures", async () => {
    const frames = await track(new FaceTracker(detector, { minFaceSize: 40 }), own(walking(20)));
    expectOneFace(frames);
    for (const { faces, isSearched } of frames) {
      expect(isSearched).to.equal(true);
      expect(faces[0]?.isPredicted).to.equal(faces[0]?.found === undefined);
    }
  });

  it('searches every n-th frame only, and predicts the others', async () => {
    const frames = await track(new FaceTracker(detector, { minFaceSize: 40, searchEvery: 3 }), own(walking(20)));
    expectOneFace(frames);
    expect(frames.map(({ isSearched }) => isSearched)).to.deep.equal(frames.map((_, i) => i % 3 === 0));
  });

  it('searches where the picture changes, and each second', async () => {
    const still = drawFaces(320, 240, [{ x: 80, y: 120, height: 90 }]);
    const moved = walking(8)[7] as Picture;
    const pictures = [...Array<Picture>(30).fill(still), ...Array<Picture>(5).fill(moved)];
    const frames = await track(new FaceTracker(detector, { minFaceSize: 40, searchEvery: 'change' }), own(pictures));
    const searched = frames.flatMap(({ isSearched }, i) => (isSearched ? [i] : []));
    expect(searched).to.deep.equal([0, 25, 30]);
  });

  it('sees cuts, over which no face keeps its number', async () => {
    const bright = drawFaces(320, 240, [{ x: 80, y: 120, height: 90 }]);
    const dark = { ...bright, data: bright.data.map((value) => (value > 127 ? value - 100 : value + 100)) };
    const frames = await track(new FaceTracker(detector, { minFaceSize: 40 }), own([bright, bright, dark, bright]));
    expect(frames.map(({ isCut }) => isCut)).to.deep.equal([false, false, true, true]);
    expect(frames[3]?.faces[0]?.id).not.to.equal(frames[0]?.faces[0]?.id);
  });

  it('refuses wrong options and pictures', async () => {
    for (const options of [{ searchEvery: 0 }, { searchEvery: 'never' }, { maxGap: 11 }, { maxGap: Number.NaN }])
      expect(() => new FaceTracker(detector, options as object))
        .to.throw()
        .with.property('code', 'INVALID_OPTION');
    const wrong = Readable.from([{ data: new Uint8Array(3), width: 2, height: 2, channels: 3, order: 'rgb' }]);
    expect(await rejection(track(new FaceTracker(detector), wrong))).to.have.property('code', 'INVALID_OPTION');
    const noSignal = await rejection(track(new FaceTracker(detector), own([]), { signal: {} as AbortSignal }));
    expect(noSignal).to.have.property('code', 'INVALID_OPTION');
    const early = await rejection(track(new FaceTracker(detector), own([]), { stallTimeout: 0 }));
    expect(early).to.have.property('code', 'INVALID_OPTION');
    const unknown = new FaceTracker(detector, { minFaceSize: 1 });
    expect(await rejection(track(unknown, own(walking(1))))).to.have.property('code', 'INVALID_OPTION');
  });

  it('ends with the reason of a signal', async () => {
    const controller = new AbortController();
    const endless = (async function* () {
      const [picture] = walking(1);
      for (let i = 0; ; i++) {
        if (i === 5) controller.abort(new Error('enough'));
        yield picture as Picture;
      }
    })();
    const reason = await rejection(track(new FaceTracker(detector), endless, { signal: controller.signal }));
    expect(reason).to.have.property('message', 'enough');
  });

  describe('reads by ffmpeg', () => {
    let folder: string;
    const file = (name: string) => path.join(folder, name);
    before(function () {
      needFfmpeg(this);
      folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
      writeFilm(file('walk.mp4'), walking(20), '-movflags', '+faststart');
      writeFilm(file('walk.mkv'), walking(20), '-g', '5', '-cluster_time_limit', '200'); // in parts, to be cut between
    });
    after(() => folder && rmSync(folder, { recursive: true }));
    const tracker = () => new FaceTracker(detector, { minFaceSize: 40 });

    it('a file, a stream, and one that stands in between', async () => {
      expectOneFace(await track(tracker(), file('walk.mp4')));
      expectOneFace(await track(tracker(), file('walk.mkv')));
      expectOneFace(await track(tracker(), createReadStream(file('walk.mp4'))));
      expectOneFace(await track(tracker(), new Blob([readFileSync(file('walk.mp4'))]).stream()));
    });

    it('no more than the loop takes', async () => {
      let count = 0;
      for await (const _ of tracker().track(file('walk.mp4'))) if (++count === 3) break;
      expect(count).to.equal(3); // and ffmpeg has ended: the test would hang otherwise
    });

    it('the newest picture of a live source, and counts the others', async () => {
      const frames: TrackedFrame[] = [];
      for await (const frame of tracker().track(file('walk.mp4'), { isLive: true })) {
        frames.push(frame);
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      const dropped = frames.at(-1)?.dropped ?? 0;
      expect(dropped).to.be.above(0);
      expect(frames.length + dropped).to.be.at.most(20);
      expect(frames.at(-1)?.time).to.equal(19 / 25);
    });

    it('what is there of a damaged film, and says so', async () => {
      const bytes = readFileSync(file('walk.mkv'));
      writeFileSync(file('short.mkv'), bytes.subarray(0, 0.8 * bytes.length));
      const damage: string[] = [];
      const frames = await track(tracker(), file('short.mkv'), { onDamage: (messages) => damage.push(...messages) });
      expect(frames.length).to.be.within(1, 20);
      expect(damage).not.to.deep.equal([]);
    });

    // Pictures after the change were cut at the wrong places, and most of them lost without a word.
    it('a film that goes on in another size', async () => {
      writeGrowingFilm(file('grows.ts'), walking(10));
      const frames = await track(tracker(), file('grows.ts'));
      const sizes = frames.map(({ width, height }) => `${width}x${height}`);
      expect(sizes).to.deep.equal([...Array<string>(10).fill('320x240'), ...Array<string>(10).fill('640x480')]);
      for (const [i, { faces }] of frames.entries()) {
        const { x = 0, width = 0 } = faces.at(-1)?.found ?? {};
        expect((x + width / 2) / (i < 10 ? 1 : 2), `${i}`).to.be.closeTo(80 + 6 * (i % 10), 12);
      }
    });

    it('nothing that is no film, with the reason', async () => {
      writeFileSync(file('text.mp4'), 'no film at all');
      writeFileSync(file('list.m3u8'), `#EXTM3U\n#EXTINF:1,\n${file('walk.mp4')}\n#EXT-X-ENDLIST\n`);
      writeFilm(file('cut.mp4'), walking(20));
      truncateSync(file('cut.mp4'), 2000);
      for (const name of ['text.mp4', 'list.m3u8', 'cut.mp4', 'missing.mp4']) {
        const error = await rejection(track(tracker(), file(name)));
        expect(error, name).to.have.property('code', 'FILM_UNREADABLE');
      }
    });

    it('a source that stalls no longer than asked', async () => {
      const silent = new Readable({ read: () => undefined });
      const error = await rejection(track(tracker(), silent, { stallTimeout: 1 }));
      expect(error).to.have.property('code', 'FILM_STALLED');
      expect(silent.destroyed).to.equal(true);
    });

    it('nothing where it is not installed, and says how to install it', async () => {
      const { FFMPEG_PATH: before } = process.env;
      process.env['FFMPEG_PATH'] = file('no-ffmpeg');
      try {
        const error = await rejection(track(tracker(), file('walk.mp4')));
        expect(error).to.deep.include({ code: 'FFMPEG_MISSING' });
        expect((error as Error).message).to.contain('apt-get install -y ffmpeg');
      } finally {
        if (before === undefined) delete process.env['FFMPEG_PATH'];
        else process.env['FFMPEG_PATH'] = before;
      }
    });
  });
});
