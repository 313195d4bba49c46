import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { FaceDetector, FaceTracker } from 'opencv-face-detector';
import { needWeights, skip } from '../fixtures/available.mjs';
import { standardPng } from '../fixtures/drawn-faces.mjs';
import { needFfmpeg, walking, writeFilm, writeRepeatedFilm } from '../fixtures/film-files.mjs';
import { eventually, form } from '../fixtures/http.mjs';
import { openFiles } from '../fixtures/process-files.mjs';
import { failToStart, isIdle, logLines, metric, type Service, startService, workerPids } from '../fixtures/service.mjs';

const childrenOf = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

/** The worker that has a film, and its ffmpeg. */
function workerWithFilm(service: Service): { worker: number; decoder: number } {
  const [found] = workerPids(service).flatMap((worker) => childrenOf(worker).map((decoder) => ({ worker, decoder })));
  if (!found) throw new Error('no worker has a film');
  return found;
}

const isProcess = (pid: number) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`).length > 0;
  } catch {
    return false; // it has ended, perhaps between opening and reading
  }
};

/** What processes have open of a folder's files, also of those without a name. */
const openFilesBelow = (folder: string, pids: readonly number[]) =>
  pids.flatMap(openFiles).filter((name) => name.startsWith(folder));

describe('films sent to the service', () => {
  let folder: string;
  let temporary: string;
  let service: Service | undefined;
  let film: Buffer;
  let longFilm: Buffer;
  before(function () {
    needWeights(this);
    needFfmpeg(this);
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    temporary = path.join(folder, 'tmp');
    mkdirSync(temporary);
    writeFilm(path.join(folder, 'walk.mp4'), walking(20)); // with its index at the end
    film = readFileSync(path.join(folder, 'walk.mp4'));
    writeRepeatedFilm(path.join(folder, 'long.mp4'), path.join(folder, 'walk.mp4'), 30);
    longFilm = readFileSync(path.join(folder, 'long.mp4'));
  });
  after(() => folder && rmSync(folder, { recursive: true }));
  afterEach(async () => {
    await service?.stop();
    service = undefined;
  });

  const settings = () => ({ MAX_VIDEO_BYTES: '10000000', WORKERS: '1', TMPDIR: temporary });
  const post = ({ origin }: Service, body: Buffer, query = '?minFaceSize=40', signal?: AbortSignal) =>
    fetch(`${origin}/v1/tracks${query}`, { method: 'POST', body: new Uint8Array(body), ...(signal && { signal }) });

  it('get the lines that the library gives for them, and are counted', async () => {
    service = await startService(settings());
    const response = await post(service, film, '?minFaceSize=40&searchEvery=2');
    const lines = (await response.text()).trimEnd().split('\n');
    await using detector = await FaceDetector.create();
    const tracker = new FaceTracker(detector, { minFaceSize: 40, searchEvery: 2 });
    const frames: string[] = [];
    for await (const frame of tracker.track(path.join(folder, 'walk.mp4'))) frames.push(JSON.stringify(frame));
    expect(lines).to.deep.equal(frames);
    expect(frames).to.have.length(20);
    const running = service;
    await eventually(
      'it is counted',
      async () => (await metric(running, 'face_detector_requests_total', '"/v1/tracks"')) === 1,
    );
    await eventually('frames are counted', async () => (await metric(running, 'face_detector_faces_total')) >= 10);
    expect(await metric(service, 'face_detector_stage_duration_seconds_count', 'stage="total"')).to.equal(10);
    expect(readdirSync(temporary)).to.deep.equal([]);
  });

  it('are answered as the API description says', async () => {
    service = await startService({ ...settings(), MAX_VIDEO_FRAMES: '10' });
    const description = (await (await fetch(`${service.origin}/openapi.json`)).json()) as object;
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    ajv.addSchema({ $id: 'description', ...description });
    const isLine = ajv.compile({ $ref: 'description#/components/schemas/TracksLine' });
    const lines = (await (await post(service, film)).text()).trimEnd().split('\n');
    expect(lines).to.have.length(11); // ten frames, and the error
    for (const line of lines)
      expect(isLine(JSON.parse(line)), `${line}: ${JSON.stringify(isLine.errors)}`).to.equal(true);
    expect(isLine({ time: 0 })).to.equal(false);
  });

  it('do not keep pictures from being searched', async () => {
    service = await startService(settings());
    const response = await post(service, longFilm);
    expect(response.status).to.equal(200);
    let isOver = false;
    const over = response.text().then(() => {
      isOver = true;
    });
    for (let i = 0; i < 5; i++) {
      const answer = await fetch(`${service.origin}/face`, { method: 'POST', body: form(['image', standardPng()]) });
      expect(Object.keys((await answer.json()) as object)).to.have.length(4);
    }
    expect(isOver).to.equal(false);
    await over;
  });

  it('leave nothing when the client leaves, nor when their worker is killed', async function () {
    if (process.platform !== 'linux') skip(this, 'there is no /proc');
    service = await startService({ ...settings(), WORKERS: '2' }); // with one, another port would be free after it
    const running = service;
    for (const end of ['the client', 'the worker'] as const) {
      const client = new AbortController();
      const response = await post(service, longFilm, '?minFaceSize=40', client.signal);
      expect(response.status).to.equal(200);
      const { worker, decoder } = workerWithFilm(service);
      expect(openFilesBelow(temporary, [worker, decoder]).length, end).to.be.within(3, 4);
      expect(readdirSync(temporary)).to.deep.equal([]); // it has no name from the beginning
      if (end === 'the worker') process.kill(worker, 'SIGKILL');
      else client.abort();
      await response.text().catch(() => undefined);
      await eventually(`ffmpeg ends after ${end}`, () => !isProcess(decoder));
      if (end === 'the client') {
        await eventually('the file is closed', () => openFilesBelow(temporary, [worker]).length === 0);
        await eventually('nothing is searched', () => isIdle(running));
      }
    }
    expect((await (await post(service, film)).text()).trimEnd().split('\n')).to.have.length(20);
  });

  it('end with a line when the service stops before they do', async () => {
    service = await startService({ ...settings(), SHUTDOWN_TIMEOUT_MS: '2000' });
    const response = await post(service, longFilm, '?minFaceSize=12');
    expect(response.status).to.equal(200);
    const stopped = service.stop();
    const lines = (await response.text()).trimEnd().split('\n');
    const { error } = JSON.parse(lines.at(-1) as string) as { error?: { code: string } };
    expect(error?.code).to.equal('SHUTTING_DOWN');
    expect(await stopped).to.equal(0);
    service = undefined;
  });

  it('are refused with the remedy where ffmpeg is missing, which the log says at the start', async () => {
    service = await startService({ ...settings(), FFMPEG_PATH: path.join(folder, 'no-ffmpeg') });
    expect(service.output()).to.match(/\/v1\/tracks takes no films: .*apt-get install -y ffmpeg/);
    const response = await post(service, film);
    expect(response.status).to.equal(501);
    expect(await response.json()).to.have.property('code', 'FFMPEG_MISSING');
    const picture = await fetch(`${service.origin}/v1/faces`, { method: 'POST', body: form(['image', standardPng()]) });
    expect(picture.status).to.equal(200);
  });

  it('need a folder that can be written to, which the start says', async () => {
    const missing = path.join(folder, 'missing');
    const { status, output } = await failToStart({ ...settings(), TMPDIR: missing });
    expect(status).to.equal(1);
    expect(output).to.match(/MAX_VIDEO_BYTES needs a folder for temporary files; set TMPDIR to one: ENOENT/);
  });

  it('are refused for now where the disk has no room', async function () {
    if (spawnSync('prlimit', ['--version']).status !== 0) skip(this, 'prlimit is not installed');
    service = await startService(settings(), { under: ['prlimit', `--fsize=${longFilm.length - 1}`] });
    const response = await post(service, longFilm);
    expect(response.status).to.equal(503);
    expect(response.headers.get('retry-after')).to.equal('1');
    expect(await response.json()).to.have.property('code', 'DISK_FULL');
    expect((await (await post(service, film)).text()).trimEnd().split('\n')).to.have.length(20);
    expect(logLines(service, 'request').map(({ code }) => code)).to.include('DISK_FULL');
  });
});
