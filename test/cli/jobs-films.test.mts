import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Job, Queue } from 'bullmq';
import { expect } from 'chai';
import { needWeights } from '../fixtures/available.mjs';
import { cli } from '../fixtures/command-line.mjs';
import { brightness, needFfmpeg, walking, writeFilm } from '../fixtures/film-files.mjs';
import { eventually } from '../fixtures/http.mjs';
import { killRunning, startJobs } from '../fixtures/job-worker.mjs';
import { needRedis, type Redis, startRedis } from '../fixtures/redis.mjs';

// A loaded machine may take its time; what does not come within this does not come.
const patience = 100;

describe('bulk jobs with films', function () {
  this.timeout(300_000);
  let folder: string;
  let redis: Redis;
  let queue: Queue;
  before(function () {
    needWeights(this);
    needFfmpeg(this);
    needRedis(this);
  });
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    mkdirSync(path.join(folder, 'films', 'deep'), { recursive: true });
    writeFilm(at('films/walk.mp4'), walking(20));
    writeFilm(at('films/deep/walk.avi'), walking(10));
    writeFileSync(at('films/photo.jpg'), 'no film');
    redis = await startRedis();
    queue = new Queue('faces', { connection: { url: redis.url, maxRetriesPerRequest: null } });
  });
  afterEach(async () => {
    if (!redis) return; // skipped
    await killRunning();
    await queue.close();
    await redis.stop();
    rmSync(folder, { recursive: true });
  });

  const at = (name: string) => path.join(folder, name);
  const enqueue = (...args: string[]) => {
    const { status } = cli(['enqueue', at('films'), '--films', '--queue', redis.url, '--attempts', '1', ...args]);
    expect(status).to.equal(0);
  };
  const work = (...args: string[]) => startJobs(['worker', '--root', at('films'), '--lock', '2', ...args], redis.url);
  /** The values of the jobs by film, when all have ended. */
  const done = async () => {
    await eventually(
      'all jobs have ended',
      async () => {
        const { wait = 0, active = 0, delayed = 0 } = await queue.getJobCounts('wait', 'active', 'delayed');
        return wait + active + delayed === 0;
      },
      patience,
    );
    const jobs = (await queue.getJobs(['completed'])) as Job<{ film: string }>[];
    return new Map(jobs.map(({ data, returnvalue }) => [data.film, returnvalue]));
  };

  it('tell who is there when, each film once however often it is added', async () => {
    for (let i = 0; i < 2; i++) enqueue('--min-face-size', '40', '--search-every', '2');
    work();
    const values = await done();
    expect([...values.keys()].sort()).to.deep.equal(['deep/walk.avi', 'walk.mp4']);
    const walk = values.get('walk.mp4');
    expect(walk).to.include({ file: 'walk.mp4', width: 320, height: 240, frames: 20, duration: 0.76 });
    expect(walk).to.not.have.property('output');
    expect(walk.faces).to.have.length(1);
    expect(walk.faces[0]).to.include({ id: 1, from: 0, to: 0.72, found: 10, frames: 20 });
  });

  it('write a line for each frame where the worker is told so, and their results into files', async () => {
    enqueue('--min-face-size', '40');
    work('--films', at('out'), '--results', at('results'));
    const values = await done();
    expect(values.get('deep/walk.avi')).to.deep.equal({ faces: 1 });
    const { stdout } = cli(['jobs', 'collect', at('results')]);
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { file: string; output: string; frames: number });
    expect(records.map(({ file }) => file).sort()).to.deep.equal(['deep/walk.avi', 'walk.mp4']);
    for (const { file, output, frames } of records) {
      expect(output).to.equal(`${file}.ndjson`);
      const tracked = cli(['track', '--ndjson', '--min-face-size', '40', at(`films/${file}`)]);
      expect(readFileSync(at(`out/${output}`), 'utf8')).to.equal(tracked.stdout);
      expect(tracked.stdout.trimEnd().split('\n')).to.have.length(frames);
    }
    expect(readdirSync(at('out')).sort()).to.deep.equal(['deep', 'walk.mp4.ndjson']);
  });

  it('write films with their faces hidden, under a name that they can have', async () => {
    enqueue('--redact', '--mode', 'fill', '--min-face-size', '40');
    mkdirSync(at('out'));
    writeFileSync(at('out/walk.mp4'), 'of a worker that was killed');
    work('--films', at('out'));
    const values = await done();
    expect(values.get('walk.mp4')).to.deep.include({ output: 'walk.mp4', frames: 20, hidden: 1, moments: [] });
    expect(values.get('deep/walk.avi')).to.include({ output: 'deep/walk.avi.mp4', frames: 10, hidden: 1 });
    for (const [i, picture] of brightness(at('out/walk.mp4')).entries())
      expect(picture[120 * 320 + 80 + 6 * i]).to.be.below(24);
  });

  it('fail once and for good where the film, its path or the job is wrong', async () => {
    writeFileSync(at('films/text.mp4'), 'no film');
    writeFileSync(at('secret.mp4'), readFileSync(at('films/walk.mp4')));
    writeFileSync(at('films/list.m3u8'), '#EXTM3U\n#EXTINF:1,\nwalk.mp4\n');
    const add = (data: object) => queue.add('film', data, { attempts: 3 });
    for (const film of ['text.mp4', '../secret.mp4', 'list.m3u8', 'deep']) await add({ film });
    await add({ film: 'walk.mp4', redact: {} });
    await add({ film: 'walk.mp4', options: { searchEvery: 0 } });
    work();
    await done();
    const failed = await queue.getJobs(['failed']);
    const codes = failed.map(({ data, failedReason, attemptsMade }) => {
      return [data.film, failedReason?.split(':')[0], attemptsMade];
    });
    expect(codes).to.have.deep.members([
      ['text.mp4', 'FILM_UNREADABLE', 1],
      ['../secret.mp4', 'OUTSIDE_ROOT', 1],
      ['list.m3u8', 'FILM_UNREADABLE', 1],
      ['deep', 'NOT_A_FILE', 1],
      ['walk.mp4', 'INVALID_JOB', 1],
      ['walk.mp4', 'INVALID_OPTION', 1],
    ]);
  });

  it('go back to the queue when their worker is stopped, and leave nothing half-written', async () => {
    writeFilm(
      at('films/long.mp4'),
      walking(30).flatMap((picture) => Array.from({ length: 40 }, () => picture)),
    );
    await queue.add('film', { film: 'long.mp4', options: { minFaceSize: 20 } });
    const worker = work('--films', at('out'));
    await eventually(
      'the film is begun',
      () => {
        return readdirSync(folder).includes('out') && readdirSync(at('out')).some((name) => name.endsWith('.partial'));
      },
      patience,
    );
    worker.child.kill('SIGTERM');
    expect(await worker.ended).to.equal(0);
    expect(readdirSync(at('out'))).to.deep.equal([]);
    expect((await queue.getJobCounts('wait', 'failed')).wait).to.equal(1);
  });
});
