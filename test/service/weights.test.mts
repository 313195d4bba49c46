import { cpSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { needCores, needWeights, root } from '../fixtures/available.mjs';
import { eventually } from '../fixtures/http.mjs';
import { packageFolder } from '../fixtures/package-folder.mjs';
import { failToStart, logLines, metric, startService, workerPids } from '../fixtures/service.mjs';

const fetchThem = 'Fetch them: npx opencv-face-detector models fetch mtcnn\n';

describe('weights that are damaged', () => {
  let folder: string;
  let weights: string;
  before(function () {
    needWeights(this);
    folder = packageFolder();
    weights = path.join(folder, 'models', 'mtcnn', 'det2.onnx');
  });
  beforeEach(() => {
    const models = path.join(folder, 'models', 'mtcnn');
    rmSync(models, { recursive: true, force: true });
    cpSync(path.join(root, 'models', 'mtcnn'), models, { recursive: true });
  });
  after(() => folder && rmSync(folder, { recursive: true }));

  const damages: [string, () => void, RegExp][] = [
    ['cut', () => writeFileSync(weights, readFileSync(weights).subarray(0, 1000)), /1000 bytes instead of \d+/],
    [
      'flipped by one bit',
      () => {
        const bytes = readFileSync(weights);
        bytes[5000] = (bytes[5000] ?? 0) ^ 1;
        writeFileSync(weights, bytes);
      },
      /SHA-256 \w{64} instead of \w{64}/,
    ],
    [
      'unreadable',
      () => {
        rmSync(weights);
        symlinkSync('det2.onnx', weights); // to itself: not even root can read it
      },
      /cannot be read \(ELOOP\)/,
    ],
  ];
  for (const [how, damage, reason] of damages) {
    it(`(${how}) keep the service from starting, and the reason says it; no other model stands in`, async () => {
      damage();
      const { status, output } = await failToStart({}, { folder });
      expect(status).to.equal(1);
      expect(output).to.match(
        new RegExp(`^opencv-face-detector: weights mtcnn/det2.onnx: ${reason.source}. ${fetchThem}$`),
      );
    });
  }

  // A worker that died then took the others with it.
  it('while it serves cost nothing; a worker that dies then is replaced when they are mended', async function () {
    needCores(this, 2);
    const service = await startService({ WORKERS: '2' }, { folder });
    try {
      renameSync(weights, `${weights}.away`);
      const [victim = 0] = workerPids(service);
      process.kill(victim, 'SIGKILL');
      await eventually('tried again', () => logLines(service, 'worker failed to start').length >= 2, 60);
      expect(logLines(service, 'worker failed to start')[0]?.reason).to.match(/det2.onnx: not there/);
      expect((await fetch(`${service.origin}/readyz`)).status).to.equal(200);
      renameSync(`${weights}.away`, weights);
      const ready = async () => (await metric(service, 'face_detector_ready_workers')) === 2;
      await eventually('replaced', ready, 60);
    } finally {
      expect(await service.stop()).to.equal(0);
    }
  });
});
