import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { FaceDetector } from 'opencv-face-detector';
import { needWeights, root, skip } from '../fixtures/available.mjs';
import { standardPng } from '../fixtures/drawn-faces.mjs';

/** Runs a script in a process of its own; answers its status, or the signal that killed it, and what it printed. */
function runScript(script: string, environment: Record<string, string> = {}, flags: string[] = []) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...flags, '-e', script], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  return { end: signal ?? status, stdout, stderr };
}

const createDetector = `
  const { FaceDetector } = require('opencv-face-detector');
  const large = { data: new Uint8Array(4000 * 4000 * 3), width: 4000, height: 4000, channels: 3, order: 'rgb' };
`;

const workerScript = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { FaceDetector } = require(workerData.entry);
  FaceDetector.create().then(async (detector) => {
    const { faces } = await detector.detect(workerData.png);
    await detector.close();
    parentPort.postMessage(faces);
  });
`;

function startWorker(): Worker {
  return new Worker(workerScript, {
    eval: true,
    workerData: { entry: path.join(root, 'dist', 'index.js'), png: standardPng() },
  });
}

function answerOf(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

// Node.js 20 calls it experimental.
const permissionFlag = ['--permission', '--experimental-permission'].find((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
);

/** A process under the permission model that may read the checkout and nothing else. */
function runRestricted(script: string, ...flags: string[]) {
  return runScript(script, {}, [...restricted(), ...flags]);
}

function restricted(): string[] {
  if (!permissionFlag) throw new Error('this Node.js has no permission model');
  return [permissionFlag, `--allow-fs-read=${root}`];
}

describe('the library in a process', () => {
  it('is one implementation for import and require', () => {
    const required = createRequire(import.meta.url)('opencv-face-detector') as { FaceDetector: unknown };
    expect(required.FaceDetector).to.equal(FaceDetector);
  });

  it('does nothing when it is imported', () => {
    const { end, stdout } = runScript(
      "require('opencv-face-detector'); console.log(process.listenerCount('exit'), process._getActiveHandles().length)",
    );
    expect(end).to.equal(0);
    expect(stdout.trim()).to.match(/^0 [0-3]$/); // standard streams
  });

  // As many jobs as the pool has threads held up every other reading of a file until the first of them ended.
  it("leaves a thread of Node's pool to others", () => {
    const outcomes = (slots: number[], UV_THREADPOOL_SIZE: string) =>
      runScript(
        `const { FaceDetector } = require('opencv-face-detector');
        for (const slots of ${JSON.stringify(slots)}) {
          FaceDetector.create({ slots, modelsDir: '/nowhere' }).catch(({ code, message }) => console.log(code, message));
        }`,
        { UV_THREADPOOL_SIZE },
      )
        .stdout.trim()
        .split('\n');
    const [most, tooMany] = outcomes([5, 6], '6').sort().reverse();
    expect(most).to.match(/^MODEL_MISSING/);
    expect(tooMany).to.equal(
      "INVALID_OPTION slots must be an integer from 1 to 5, below the 6 threads of Node's pool " +
        '(start Node with a larger UV_THREADPOOL_SIZE for more), got 6',
    );
    expect(outcomes([1], '1')[0]).to.match(/^MODEL_MISSING/);
  });

  it('loads in two worker threads and the main one, with equal answers', async function () {
    needWeights(this);
    await using detector = await FaceDetector.create();
    const answers = await Promise.all([
      answerOf(startWorker()),
      answerOf(startWorker()),
      detector.detect(standardPng()).then(({ faces }) => faces),
    ]);
    expect(answers[0]).to.deep.equal(answers[2]);
    expect(answers[1]).to.deep.equal(answers[2]);
    expect(answers[2]).to.have.length(4);
  });

  it('survives a worker thread that is terminated with jobs in flight', async function () {
    needWeights(this);
    const script = `
      const { parentPort, workerData } = require('node:worker_threads');
      const { FaceDetector } = require(workerData.entry);
      const large = { data: new Uint8Array(2500 * 2500 * 3), width: 2500, height: 2500, channels: 3, order: 'rgb' };
      FaceDetector.create().then((detector) => {
        for (let i = 0; i < 4; i++) detector.detect(large).catch(() => undefined);
        setTimeout(() => parentPort.postMessage('running'), 50);
      });
    `;
    for (let i = 0; i < 3; i++) {
      const worker = new Worker(script, { eval: true, workerData: { entry: path.join(root, 'dist', 'index.js') } });
      expect(await answerOf(worker)).to.equal('running');
      await worker.terminate();
    }
    await using detector = await FaceDetector.create();
    expect((await detector.detect(standardPng())).faces).to.have.length(4);
  });

  // Node.js waits for the jobs of a thread that is terminated, for up to half a minute, and so did the one that called terminate().
  it('ends the search of a worker thread that is terminated, and no other', async function () {
    needWeights(this);
    const script = `
      const { parentPort, workerData: { entry, side } } = require('node:worker_threads');
      const { FaceDetector } = require(entry);
      const image = { data: new Uint8Array(side * side * 3), width: side, height: side, channels: 3, order: 'rgb' };
      FaceDetector.create({ slots: 1, engine: 'opencv' })
        .then((detector) => detector.detect(image, { onStart: () => setImmediate(() => parentPort.postMessage('started')) }))
        .then(({ faces }) => parentPort.postMessage(faces.length));
    `;
    const search = (side: number) =>
      new Worker(script, { eval: true, workerData: { entry: path.join(root, 'dist', 'index.js'), side } });
    const [longest, long] = [search(7000), search(4500)]; // one takes more than twice as long as the other
    expect(await Promise.all([longest, long].map(answerOf))).to.deep.equal(['started', 'started']);
    const ended: string[] = [];
    await Promise.all([
      longest.terminate().then(() => ended.push('terminated')),
      answerOf(long).then((faces) => ended.push(`done, ${faces} faces`)),
    ]);
    expect(ended).to.deep.equal(['terminated', 'done, 0 faces']);
  });

  // It would have had its turn on the pool after the searches of the others.
  it('gives up a search of a terminated thread that waits for a thread of the pool', function () {
    needWeights(this);
    const inThread = `
      const { parentPort } = require('node:worker_threads');
      const { FaceDetector } = require('opencv-face-detector');
      const image = { data: new Uint8Array(5000 * 5000 * 3), width: 5000, height: 5000, channels: 3, order: 'rgb' };
      FaceDetector.create({ engine: 'opencv' })
        .then((detector) => {
          parentPort.once('message', () => {
            detector.detect(image, { onStart: () => setImmediate(() => parentPort.postMessage('started')) })
              .then(() => parentPort.postMessage('done'));
          });
          parentPort.postMessage('loaded');
        });
    `;
    const { end, stdout, stderr } = runScript(
      `const { Worker } = require('node:worker_threads');
      const { once } = require('node:events');
      const start = async (worker) => { worker.postMessage('go'); await once(worker, 'message'); };
      (async () => {
        const workers = [0, 1, 2].map(() => new Worker(${JSON.stringify(inThread)}, { eval: true }));
        await Promise.all(workers.map((worker) => once(worker, 'message')));
        for (const worker of workers) await start(worker); // two threads of the pool: the third search waits
        for (const worker of workers.slice(0, 2)) worker.once('message', (text) => console.log(text));
        await workers[2].terminate();
        console.log('terminated');
        process.exit(0);
      })();`,
      { UV_THREADPOOL_SIZE: '2' },
    );
    expect({ end, stdout }, stderr).to.deep.equal({ end: 0, stdout: 'terminated\n' });
  });

  it('survives the same where threads share an image, and the addon is unloaded with its last user', function () {
    needWeights(this);
    if (process.platform !== 'linux') skip(this, 'threads are counted in /proc');
    const inThread = `
      const { parentPort } = require('node:worker_threads');
      const { FaceDetector } = require('opencv-face-detector');
      const large = { data: new Uint8Array(2500 * 2500 * 3), width: 2500, height: 2500, channels: 3, order: 'rgb' };
      FaceDetector.create({ threads: 3 }).then((detector) => {
        for (let i = 0; i < 3; i++) detector.detect(large).catch(() => undefined);
        setTimeout(() => parentPort.postMessage('running'), 20 * Math.random());
      });
    `;
    // Of threads that outlived their detector, code would be gone that they run.
    const { end, stdout, stderr } = runScript(`
      const { Worker } = require('node:worker_threads');
      const { once } = require('node:events');
      const threads = () => require('node:fs').readdirSync('/proc/self/task').length;
      (async () => {
        let afterFirst;
        for (let i = 0; i < 6; i++) {
          const worker = new Worker(${JSON.stringify(inThread)}, { eval: true });
          await once(worker, 'message');
          await worker.terminate();
          afterFirst ??= threads();
        }
        for (let i = 0; i < 200 && threads() > afterFirst; i++) await new Promise((resolve) => setTimeout(resolve, 20));
        console.log(threads() - afterFirst);
      })();
    `);
    expect(end, stderr).to.equal(0);
    expect(Number(stdout), 'threads more after five further workers').to.be.at.most(0);
  });

  // A closed one kept its threads and its model until JavaScript's collector came by: programs that make a detector for each
  // picture came to 750 MB.
  for (const [how, leave] of [
    ['is closed but still held', 'await detector.close(); return { during, detector };'],
    ['nobody holds any more', 'collect = require("node:vm").runInNewContext("gc"); return { during };'],
  ] as const) {
    it(`leaves no thread behind after a detector that ${how}`, function () {
      needWeights(this);
      if (process.platform !== 'linux') skip(this, 'threads are counted in /proc');
      const { end, stdout, stderr } = runScript(
        `const { FaceDetector } = require('opencv-face-detector');
        require('node:v8').setFlagsFromString('--expose-gc');
        let collect = () => undefined;
        const threads = () => require('node:fs').readdirSync('/proc/self/task').length;
        const use = async () => {
          const detector = await FaceDetector.create({ threads: 9 });
          const during = threads();
          ${leave}
        };
        (async () => {
          await (await FaceDetector.create()).close();
          const before = threads();
          const { detector, during } = await use();
          for (let i = 0; i < 200 && threads() > before; i++) {
            collect();
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
          console.log(during - before, threads() - before, detector?.model);
        })();`,
      );
      expect(end, stderr).to.equal(0);
      expect(stdout).to.match(/^8 0 /);
    });
  }

  it('ends at process.exit with a job in flight, which it cancels, with the status asked for', async function () {
    needWeights(this);
    const search = (side: number, then: string, threads: number) => `
      const { FaceDetector } = require('opencv-face-detector');
      const side = ${side};
      const large = { data: new Uint8Array(side * side * 3), width: side, height: side, channels: 3, order: 'rgb' };
      FaceDetector.create({ threads: ${threads} }).then((detector) => { const search = detector.detect(large, { minFaceSize: 12 }); ${then} });
    `;
    let ended: (number | null)[] = [];
    const run = async (script: string) => {
      const [status] = await once(spawn(process.execPath, ['-e', script], { cwd: root }), 'exit');
      ended.push(status);
    };
    // A process waits for its threads: without being cancelled, the search would hold the first one up for as long as the other.
    for (const threads of [1, 2]) {
      ended = [];
      await Promise.all([
        run(search(7000, 'setImmediate(() => process.exit(7))', threads)),
        run(search(7000, 'search.then(() => process.exit(8))', threads)),
      ]);
      expect(ended, `${threads} threads`).to.deep.equal([7, 8]);
    }
  });

  it('ends at process.exit with a search in a worker thread, too', async function () {
    needWeights(this);
    const inThread = (then: string) => `
      const { parentPort } = require('node:worker_threads');
      const { FaceDetector } = require('opencv-face-detector');
      const image = { data: new Uint8Array(7000 * 7000 * 3), width: 7000, height: 7000, channels: 3, order: 'rgb' };
      FaceDetector.create().then(async (detector) => { const search = detector.detect(image, { minFaceSize: 12 }); ${then}; parentPort.postMessage(0); });
    `;
    const ended: (number | null)[] = [];
    const run = async (then: string, status: number) => {
      const script = `new (require('node:worker_threads').Worker)(${JSON.stringify(inThread(then))}, { eval: true })
        .once('message', () => process.exit(${status}));`;
      const [end] = await once(spawn(process.execPath, ['-e', script], { cwd: root }), 'exit');
      ended.push(end);
    };
    await Promise.all([run('await new Promise(setImmediate)', 7), run('await search', 8)]);
    expect(ended).to.deep.equal([7, 8]);
  });

  it('ends by itself when nothing is left to do, without close', function () {
    needWeights(this);
    const { end, stdout, stderr } = runScript(`${createDetector}
      FaceDetector.create().then((detector) => detector.detect({ ...large, data: large.data.subarray(0, 300), width: 10, height: 10 }))
        .then(({ faces }) => console.log(faces.length));
    `);
    expect(end, stderr).to.equal(0);
    expect(stdout).to.equal('0\n');
  });

  it('reports an uncaught rejection as any other, with its code', function () {
    needWeights(this);
    const { end, stderr } = runScript(
      `${createDetector} FaceDetector.create().then((detector) => detector.detect(Buffer.from('x')));`,
    );
    expect(end).to.equal(1);
    expect(stderr).to.match(/FaceDetectorError: the data is not an image.*code: 'UNSUPPORTED_FORMAT'/s);
  });

  it('stays small: little above the picture at 50 megapixels, and no growth from picture to picture', function () {
    needWeights(this);
    const { end, stdout, stderr } = runScript(`
      const { FaceDetector } = require('opencv-face-detector');
      const { readFileSync } = require('node:fs');
      const megabytes = (key) => Number(new RegExp(key + ':\\\\s+(\\\\d+)').exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
      const picture = (side) => ({ data: new Uint8Array(side * side * 3).fill(99), width: side, height: side, channels: 3, order: 'bgr' });
      FaceDetector.create().then(async (detector) => {
        const megapixel = picture(1000);
        const loaded = megabytes('VmRSS');
        for (let i = 0; i < 20; i++) await detector.detect(megapixel);
        const after20 = megabytes('VmRSS');
        for (let i = 0; i < 20; i++) await detector.detect(megapixel);
        const after40 = megabytes('VmRSS');
        const large = picture(7071);
        const before = megabytes('VmRSS');
        await detector.detect(large, { minFaceSize: 13 });
        console.log(JSON.stringify({ small: after20 - loaded, growth: after40 - after20, large: megabytes('VmHWM') - before }));
      });
    `);
    expect(end, stderr).to.equal(0);
    const { small, growth, large } = JSON.parse(stdout) as Record<string, number>;
    if (process.platform !== 'linux') return;
    expect(small, 'MB above the loaded process after 20 pictures of a megapixel').to.be.below(70);
    expect(growth, 'MB more after 20 further ones').to.be.below(10);
    expect(large, 'MB above a picture of 50 megapixels').to.be.below(150);
  }).timeout(300_000);

  // It said that the addon must be built again.
  it('names --allow-addons where the permission model refuses the addon', () => {
    const { end, stdout } = runRestricted(
      "require('opencv-face-detector').FaceDetector.create().catch(({ code, message }) => console.log(code, message))",
    );
    expect(end).to.equal(0);
    expect(stdout).to.match(/^ADDON_MISSING .*--allow-addons/);
  });

  // "Access to this API has been restricted", of which nobody could tell what to allow; or that weights should be fetched.
  it('names the flag by which the permission model allows what a call needs', function () {
    needWeights(this);
    const folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    try {
      writeFileSync(path.join(folder, 'faces.png'), standardPng());
      cpSync(path.join(root, 'models', 'mtcnn'), path.join(folder, 'mtcnn'), { recursive: true });
      const { end, stdout, stderr } = runRestricted(
        `const { FaceDetector } = require('opencv-face-detector');
        const tell = ({ code, message }) => console.log(code, message);
        (async () => {
          const detector = await FaceDetector.create();
          await detector.detect(${JSON.stringify(path.join(folder, 'faces.png'))}).catch(tell);
          await FaceDetector.create({ modelsDir: ${JSON.stringify(folder)} }).catch(tell);
          await FaceDetector.create({ model: 'haar', modelsDir: ${JSON.stringify(folder)} }).catch(tell);
        })();`,
        '--allow-addons',
      );
      expect(end, stderr).to.equal(0);
      const [photo, weights, haar] = stdout.split('\n');
      const model = 'Node.js runs under its permission model, which needs --allow-fs-read=';
      expect(photo).to.equal(`ERR_ACCESS_DENIED ${model}${folder}/faces.png for this`);
      expect(weights).to.equal(`MODEL_INVALID weights mtcnn/det1.onnx: ${model}${folder}/mtcnn for this`);
      expect(haar).to.match(/^MODEL_MISSING .*allow Node.js to read it with one of --allow-fs-read=/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('names the flag on the command line, and for the processes of the service', () => {
    const run = (...args: string[]) => {
      const { status, stderr } = spawnSync(
        process.execPath,
        [...restricted(), '--allow-addons', '--no-warnings', path.join(root, 'dist', 'cli.js'), ...args],
        { cwd: root, encoding: 'utf8', env: { ...process.env, METRICS_PORT: '0', NODE_V8_COVERAGE: '' } },
      );
      return { status, stderr };
    };
    const read = run('detect', '/elsewhere/a.jpg');
    expect(read.stderr).to.match(
      /^\/elsewhere\/a.jpg: .*needs --allow-fs-read=\/elsewhere\/a.jpg for this \(ERR_ACCESS/,
    );
    const written = run('detect', 'a.jpg', '--output', path.join(root, 'build', 'never.ndjson'));
    expect(written.stderr).to.match(/^opencv-face-detector: .*needs --allow-fs-write=.*never.ndjson\S* for this\n$/);
    const served = run('serve', '--port', '0', '--log-level', 'silent');
    // Node.js 25 and later ask for the network first.
    expect(served.stderr).to.match(/^opencv-face-detector: .*needs --allow-(child-process|net) for this\n$/);
    expect([read.status, written.status, served.status]).to.deep.equal([1, 1, 1]);
  });

  // It failed with ERR_ACCESS_DENIED: the loader looked for a file of the system's.
  it('works where only its own folder may be read', function () {
    needWeights(this);
    const { end, stdout, stderr } = runRestricted(
      "require('opencv-face-detector').FaceDetector.create().then((detector) => detector.close()).then(() => console.log('well'))",
      '--allow-addons',
    );
    expect({ end, stdout }, stderr).to.deep.equal({ end: 0, stdout: 'well\n' });
  });
});
