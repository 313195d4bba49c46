import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Job, Queue } from 'bullmq';
import { expect } from 'chai';
import { Redis as Client } from 'ioredis';
import sharp from 'sharp';
import { needWeights, root, skip } from '../fixtures/available.mjs';
import { cli, cliFile } from '../fixtures/command-line.mjs';
import { standardPng } from '../fixtures/drawn-faces.mjs';
import { eventually } from '../fixtures/http.mjs';
import { killRunning, startJobs, track } from '../fixtures/job-worker.mjs';
import { optionalFiles } from '../fixtures/optional-files.mjs';
import { packageFolder } from '../fixtures/package-folder.mjs';
import { needRedis, type Redis, startRedis, writePhotographs } from '../fixtures/redis.mjs';

// A loaded machine may take its time; what does not come within this does not come.
const patience = 100;

describe('bulk jobs', function () {
  this.timeout(300_000);
  let folder: string;
  let photos: string;
  let redis: Redis;
  let connection: Client;
  let queue: Queue;
  before(function () {
    needWeights(this);
    needRedis(this);
  });
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    photos = path.join(folder, 'photos');
    mkdirSync(photos);
    redis = await startRedis();
    connection = new Client(redis.url, { maxRetriesPerRequest: null });
    queue = new Queue('faces', { connection });
    queue.on('error', () => {}); // some tests stop Redis
  });
  afterEach(async () => {
    if (!redis) return; // skipped
    await killRunning();
    connection.disconnect();
    await redis.stop();
    rmSync(folder, { recursive: true });
  });

  const put = (name: string, bytes: string | Buffer) => writeFileSync(path.join(photos, name), bytes);
  const jobs = (...args: string[]) => cli([...args, '--queue', redis.url]);
  const work = (args: string[] = [], nodeArgs: string[] = []) =>
    startJobs(['worker', '--root', photos, '--lock', '2', ...args], redis.url, nodeArgs);
  const counts = () => queue.getJobCounts('wait', 'active', 'delayed', 'completed', 'failed');
  const untilDone = () =>
    eventually(
      'all jobs have ended',
      async () => {
        const { wait = 0, active = 0, delayed = 0 } = await counts();
        return wait + active + delayed === 0;
      },
      patience,
    );
  const byFile = async (state: 'completed' | 'failed') => {
    const found = (await queue.getJobs([state])) as Job<{ path: string }>[];
    return new Map(found.map((job) => [job.data.path, job]));
  };
  /** Lines of the collected results by file. */
  const collected = (results: string) => {
    const { status, stdout } = cli(['jobs', 'collect', results]);
    expect(status).to.equal(0);
    const records = stdout.trimEnd().split('\n');
    return records.map((line) => JSON.parse(line) as { file: string; faces?: object[]; error?: { code: string } });
  };

  it('go from a folder to results in the queue, each image once however often it is added', async () => {
    const names = await writePhotographs(photos, 20);
    for (let i = 0; i < 2; i++) expect(jobs('enqueue', photos, '--min-face-size', '40').status).to.equal(0);
    expect((await counts()).wait).to.equal(20);
    const worker = work();
    await untilDone();
    const completed = await byFile('completed');
    expect([...completed.keys()].sort()).to.deep.equal([...names].sort());
    for (const [file, { id, returnvalue }] of completed) {
      expect(returnvalue).to.include({ file, id, model: 'mtcnn' });
      expect(returnvalue.faces, file).to.have.length(1);
    }
    // What has ended is known as well.
    expect(jobs('enqueue', photos, '--min-face-size', '40').status).to.equal(0);
    expect(await counts()).to.include({ wait: 0, active: 0, completed: 20 });
    worker.child.kill('SIGTERM');
    expect(await worker.ended).to.equal(0);
    expect(worker.said()).to.match(/20 jobs done, 0 failed here/);
  });

  it('take the image itself, and options over those of the worker', async () => {
    const image = standardPng().toString('base64');
    await queue.add('detect', { image, name: 'mine', options: { maxFaces: 2 } }, { jobId: 'bytes' });
    await queue.add('detect', { image });
    await queue.add('detect', { path: 'a.png' });
    startJobs(['worker', '--max-faces', '3', '--quiet'], redis.url);
    await untilDone();
    const values = (await queue.getJobs(['completed'])).map(({ returnvalue }) => returnvalue);
    const shown = values.map(({ file, id, faces }) => ({ file, id, faces: faces.length }));
    expect(shown).to.have.deep.members([
      { file: 'mine', id: 'bytes', faces: 2 },
      { file: '2', id: '2', faces: 3 },
    ]);
    const [failed] = await queue.getJobs(['failed']);
    expect(failed?.failedReason).to.match(/^OUTSIDE_ROOT: this worker has no --root/);
  });

  it('take HEIC, AVIF and GIF', async () => {
    const files = await optionalFiles();
    for (const [format, bytes] of Object.entries(files)) put(`a.${format}`, bytes);
    expect(jobs('enqueue', photos).status).to.equal(0);
    work();
    await untilDone();
    const completed = await byFile('completed');
    expect([...completed.keys()].sort()).to.deep.equal(['a.avif', 'a.gif', 'a.heic']);
    for (const { returnvalue } of completed.values()) expect(returnvalue.faces).to.have.length(4);
  });

  it('fail once and for good where the image, its path or its options are wrong', async () => {
    put('good.png', standardPng());
    put('text.jpg', 'no image');
    put('cut.png', standardPng().subarray(0, 3000));
    writeFileSync(path.join(folder, 'secret.png'), standardPng());
    symlinkSync('../secret.png', path.join(photos, 'way-out.png'));
    expect(jobs('enqueue', photos).status).to.equal(0);
    const attempts = { attempts: 9, backoff: { type: 'exponential', delay: 1 } };
    await queue.add('detect', { path: '../secret.png' }, attempts);
    await queue.add('detect', { path: 'good.png', options: { minFaceSize: 1 } }, attempts);
    await queue.add('detect', { something: 'else' }, attempts);
    const results = path.join(folder, 'results');
    work(['--results', results]);
    await untilDone();
    const failed = await queue.getJobs(['failed']);
    expect(failed.map(({ failedReason }) => failedReason?.split(':')[0])).to.have.members([
      'UNSUPPORTED_FORMAT',
      'TRUNCATED_IMAGE',
      'OUTSIDE_ROOT',
      'OUTSIDE_ROOT',
      'INVALID_OPTION',
      'INVALID_JOB',
    ]);
    expect(failed.map(({ attemptsMade }) => attemptsMade)).to.deep.equal([1, 1, 1, 1, 1, 1]);
    const shown = collected(results).map(({ file, faces, error }) => [file, faces?.length ?? error?.code]);
    expect(shown).to.have.deep.members([
      ['good.png', 4],
      ['text.jpg', 'UNSUPPORTED_FORMAT'],
      ['cut.png', 'TRUNCATED_IMAGE'],
      ['way-out.png', 'OUTSIDE_ROOT'],
      ['../secret.png', 'OUTSIDE_ROOT'],
      ['good.png', 'INVALID_OPTION'],
      [failed.find(({ data }) => data.something)?.id, 'INVALID_JOB'],
    ]);
  });

  it('come from a pipe as well, which can be read once', async () => {
    put('a.png', standardPng());
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const command = `seq 2500 | sed s/$/.png/ > "$1" & exec "$2" "$3" enqueue "$1" --root "$4" --queue "$5"`;
    const args = ['-c', command, 'sh', pipe, process.execPath, cliFile, photos, redis.url];
    const { status, stderr } = spawnSync('sh', args, { encoding: 'utf8' });
    expect({ status, stderr: stderr.trim().split('\n').pop() }).to.deep.equal({
      status: 0,
      stderr: 'opencv-face-detector: 2500 images in the queue, each once however often it is added',
    });
    expect((await counts()).wait).to.equal(2500);
  });

  // BullMQ cannot fail such a job, which would be searched for ever.
  it('end also where their program asked for pauses that BullMQ does not know', async () => {
    await queue.add('detect', { path: 'none.png' }, { attempts: 2, backoff: { type: 'nonsense', delay: 1 } });
    work([]);
    await eventually('it has failed', async () => (await counts()).failed === 1, patience);
    expect((await byFile('failed')).get('none.png')).to.include({ attemptsMade: 2 });
  });

  it('are tried again, later, where the error may pass', async () => {
    put('a.png', standardPng());
    writeFileSync(path.join(folder, 'list'), 'a.png\nlate.png\nnever.png\n');
    expect(
      jobs('enqueue', path.join(folder, 'list'), '--root', photos, '--backoff', '0.2', '--attempts', '3').status,
    ).to.equal(0);
    const results = path.join(folder, 'results');
    work(['--results', results]);
    await eventually(
      'both have failed',
      async () => (await counts()).completed === 1 && (await counts()).failed === 2,
      patience,
    );
    expect((await byFile('failed')).get('late.png')).to.include({ attemptsMade: 3 });
    expect((await byFile('failed')).get('late.png')?.failedReason).to.match(/^ENOENT: no such file/);
    // Somebody mounts the disk.
    renameSync(path.join(photos, 'a.png'), path.join(photos, 'late.png'));
    const { stderr } = jobs('jobs', 'retry');
    expect(stderr).to.equal('opencv-face-detector: 2 jobs back in the queue\n');
    await eventually(
      'one is done, one has failed again',
      async () => (await counts()).completed === 2 && (await counts()).failed === 1,
      patience,
    );
    expect((await byFile('failed')).get('never.png')).to.include({ attemptsMade: 3, attemptsStarted: 6 });
    const shown = collected(results).map(({ file, faces, error }) => [file, faces?.length ?? error?.code]);
    expect(shown).to.have.deep.members([
      ['a.png', 4],
      ['late.png', 4],
      ['never.png', 'ENOENT'],
    ]);
  });

  /** A picture that takes many seconds, by a search that looks at everything. */
  async function putSlow(name: string): Promise<void> {
    const background = '#876';
    put(
      name,
      await sharp({ create: { width: 8000, height: 6000, channels: 3, background } })
        .jpeg()
        .toBuffer(),
    );
  }
  const slowly = ['--engine', 'opencv', '--min-face-size', '12', '--jobs', '1'];

  it('go back to the queue at once when their worker is stopped', async () => {
    await putSlow('slow.jpg');
    expect(jobs('enqueue', photos).status).to.equal(0);
    const worker = work([...slowly, '--lock', '3600']);
    await eventually('it is searched', async () => (await counts()).active === 1, patience);
    worker.child.kill('SIGTERM');
    expect(await worker.ended).to.equal(0);
    expect(await counts()).to.include({ wait: 1, active: 0, failed: 0 });
    // The next one need not wait for a lock.
    const next = work([...slowly, '--lock', '3600']);
    await eventually('it is searched again', async () => (await counts()).active === 1, patience);
    next.child.kill('SIGINT');
    expect(await next.ended).to.equal(0);
    const [job] = await queue.getJobs(['wait']);
    expect(job).to.include({ attemptsMade: 0, stalledCounter: 0 });
  });

  it('come back by themselves where a second signal ends the worker that waits for a silent queue', async () => {
    await putSlow('slow.jpg');
    expect(jobs('enqueue', photos).status).to.equal(0);
    const worker = work(slowly);
    await eventually('it is searched', async () => (await counts()).active === 1, patience);
    const client = new Client(redis.url);
    await client.client('PAUSE', 8000);
    worker.child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 3500)); // sooner, it would count as the same one
    worker.child.kill('SIGTERM');
    expect(await worker.ended).to.equal(143);
    client.disconnect();
    work(slowly);
    await eventually(
      'the next worker has it',
      async () => (await queue.getJobs(['active']))[0]?.stalledCounter === 1,
      patience,
    );
  });

  it('go on after the connection was lost, and after Redis was started anew', async () => {
    await redis.stop({ keep: true });
    const durable = ['--appendonly', 'yes', '--appendfsync', 'always'];
    redis = await startRedis(durable, redis);
    const names = await writePhotographs(photos, 300);
    expect(jobs('enqueue', photos).status).to.equal(0);
    const results = path.join(folder, 'results');
    const worker = work(['--results', results, '--quiet']);
    await eventually('some are done', async () => Number((await counts()).completed) > 10, patience);
    const client = new Client(redis.url);
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal');
    client.disconnect();
    const before = Number((await counts()).completed);
    await eventually(
      'more are done',
      async () => Number((await counts()).completed) > Math.min(before + 10, 299),
      patience,
    );
    await redis.stop({ keep: true });
    const last = (state: string) => worker.said().lastIndexOf(`the connection to the queue is ${state}`);
    await eventually('the worker tells', () => last('lost') > last('back'), patience);
    expect(worker.said()).to.not.contain('is lost (-'); // what is wrong with a job
    redis = await startRedis(durable, redis);
    await eventually('the worker tells of its return', () => last('back') > last('lost'), patience);
    await untilDone();
    expect(await counts()).to.include({ completed: 300, failed: 0 });
    expect(
      collected(results)
        .map(({ file }) => file)
        .sort(),
    ).to.deep.equal([...names].sort());
    worker.child.kill('SIGTERM');
    expect(await worker.ended).to.equal(0);
  });

  // It ended with the stack of "Command aborted due to connection close".
  it('are all added although the connection is cut again and again', async () => {
    const list = path.join(folder, 'list');
    writeFileSync(list, Array.from({ length: 50_000 }, (_, i) => `${i}.png\n`).join(''));
    const adding = startJobs(['enqueue', list, '--root', photos], redis.url);
    const client = new Client(redis.url);
    const hasJobs = async () => Number((await counts()).wait) > 0;
    await eventually('some are added', hasJobs, patience);
    let cuts = 0;
    while (adding.child.exitCode === null && cuts < 50) {
      cuts += Number(await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    client.disconnect();
    expect(await adding.ended, adding.said()).to.equal(0);
    expect(cuts).to.be.above(0);
    expect((await counts()).wait).to.equal(50_000);
  });

  it('end where Redis no longer lets their command in', async () => {
    await queue.add('detect', { path: 'none.png' });
    const client = new Client(redis.url);
    await client.config('SET', 'requirepass', 'first');
    const waiting = startJobs(['jobs', 'status', '--wait'], redis.url.replace('//', '//:first@'));
    await eventually('it waits', () => waiting.said().includes('0 of 1'), patience);
    // A question that is on its way is kept until the connection is back, which it never is.
    await client.client('PAUSE', 60_000, 'WRITE');
    await eventually('it asks', async () => /blocked_clients:1/.test(await client.info('clients')), patience);
    await client.config('SET', 'requirepass', 'second');
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    client.disconnect();
    expect(await waiting.ended).to.equal(1);
    expect(waiting.said()).to.match(/opencv-face-detector: the queue's Redis at \S+ refuses: WRONGPASS /);
  });

  it('fail where the image ends its workers, and only those', async () => {
    await writePhotographs(photos, 12);
    put('deadly.png', Buffer.alloc(1234));
    expect(jobs('enqueue', photos).status).to.equal(0);
    const deadly = ['--require', path.join(root, 'test', 'fixtures', 'deadly-image.cjs')];
    const results = path.join(folder, 'results');
    const args = ['--results', results, '--jobs', '2', '--lock', '1'];
    const endings: (number | string)[] = [];
    for (let worker = work(args, deadly); endings.length < 3; worker = work(args, deadly))
      endings.push(await worker.ended);
    expect(endings).to.deep.equal(['SIGKILL', 'SIGKILL', 'SIGKILL']);
    await untilDone();
    expect([...(await byFile('failed')).keys()]).to.deep.equal(['deadly.png']);
    expect((await counts()).completed).to.equal(12);
    const failed = collected(results).filter(({ error }) => error);
    expect(failed.map(({ file, error }) => [file, error?.code])).to.deep.equal([['deadly.png', 'IMAGE_QUARANTINED']]);
  });

  it('are added no faster than workers take them, and a second time where that was interrupted', async () => {
    const list = Array.from({ length: 3500 }, (_none, i) => `${i}.png`);
    writeFileSync(path.join(folder, 'list'), list.join('\n'));
    const enqueue = ['enqueue', path.join(folder, 'list'), '--root', photos];
    const first = startJobs([...enqueue, '--ahead', '1500'], redis.url);
    await eventually('some wait', async () => (await counts()).wait === 2000, patience);
    first.child.kill('SIGINT');
    expect(await first.ended).to.equal(130);
    // The last thousand may be in the queue before its answer is here.
    expect(first.said()).to.match(/interrupted after [12]000 images; run the same command again/);
    expect((await counts()).wait).to.equal(2000);
    expect(jobs(...enqueue).status).to.equal(0);
    expect((await counts()).wait).to.equal(3500);
  });

  it('are forgotten when the queue remembers enough', async () => {
    await writePhotographs(photos, 12);
    expect(jobs('enqueue', photos).status).to.equal(0);
    work(['--keep', '5']);
    await untilDone();
    expect((await counts()).completed).to.equal(5);
    const { stdout } = jobs('jobs', 'status', '--json');
    expect(JSON.parse(stdout)).to.deep.equal({
      waiting: 0,
      active: 0,
      delayed: 0,
      completed: 5,
      failed: 0,
      finished: 12,
    });
  });

  it('show a bar on a terminal while they are added and done', async function () {
    if (process.platform !== 'linux' || spawnSync('script', ['--version']).status !== 0)
      skip(this, 'script of util-linux is not installed');
    await writePhotographs(photos, 30);
    const onTerminal = (line: string) => {
      const command = `stty cols 100; '${process.execPath}' '${cliFile}' ${line} --queue ${redis.url}`;
      const env = { ...process.env, TERM: 'xterm', SHELL: '/bin/sh' };
      return track(spawn('script', ['-qec', command, '/dev/null'], { env, stdio: ['ignore', 'pipe', 'pipe'] }));
    };
    // Nobody takes the jobs yet: both wait, until they have been seen.
    const enqueue = onTerminal(`enqueue ${photos} --ahead 1 --min-face-size 40`);
    expect(await enqueue.ended).to.equal(0);
    expect(enqueue.said()).to.match(/30 images in the queue, each once/);
    const again = onTerminal(`enqueue ${photos} --ahead 1`);
    const status = onTerminal('jobs status --wait');
    await eventually(
      'both have a bar',
      () => {
        return (
          / 0% {2}0 of 30 {2}0.0\/s {2}30 wait: workers are needed/.test(again.said()) &&
          / 0% {2}0 of 30 .* 0 failed/.test(status.said())
        );
      },
      patience,
    );
    work();
    expect(await Promise.all([again.ended, status.ended])).to.deep.equal([0, 0]);
  });

  it('are counted, and waited for', async () => {
    put('good.png', standardPng());
    put('bad.png', 'no image');
    expect(jobs('enqueue', photos).status).to.equal(0);
    expect(jobs('jobs', 'status').stdout).to.match(/^waiting +2\nactive +0\n/);
    work(['--results', path.join(folder, 'results')]);
    // It ended with 3 where a job had failed, so that nothing that followed by && was run.
    const results = path.join(folder, 'results');
    const line = `node dist/cli.js jobs status --queue ${redis.url} --wait && node dist/cli.js jobs collect ${results}`;
    const { status, stdout, stderr } = spawnSync('sh', ['-c', line], { cwd: root, encoding: 'utf8' });
    expect(status, stderr).to.equal(0);
    expect(stdout).to.match(
      /^completed +1\nfailed +1 {2}their results say why; jobs retry gives them new attempts\n{/m,
    );
    expect(stdout.match(/^{"file":.*}$/gm)).to.have.length(2);
    expect(stderr).to.match(/^opencv-face-detector: 2 images, 1 of them failed; 0 duplicates skipped$/m);
    expect(JSON.parse(jobs('jobs', 'status', '--json').stdout)).to.include({ completed: 1, failed: 1 });
    const { stderr: retried } = jobs('jobs', 'retry');
    expect(retried).to.equal('opencv-face-detector: 1 job back in the queue\n');
  });

  it('are told of as none where a folder holds none', () => {
    const { status, stderr } = jobs('enqueue', photos);
    expect({ status, stderr }).to.deep.equal({
      status: 0,
      stderr: 'opencv-face-detector: 0 images in the queue, each once however often it is added\n',
    });
  });

  it('are not made of names that are not UTF-8, of which two would be one', async function () {
    if (process.platform !== 'linux') skip(this, 'names are bytes on Linux only');
    for (const byte of [0xe8, 0xe9])
      writeFileSync(Buffer.concat([Buffer.from(`${photos}/`), Buffer.of(byte), Buffer.from('.png')]), '');
    put('good.png', standardPng());
    const { status, stderr } = jobs('enqueue', photos);
    expect(status).to.equal(3);
    expect(stderr.match(/\ufffd\.png is left out: its name is not UTF-8$/gm)).to.have.length(2);
    expect(await counts()).to.include({ wait: 1 });
    rmSync(path.join(photos, 'good.png'));
    expect(jobs('enqueue', photos).status).to.equal(1);
    const list = path.join(folder, 'list');
    writeFileSync(list, Buffer.from('good.png\nB\xe9b\xe9.png\n', 'latin1'));
    const listed = jobs('enqueue', list, '--root', photos);
    expect(listed.status).to.equal(2);
    expect(listed.stderr).to.match(/list: B\ufffdb\ufffd\.png is not UTF-8/);
  });

  it('are done although nobody reads what the worker tells', async () => {
    await writePhotographs(photos, 20);
    put('bad.png', 'no image'); // told
    const worker = spawn(process.execPath, [cliFile, 'worker', '--root', photos, '--queue', redis.url], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    track(worker);
    worker.stderr.destroy();
    expect(jobs('enqueue', photos).status).to.equal(0);
    await untilDone();
    expect(await counts()).to.include({ completed: 20, failed: 1 });
  });

  it('can be counted for nobody', () => {
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', '"$@" | true', 'sh', process.execPath, cliFile, 'jobs', 'status'],
      {
        env: { ...process.env, QUEUE_URL: redis.url },
        encoding: 'utf8',
      },
    );
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
  });

  it('leave no file of results that holds anything but lines', async () => {
    await writePhotographs(photos, 10);
    expect(jobs('enqueue', photos).status).to.equal(0);
    const results = path.join(folder, 'results');
    work(['--results', results]);
    await untilDone();
    const [name = ''] = readdirSync(results);
    expect(readFileSync(path.join(results, name), 'utf8').trimEnd().split('\n')).to.have.length(10);
    const [job] = await queue.getJobs(['completed']);
    expect(job?.returnvalue).to.deep.equal({ faces: 1 }); // the queue need not keep it twice
  });

  describe('where the queue cannot be used', () => {
    it('say so at once, and end with status 1', async () => {
      await redis.stop({ keep: true });
      const { status, stdout, stderr } = jobs('worker', '--root', photos);
      expect({ status, stdout }).to.deep.equal({ status: 1, stdout: '' });
      expect(stderr).to.equal(`opencv-face-detector: no Redis answers at 127.0.0.1:${redis.port}: ECONNREFUSED\n`);
      expect(jobs('enqueue', photos).status).to.equal(1);
      expect(jobs('jobs', 'status').status).to.equal(1);
      redis = await startRedis([], redis);
    });

    it('say what Redis refuses: a user who may not, and a memory that is full', async () => {
      await connection.call('ACL', 'SETUSER', 'other', 'on', '>pw', '~bull:other:*', '&*', '+@all');
      await connection.call('ACL', 'SETUSER', 'few', 'on', '>pw', '~*', '&*', '+@all', '-info');
      for (const user of ['other', 'few']) {
        const { status, stderr } = cli(['jobs', 'status', '--queue', redis.url.replace('//', `//${user}:pw@`)]);
        expect(status).to.equal(1);
        expect(stderr).to.match(/^opencv-face-detector: the queue's Redis at .* refuses: NOPERM .*\n$/m);
        expect(stderr).to.not.match(/^ +at /m);
      }

      put('one.png', standardPng());
      expect(jobs('enqueue', photos).status).to.equal(0);
      await connection.config('SET', 'maxmemory', '1');
      for (const command of [
        ['enqueue', photos],
        ['worker', '--root', photos],
      ]) {
        const { status, stderr } = jobs(...command);
        expect(status).to.equal(1);
        expect(stderr.match(/refuses: OOM /g)).to.have.length(1);
        expect(stderr).to.not.match(/^ +at /m);
      }
      await connection.config('SET', 'maxmemory', '0');
      expect(await counts()).to.include({ wait: 1, active: 0 });
    });

    it('do not keep a worker that has nowhere to read or write', () => {
      const file = path.join(folder, 'file');
      writeFileSync(file, '');
      const root = jobs('worker', '--root', path.join(folder, 'none'));
      expect(root.status).to.equal(1);
      expect(root.stderr).to.match(/ENOENT: .*none/);
      const noFolder = jobs('worker', '--root', file);
      expect(noFolder.status).to.equal(2);
      expect(noFolder.stderr).to.match(/--root must be a folder, got .*file/);
      const results = jobs('worker', '--root', photos, '--results', file);
      expect(results.status).to.equal(1);
      expect(results.stderr).to.match(/EEXIST: .*file/);
    });

    it('do not tell the password', async () => {
      const client = new Client(redis.url);
      await client.config('SET', 'requirepass', 'right');
      client.disconnect();
      const { status, stderr } = cli([
        'worker',
        '--root',
        photos,
        '--queue',
        redis.url.replace('//', '//:wrong-secret@'),
      ]);
      expect(status).to.equal(1);
      expect(stderr).to.match(/refuses: WRONGPASS/);
      expect(stderr).to.not.include('secret');
      const http = cli(['enqueue', photos, '--queue', 'http://:wrong-secret@127.0.0.1']);
      expect(http.status).to.equal(2);
      expect(http.stderr).to.match(/must be a URL such as redis:/);
      expect(http.stderr).to.not.include('secret');
    });
  });
});

describe('the commands of bulk jobs', () => {
  it('name the command that installs BullMQ where it is missing', () => {
    const folder = packageFolder(['package.json', 'build']);
    try {
      mkdirSync(path.join(folder, 'node_modules'));
      for (const name of ['cli-progress', 'glob'])
        symlinkSync(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name));
      const args = [path.join(folder, 'dist', 'cli.js'), 'jobs', 'status', '--queue', 'redis://127.0.0.1'];
      expect(() => execFileSync(process.execPath, args, { stdio: 'pipe' })).to.throw(
        'opencv-face-detector: bulk jobs need BullMQ, which is not installed. Install it: npm install bullmq ioredis\n',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const wrong: [string[], RegExp][] = [
    [['worker'], /--queue URL is needed, or QUEUE_URL/],
    [['worker', '--queue', 'redis://a', 'photos'], /worker takes flags only, got photos/],
    [['worker', '--queue', 'redis://'], /--queue must be a URL such as/],
    [['worker', '--queue', 'redis://a/photos'], /--queue must be a URL such as/],
    [['worker', '--queue', 'redis://a', '--name', 'a:b'], /--name may have letters/],
    [['worker', '--queue', 'redis://a', '--min-face-size', '1'], /--min-face-size must be/],
    [['enqueue', '--queue', 'redis://a'], /needs one folder, one list/],
    [['enqueue', '--queue', 'redis://a', '.', '--threshold', '0.5', '--onet-threshold', '0.5'], /give one of them/],
    [['enqueue', '--queue', 'redis://a', '.', '--search-every', '3'], /--search-every needs --films/],
    [['enqueue', '--queue', 'redis://a', '.', '--redact'], /--redact needs --films/],
    [['enqueue', '--queue', 'redis://a', '.', '--films', '--no-sound'], /--sound needs --redact/],
    [['enqueue', '--queue', 'redis://a', '.', '--films', '--search-every', '0'], /--search-every must be/],
    [['enqueue', '--queue', 'redis://a', '.', '--films', '--orientation', 'auto'], /no option "orientation"/],
    [['jobs', '--queue', 'redis://a'], /needs one of status, retry, collect DIR/],
    [['jobs', 'collect'], /needs one of status, retry, collect DIR/],
    [['jobs', 'status'], /--queue URL is needed/],
  ];
  for (const [args, message] of wrong) {
    it(`refuse ${args.join(' ')}`, () => {
      const { status, stderr } = cli(args);
      expect(status).to.equal(2);
      expect(stderr).to.match(message);
    });
  }
});
