import { closeSync, mkdtempSync, openSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { type DecoderBounds, decodeFilm } from '#dist/library/films/decode-film.js';
import { type EncodedFilm, filmDescriptor, filmFile } from '#dist/library/films/encoded-film.js';
import { skip } from '../../fixtures/available.mjs';
import { needFfmpeg, walking, writeFilm } from '../../fixtures/film-files.mjs';
import { rejection } from '../../fixtures/rejection.mjs';

describe('decodeFilm', () => {
  let folder: string;
  let film: string;
  before(function () {
    needFfmpeg(this);
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    film = path.join(folder, 'walk.mp4'); // with its index at the end
    writeFilm(film, walking(5));
  });
  after(() => folder && rmSync(folder, { recursive: true }));

  const plenty: DecoderBounds = { maxPixels: 320 * 240, memoryBytes: 2 ** 30 };
  async function timesOf(source: EncodedFilm, bounds?: DecoderBounds): Promise<number[]> {
    const times: number[] = [];
    for await (const { time } of decodeFilm(source, { layout: 'bgr24', stallMs: 10_000, bounds })) times.push(time);
    return times;
  }
  const all = [0, 0.04, 0.08, 0.12, 0.16];

  it('takes an open file whose name is gone', async () => {
    const other = path.join(folder, 'gone.mp4');
    writeFilm(other, walking(5));
    const descriptor = openSync(other, 'r');
    unlinkSync(other);
    try {
      expect(await timesOf(filmDescriptor(descriptor))).to.deep.equal(all);
    } finally {
      closeSync(descriptor);
    }
  });

  it('refuses frames of more pixels than are allowed, before they are decoded', async () => {
    expect(await timesOf(filmFile(film), plenty)).to.deep.equal(all);
    const error = await rejection(timesOf(filmFile(film), { ...plenty, maxPixels: 320 * 240 - 1 }));
    expect(error).to.include({ code: 'TOO_MANY_PIXELS' });
    expect((error as Error).message).to.match(/: 320x240$/);
  });

  it('gives ffmpeg no more memory than is allowed', async function () {
    if (process.platform !== 'linux') skip(this, 'address space is limited on Linux alone');
    const error = await rejection(timesOf(filmFile(film), { ...plenty, memoryBytes: 64 * 2 ** 20 }));
    expect(error).to.include({ code: 'FILM_UNREADABLE' });
  });

  it('says of what ffmpeg died', async () => {
    const { FFMPEG_PATH: before } = process.env;
    const program = path.join(folder, 'dies');
    writeFileSync(program, '#!/bin/sh\n[ "$1" = -version ] && exec ffmpeg -version\nkill -SEGV $$\n', { mode: 0o755 });
    process.env['FFMPEG_PATH'] = program;
    try {
      const error = await rejection(timesOf(filmFile(film), plenty));
      expect(error).to.include({ code: 'FILM_UNREADABLE' });
      expect((error as Error).message).to.contain('ended by SIGSEGV');
    } finally {
      if (before === undefined) delete process.env['FFMPEG_PATH'];
      else process.env['FFMPEG_PATH'] = before;
    }
  });
});
