import path from 'node:path';
import { expect } from 'chai';
import { needWeights } from '../fixtures/available.mjs';
import { cli } from '../fixtures/command-line.mjs';

describe('bench', () => {
  before(function () {
    needWeights(this);
  });

  it('compares the engines on a drawn picture', () => {
    const { status, stdout, stderr } = cli(['bench', '--seconds', '1']);
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    expect(stdout).to.match(/^a drawn picture of 1280 x 720, 6 faces; \d+ at once; OpenCV \d/);
    for (const engine of ['opencv', 'fused'])
      expect(stdout).to.match(new RegExp(`^${engine} +[\\d.]+ +[\\d.]+ - [\\d.]+ `, 'm'));
    expect(stdout).to.match(/^fused searches [\d.]+ times as many as opencv\.$/m);
  });

  it('measures a given file, for programs', () => {
    const file = path.resolve(process.env.FACES_DRAWN as string, 'faces.png');
    const { status, stdout } = cli(['bench', '--seconds', '1', '--json', '--max-faces', '2', file]);
    expect(status).to.equal(0);
    const { images, faces, engines } = JSON.parse(stdout);
    expect({ images, faces }).to.deep.equal({ images: file, faces: 2 });
    for (const { median, least, most, stages } of engines) {
      expect(median).to.be.within(least, most).and.above(0);
      for (const stage of ['decode', 'pnet', 'total']) expect(stages[stage], stage).to.be.above(0);
    }
  });

  it('says what it cannot measure', () => {
    expect(cli(['bench', 'nothing.jpg'])).to.include({ status: 1 });
    expect(cli(['bench', 'package.json']).stderr).to.match(/is not an image/);
    expect(cli(['bench', '--seconds', '0'])).to.include({ status: 2 });
  });
});
