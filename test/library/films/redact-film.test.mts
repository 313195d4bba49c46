import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { FaceDetector, type FilmProgress, type RedactFilmOptions, redactFilm } from 'opencv-face-detector';
import { needWeights } from '../../fixtures/available.mjs';
import {
  addSound,
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

const frames = 20;

describe('redactFilm', () => {
  let detector: FaceDetector;
  let folder: string;
  const file = (name: string) => path.join(folder, name);
  before(async function () {
    needWeights(this);
    needFfmpeg(this);
    detector = await FaceDetector.create();
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    writeFilm(file('walk.mp4'), walking(frames));
    addSound(file('walk.mp4'), file('sound.mp4'));
  });
  after(async () => {
    await detector?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  const redact = (from: string, to: string, options: RedactFilmOptions = {}) =>
    redactFilm(detector, file(from), file(to), { minFaceSize: 40, mode: 'fill', ...options });

  /** Brightness at a point of each picture. */
  const at = (pictures: readonly Buffer[], x: (i: number) => number, y: number, width = 320) =>
    pictures.map((picture, i) => picture[y * width + x(i)] as number);

  // The faces after the change stayed visible.
  it('refuses a film that goes on in another size, and says how to make it one', async () => {
    writeGrowingFilm(file('grows.ts'), walking(5));
    const error = await rejection(redact('grows.ts', 'grown.mp4'));
    expect(error).to.have.property('code', 'UNSUPPORTED_FORMAT');
    expect((error as Error).message)
      .to.contain('goes on in 640 x 480 at 0.20 s')
      .and.contain('scale=320:240');
    expect(readdirSync(folder).filter((name) => name.startsWith('grown'))).to.deep.equal([]);
  });

  it('hides the face in every picture, and leaves the rest as it was', async () => {
    const progress: FilmProgress[] = [];
    const made = await redact('walk.mp4', 'hidden.mp4', { onProgress: (step) => progress.push({ ...step }) });
    expect(made).to.deep.include({ frames, faces: 1, moments: [], damage: [] });
    expect(progress.filter(({ step }) => step === 'write').map(({ frames: done }) => done)).to.deep.equal(
      Array.from({ length: frames }, (_, i) => i + 1),
    );
    const [before, after] = [brightness(file('walk.mp4')), brightness(file('hidden.mp4'))];
    expect(after).to.have.length(frames);
    const skin = [
      [-18, 12],
      [18, 12],
      [0, 10],
      [0, -20],
    ] as const;
    for (const [x, y] of skin) {
      expect(Math.max(...at(after, (i) => 80 + 6 * i + x, 120 + y))).to.be.below(24);
      expect(Math.max(...at(before, (i) => 80 + 6 * i + x, 120 + y))).to.be.above(60);
    }
    for (const [x, y] of [
      [5, 5],
      [310, 10],
      [160, 235],
    ] as const) {
      const [was, is] = [at(before, () => x, y), at(after, () => x, y)];
      for (const [i, value] of was.entries()) expect(is[i]).to.be.closeTo(value, 6);
    }
  });

  it('hides a face that is not searched in most pictures', async () => {
    await redact('walk.mp4', 'third.mp4', { searchEvery: 3 });
    expect(Math.max(...at(brightness(file('third.mp4')), (i) => 80 + 6 * i, 120))).to.be.below(24);
  });

  it("hides the caller's regions as well", async () => {
    await redact('walk.mp4', 'region.mp4', { regions: [{ x: 260, y: 200, width: 40, height: 20 }] });
    const after = brightness(file('region.mp4'));
    expect(Math.max(...at(after, () => 280, 210))).to.be.below(24);
    expect(Math.min(...at(after, () => 250, 210))).to.be.above(24);
  });

  it('keeps the sound, without metadata, or drops it', async () => {
    await redact('sound.mp4', 'with.mp4');
    const codecs = (name: string) => streams(file(name)).map(({ codec_name }) => codec_name);
    expect(codecs('with.mp4')).to.deep.equal(['h264', 'aac']);
    expect(JSON.stringify(streams(file('with.mp4')))).not.to.contain('secret');
    await redact('sound.mp4', 'without.mp4', { keepsSound: false });
    expect(codecs('without.mp4')).to.deep.equal(['h264']);
    await redact('sound.mp4', 'other.webm');
    expect(codecs('other.webm')).to.deep.equal(['vp9', 'opus']);
  });

  it('keeps the time of each picture, however long each is shown', async () => {
    const every = ['-vf', "select='lt(n,6)+not(mod(n,4))'", '-fps_mode', 'vfr'];
    writeFilm(file('uneven.mp4'), walking(frames), ...every);
    writeFilm(file('uneven.mkv'), walking(frames), ...every);
    for (const name of ['uneven.mp4', 'uneven.mkv']) {
      await redact(name, `hidden-${name}`);
      const times = timesOf(file(name));
      expect(times.length).to.be.within(8, 12);
      expect(timesOf(file(`hidden-${name}`))).to.deep.equal(times);
    }
  });

  it('shows a film that was filmed upright as people see it', async () => {
    writeFilm(file('turned.mp4'), walking(frames), '-metadata:s:v', 'rotate=90');
    await redact('turned.mp4', 'upright.mp4', { mode: 'blur' });
    const [film] = streams(file('upright.mp4'));
    const isTurned = Number(streams(file('turned.mp4'))[0]?.['width']) === 320 && Number(film?.['width']) === 240;
    expect(isTurned || film?.['width']).to.be.oneOf([true, 320]); // newer ffmpegs write no rotation by that option
    expect(brightness(file('upright.mp4'))).to.have.length(frames);
  });

  it('takes 10 bits and odd sides', async () => {
    writeFilm(file('deep.mkv'), walking(frames), '-vf', 'crop=319:239:0:0', '-c:v', 'ffv1', '-pix_fmt', 'yuv420p10le');
    await redact('deep.mkv', 'plain.mp4');
    const [film] = streams(file('plain.mp4'));
    expect(film).to.deep.include({ codec_name: 'h264', pix_fmt: 'yuv420p', width: 320, height: 240 });
    expect(Math.max(...at(brightness(file('plain.mp4')), (i) => 80 + 6 * i, 120))).to.be.below(24);
  });

  it('says of its colours what the film said', async () => {
    const said = { color_space: 'bt709', color_transfer: 'smpte170m', color_primaries: 'bt470bg' };
    const parameters = 'setparams=range=tv:colorspace=bt709:color_trc=smpte170m:color_primaries=bt470bg';
    writeFilm(file('colours.mp4'), walking(3), '-vf', `scale=out_color_matrix=bt709,${parameters}`);
    expect(streams(file('colours.mp4'))[0]).to.include(said);
    await redact('colours.mp4', 'same-colours.mp4');
    expect(streams(file('same-colours.mp4'))[0]).to.include({ ...said, color_range: 'tv' });
  });

  it('refuses HDR, saying how to make an ordinary film of it', async () => {
    writeHdrFilm(file('hdr.mkv'));
    const error = await rejection(redact('hdr.mkv', 'no.mp4'));
    expect(error).to.have.property('code', 'UNSUPPORTED_FORMAT');
    expect((error as Error).message).to.contain('tonemap');
  });

  it('leaves nothing half written', async () => {
    writeFileSync(file('there.mp4'), 'mine');
    const controller = new AbortController();
    const onProgress = ({ step, frames: done }: FilmProgress) => {
      if (step === 'write' && done === 5) controller.abort(new Error('enough'));
    };
    const ended = async (property: 'code' | 'message', value: string, ...call: Parameters<typeof redact>) =>
      expect(await rejection(redact(...call)), `${call[0]} to ${call[1]}`).to.have.property(property, value);
    await ended('code', 'EEXIST', 'walk.mp4', 'there.mp4');
    await ended('code', 'INVALID_OPTION', 'walk.mp4', 'walk.mp4', { overwrite: true });
    await ended('code', 'INVALID_OPTION', 'walk.mp4', 'film.avi');
    await ended('code', 'INVALID_OPTION', 'walk.mp4', 'film.mp4', { mode: 'erase' as 'fill' });
    await ended('code', 'INVALID_OPTION', 'walk.mp4', 'film.mp4', { margin: 2 });
    for (const regions of [[{ x: 1, y: 1 }], [{ x: 400, y: 0, width: 9, height: 9 }], 'all'] as never[])
      await ended('code', 'INVALID_OPTION', 'walk.mp4', 'film.mp4', { regions });
    await ended('code', 'FILM_UNREADABLE', 'missing.mp4', 'film.mp4');
    await ended('code', 'FILM_UNWRITABLE', 'walk.mp4', 'no/folder/film.mp4');
    const { message } = (await rejection(redact('walk.mp4', 'no/folder/film.mp4'))) as Error;
    expect(message).to.include('no/folder/film.mp4: No such file').and.not.include('partial');
    await ended('message', 'enough', 'walk.mp4', 'film.mp4', { signal: controller.signal, onProgress });
    await ended('message', 'enough', 'walk.mp4', 'film.mp4', { signal: controller.signal }); // was INTERNAL: ffprobe cannot be started
    expect(readdirSync(folder).filter((name) => name.startsWith('film.') || name.includes('partial'))).to.deep.equal(
      [],
    );
  });
});
