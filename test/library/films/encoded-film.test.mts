import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { FilmSource } from 'opencv-face-detector';
import { encodedFilm } from '#dist/library/films/encoded-film.js';

const inputOf = (source: FilmSource) => encodedFilm(source)?.args.at(-1);

describe('a film', () => {
  it('is a path, whatever it looks like to ffmpeg', () => {
    expect(inputOf('film.mp4')).to.equal('file:film.mp4');
    expect(inputOf('concat:a.mp4|b.mp4')).to.equal('file:concat:a.mp4|b.mp4');
    expect(inputOf('-i')).to.equal('file:-i');
    expect(inputOf(new URL('file:///films/a%20b.mp4'))).to.equal('file:/films/a b.mp4');
  });

  it('may name no other file or host than it is read from', () => {
    const protocols = (source: FilmSource) => {
      const { args = [] } = encodedFilm(source) ?? {};
      return args[args.indexOf('-protocol_whitelist') + 1];
    };
    expect(protocols('film.mp4')).to.equal('file');
    expect(protocols(Readable.from(Buffer.alloc(1), { objectMode: false }))).to.equal('pipe');
    expect(protocols('https://example.org/film.mp4')).to.equal('http,https,tcp,tls');
    const { args = [] } = encodedFilm('film.mp4') ?? {};
    expect(args[args.indexOf('-format_whitelist') + 1]?.split(','))
      .to.include('mov')
      .and.not.include.members(['hls']);
  });

  it('is live from a camera or by rtsp', () => {
    for (const live of ['/dev/video0', 'rtsp://camera/1', 'srt://host:9000'])
      expect(encodedFilm(live)?.isLive, live).to.equal(true);
    for (const source of ['/dev/shm/film.mp4', 'https://example.org/film.mp4'])
      expect(encodedFilm(source)?.isLive, source).to.equal(false);
  });

  it('is what is iterated, whose first item tells', () => {
    expect(encodedFilm(Readable.from([]))).to.equal(undefined);
    expect(encodedFilm((async function* () {})())).to.equal(undefined);
  });

  it('is refused with a reason where it is none of these', () => {
    for (const source of [undefined, 5, {}, new URL('ftp://host/film'), 'gopher://host/film'])
      expect(() => encodedFilm(source as FilmSource))
        .to.throw(/must be a path|is not read/)
        .with.property('code', 'INVALID_OPTION');
  });
});
