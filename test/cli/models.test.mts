import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { root } from '../fixtures/available.mjs';
import { runIn } from '../fixtures/commands.mjs';

describe('models, in a package without weights', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    cpSync(path.join(root, 'dist'), path.join(folder, 'dist'), { recursive: true });
    cpSync(path.join(root, 'models', 'manifest.json'), path.join(folder, 'models', 'manifest.json'));
    for (const entry of ['package.json', 'node_modules']) symlinkSync(path.join(root, entry), path.join(folder, entry));
    mkdirSync(path.join(folder, 'source', 'mtcnn'), { recursive: true });
    writeFileSync(path.join(folder, 'source', 'mtcnn', 'det1.prototxt'), 'not the weights');
  });
  after(() => rmSync(folder, { recursive: true }));

  const models = (...args: string[]) =>
    runIn(folder, process.execPath, [path.join(folder, 'dist', 'cli.js'), 'models', ...args], {
      MODELS_SOURCE: path.join(folder, 'source'),
      HTTPS_PROXY: 'http://127.0.0.1:1', // where nobody is
      NO_PROXY: '',
    });

  it('fetch says what each source has instead, and ends with 1', () => {
    const { status, output } = models('fetch', 'mtcnn');
    expect(status).to.equal(1);
    expect(output).to.match(/^mtcnn\/det1.prototxt: refused what .*source.* has: 15 bytes instead of \d+/m);
    expect(output).to.match(/^opencv-face-detector: .*det1.prototxt/m);
  });

  it('verify says that they are not there, and ends with 1', () => {
    const { status, output } = models('verify', 'mtcnn');
    expect(status).to.equal(1);
    expect(output).to.match(/^mtcnn\/det1.prototxt: missing$/m);
  });
});
