import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { needWeights, root, skip } from '../fixtures/available.mjs';

// Resident memory in MB: before a search, after it, and after the time for which freed memory is kept.
const script = `
  const { FaceDetector } = require('opencv-face-detector');
  const resident = () => process.memoryUsage.rss() / 2 ** 20;
  FaceDetector.create({ minFaceSize: 400 }).then(async (detector) => {
    const data = new Uint8Array(4000 * 4000 * 3).fill(90);
    await detector.detect({ data: data.subarray(0, 300), width: 10, height: 10, channels: 3, order: 'rgb' });
    const before = resident();
    await detector.detect({ data, width: 4000, height: 4000, channels: 3, order: 'rgb' }); // 46 MB more as BGR
    const after = resident();
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    console.log(JSON.stringify({ before, after, later: resident() }));
  });
`;

describe('memory that a search has freed', () => {
  it('is kept for the next one, and returned within ten seconds', function () {
    needWeights(this);
    if (process.platform !== 'linux') skip(this, 'measured on Linux only');
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' });
    expect(status, stderr).to.equal(0);
    const { before, after, later } = JSON.parse(stdout) as Record<'before' | 'after' | 'later', number>;
    expect(after).to.be.above(before + 40);
    expect(later).to.be.below(before + 20);
  });
});
