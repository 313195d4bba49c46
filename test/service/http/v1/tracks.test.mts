import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import type { Detection } from '#dist/library/detection.js';
import { FaceDetectorError } from '#dist/library/face-detector-error.js';
import { standardPng } from '../../../fixtures/drawn-faces.mjs';
import { type FakeDetect, serveFake } from '../../../fixtures/fake-service.mjs';
import { needFfmpeg, walking, writeFilm } from '../../../fixtures/film-files.mjs';
import { eventually, form, openWire, postHead } from '../../../fixtures/http.mjs';
import { openFiles, unlessGone } from '../../../fixtures/process-files.mjs';

interface Line {
  time?: number;
  width?: number;
  faces?: { id: number }[];
  isSearched?: boolean;
  damage?: string[];
  error?: { code: string; status: number; detail: string };
}

const face = { box: { x: 10, y: 10, width: 50, height: 60 }, confidence: 0.9 };
const found = (faces: object[] = [face]) =>
  ({ model: 'mtcnn', image: { width: 320, height: 240 }, faces, timings: { total: 1 } }) as unknown as Detection;

/** Open files of this process that have no name, and its children: what a film leaves behind if nobody cleans up. */
function leftovers(): string[] {
  if (process.platform !== 'linux') return [];
  const children = readdirSync('/proc/self/task').flatMap((task) =>
    unlessGone(() => readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean)),
  );
  return [...openFiles('self').filter((name) => name.includes('face-detector-')), ...children];
}

describe('POST /v1/tracks', () => {
  let folder: string;
  let others: Set<string>; // of other tests of this process
  let service: Awaited<ReturnType<typeof serveFake>>;
  const file = (name: string) => path.join(folder, name);
  before(function () {
    needFfmpeg(this);
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    writeFilm(file('walk.mp4'), walking(20)); // with its index at the end
    writeFilm(file('walk.mkv'), walking(20), '-g', '5', '-cluster_time_limit', '200');
  });
  after(() => folder && rmSync(folder, { recursive: true }));
  beforeEach(() => {
    others = new Set(leftovers());
  });
  afterEach(async () => {
    service?.close();
    await eventually('nothing is left', () => leftovers().every((one) => others.has(one)));
  });

  const films = { MAX_VIDEO_BYTES: '1000000' };
  const serve = async (settings: NodeJS.ProcessEnv = {}, detect: FakeDetect = async () => found()) => {
    service = await serveFake({ ...films, ...settings }, detect);
  };
  const post = (body: string | Buffer | FormData, query = '', signal?: AbortSignal) =>
    fetch(`${service.origin}/v1/tracks${query}`, {
      method: 'POST',
      body: Buffer.isBuffer(body) ? new Uint8Array(body) : body,
      ...(signal && { signal }),
    });
  const film = (name = 'walk.mp4') => readFileSync(file(name));
  const linesOf = async (response: Response) =>
    (await response.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  const refusal = async (response: Response) => {
    expect(response.headers.get('content-type')).to.equal('application/problem+json');
    const { code, detail } = (await response.json()) as { code: string; detail: string };
    return `${response.status} ${code}: ${detail}`;
  };
  /** What is said of a film, by a status or by the last line. */
  const fate = async (response: Response) => {
    if (response.status !== 200) return (await refusal(response)).replace(/:.*/, '');
    const { error, damage } = (await linesOf(response)).at(-1) ?? {};
    return error ? `${error.status} ${error.code}` : damage ? 'damaged' : 'OK';
  };

  it('answers with a line for each frame, of which every n-th is searched', async () => {
    await serve();
    const response = await post(film(), '?searchEvery=3&maxGap=2');
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.equal('application/x-ndjson');
    const lines = await linesOf(response);
    expect(lines.map(({ time }) => time)).to.deep.equal(Array.from({ length: 20 }, (_, i) => i / 25));
    expect(lines.map(({ isSearched }) => isSearched)).to.deep.equal(lines.map((_, i) => i % 3 === 0));
    for (const { width, faces } of lines)
      expect({ width, ids: faces?.map(({ id }) => id) }).to.deep.equal({ width: 320, ids: [1] });
    await eventually('it is logged', () => service.logged.length > 0);
    expect(service.logged).to.have.length(1);
    expect(service.logged[0]).to.include({ path: '/v1/tracks', code: 'OK' });
  });

  it('takes none unless it is told how large they may be', async () => {
    await serve({ MAX_VIDEO_BYTES: '0' });
    expect(await refusal(await post(film()))).to.match(/^404 NOT_FOUND: .*MAX_VIDEO_BYTES/);
  });

  it('refuses what is no film, and what names other files and hosts', async () => {
    await serve();
    let asked = 0;
    const host = createServer((_, response) => {
      asked++;
      response.end(film());
    }).listen(0, '127.0.0.1');
    await once(host, 'listening');
    const url = `http://127.0.0.1:${(host.address() as AddressInfo).port}/walk.ts`;
    const one = file('walk.mkv');
    const bodies: [what: string, body: string | Buffer][] = [
      ['nothing', ''],
      ['text', 'no film at all'],
      ['random bytes', Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * i * 31 + (i >> 3)) & 255))],
      ['a picture', standardPng()],
      ['a film cut off before its index', film().subarray(0, 3000)],
      ['HLS of a host', `#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n${url}\n#EXT-X-ENDLIST\n`],
      ['HLS of a file', `#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile://${one}\n#EXT-X-ENDLIST\n`],
      ['concat', `ffconcat version 1.0\nfile 'file:${one}'\n`],
      ['concat of a host', `ffconcat version 1.0\nfile '${url}'\n`],
      ['DASH', `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>${url}</BaseURL></MPD>`],
      [
        'SDP',
        `v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n`,
      ],
    ];
    try {
      for (const [what, body] of bodies) {
        const answer = await refusal(await post(body));
        expect(answer, what).to.match(/^422 FILM_UNREADABLE: /);
        expect(answer, what).not.to.contain('/dev/fd').and.not.contain(folder);
      }
      expect(asked).to.equal(0);
    } finally {
      host.close();
    }
    expect(await refusal(await post(form(['film', film()])))).to.match(/^415 UNSUPPORTED_FORMAT: send the film itself/);
  });

  it('refuses options by name, before the body', async () => {
    await serve();
    const cases: [query: string, detail: string][] = [
      ['searchEvery=0', 'searchEvery must be an integer from 1 to 1000 or "change", got 0'],
      ['searchEvery=sometimes', 'searchEvery must be an integer from 1 to 1000 or "change", got "sometimes"'],
      ['maxGap=11', 'maxGap must be a number from 0 to 10, got 11'],
      ['minFaceSize=1', 'minFaceSize must be an integer from 12 to 4096, got 1'],
    ];
    for (const [query, detail] of cases)
      expect(await refusal(await post(film(), `?${query}`))).to.equal(`400 INVALID_OPTION: ${detail}`);
    for (const name of ['orientation', 'truncated', 'fastDecode', 'faceQuality', 'maxPixels'])
      expect(await refusal(await post(film(), `?${name}=1`))).to.contain(`there is no option "${name}"`);
  });

  it('ends a film that is too long, too dense, too large, or too slow', async () => {
    const bomb = file('bomb.mp4'); // a thousand frames in a hundredth of a second
    execFileSync('ffmpeg', [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      'color=size=64x64:rate=100000:duration=0.01',
      '-video_track_timescale',
      '100000',
      bomb,
    ]);
    const cases: [settings: NodeJS.ProcessEnv, body: Buffer, fate: string][] = [
      [{ MAX_VIDEO_FRAMES: '19' }, film(), '413 FILM_TOO_LONG'],
      [{ MAX_VIDEO_FRAMES: '20' }, film(), 'OK'],
      [{ MAX_VIDEO_FRAMES: '999' }, readFileSync(bomb), '413 FILM_TOO_LONG'],
      [{ MAX_VIDEO_PIXELS: '76799' }, film(), '413 TOO_MANY_PIXELS'],
      [{ MAX_PIXELS: '76799' }, film(), '413 TOO_MANY_PIXELS'],
      [{ MAX_VIDEO_BYTES: String(film().length - 1) }, film(), '413 BODY_TOO_LARGE'],
      [{ VIDEO_TIMEOUT_MS: '1' }, film(), '504 DEADLINE'],
    ];
    for (const [settings, body, end] of cases) {
      await serve(settings);
      expect(await fate(await post(body, '?searchEvery=1000')), JSON.stringify(settings)).to.equal(end);
      service.close();
    }
    writeFilm(file('long.mp4'), walking(2), '-vf', 'tpad=stop_mode=clone:stop_duration=2');
    await serve({ MAX_VIDEO_SECONDS: '1' });
    expect(await fate(await post(film('long.mp4')))).to.equal('413 FILM_TOO_LONG');
  });

  it('says what was damaged', async () => {
    writeFileSync(file('short.mkv'), film('walk.mkv'));
    truncateSync(file('short.mkv'), Math.floor(0.8 * film('walk.mkv').length));
    await serve();
    const lines = await linesOf(await post(film('short.mkv')));
    expect(lines.length).to.be.within(2, 20);
    expect(lines.at(-1)?.damage).to.be.an('array').that.is.not.empty;
  });

  it('says in the last line what ended it, and logs what is our fault', async () => {
    for (const [error, code] of [
      [new FaceDetectorError('CLOSED', 'closed'), 'SHUTTING_DOWN'],
      [new FaceDetectorError('OUT_OF_MEMORY', 'no memory'), 'OUT_OF_MEMORY'],
      [new Error('a defect'), 'INTERNAL'],
    ] as const) {
      let frames = 0;
      await serve({}, async () => {
        if (++frames === 3) throw error;
        return found();
      });
      const lines = await linesOf(await post(film()));
      expect(lines.map((line) => line.error?.code)).to.deep.equal([undefined, undefined, code]);
      await eventually('it is logged', () => service.logged.some(({ msg }) => msg === 'request'));
      expect(service.logged.find(({ msg }) => msg === 'request')).to.include({ code });
      const failures = service.logged.filter(({ msg }) => msg === 'a request failed').map(({ err }) => err?.message);
      expect(failures).to.deep.equal(code === 'INTERNAL' ? ['a defect'] : []);
      service.close();
    }
  });

  it('takes one at a time', async () => {
    let go: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => {
      go = resolve;
    });
    let isBegun = false;
    await serve({}, async () => {
      isBegun = true;
      await gone;
      return found();
    });
    const first = post(film());
    await eventually('it is searched', () => isBegun);
    const second = await post(film());
    expect(second.headers.get('retry-after')).to.equal('1');
    expect(await refusal(second)).to.match(/^503 OVERLOADED: another film/);
    go();
    expect(await linesOf(await first)).to.have.length(20);
    expect(await linesOf(await post(film()))).to.have.length(20);
  });

  it('stops everything when the client leaves', async () => {
    let frames = 0;
    await serve({}, (_, { signal }) => {
      if (++frames < 3) return Promise.resolve(found());
      return new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
      });
    });
    const client = new AbortController();
    const response = await post(film(), '', client.signal);
    const own = leftovers().filter((one) => !others.has(one));
    if (process.platform === 'linux') expect(own).to.have.length(3); // ffmpeg, and the file read and written
    await eventually('it is searched', () => frames === 3);
    client.abort();
    await response.text().catch(() => undefined);
    await eventually('it is logged', () => service.logged.length > 0);
    expect(service.logged.map(({ code }) => code)).to.deep.equal(['ABORTED']);
    frames = -1000;
    await eventually('its place is free', async () => (await linesOf(await post(film()))).length === 20);
  });

  it('gives up a client that does not read its answer', async () => {
    const crowd = Array<object>(5_000)
      .fill(face)
      .map((one, i) => ({ ...one, box: { ...face.box, x: 400 * i } }));
    await serve({ BODY_TIMEOUT_MS: '500' }, async () => found(crowd));
    const wire = await openWire(service.origin);
    wire.socket.pause();
    wire.socket.write(postHead('/v1/tracks', { 'Content-Length': film().length }));
    wire.socket.write(film());
    await eventually('the end is logged', () => service.logged.length > 0, 60);
    expect(service.logged.map(({ code }) => code)).to.deep.equal(['ABORTED']);
    wire.socket.resume();
    await wire.closed;
  });

  it('gives up a client that sends a byte now and then, but not one that is slow', async () => {
    await serve({ BODY_TIMEOUT_MS: '3000' });
    const wire = await openWire(service.origin);
    wire.socket.write(postHead('/v1/tracks', { 'Content-Length': film().length }));
    const drip = setInterval(() => wire.socket.write('x'), 20);
    try {
      expect(await wire.until(/BODY_TIMEOUT/)).to.match(/^HTTP\/1.1 408 /);
    } finally {
      clearInterval(drip);
      wire.socket.destroy();
    }
    const bytes = Buffer.concat([film(), Buffer.alloc(400_000)]); // what follows the index is not looked at
    const slow = await openWire(service.origin);
    slow.socket.write(postHead('/v1/tracks', { 'Content-Length': bytes.length, Connection: 'close' }));
    for (let at = 0; at < bytes.length; at += 40_000) {
      slow.socket.write(bytes.subarray(at, at + 40_000));
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    await slow.closed;
    expect(slow.received())
      .to.match(/^HTTP\/1.1 200 OK/)
      .and.match(/"time":0.76,/);
  });
});
