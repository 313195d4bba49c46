import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { root, skip } from '../fixtures/available.mjs';
import { runIn, runWell } from '../fixtures/commands.mjs';

/** The folder above bin/node, where a Node.js with headers has include/node/node.h. */
const nodePrefix = path.join(path.dirname(process.execPath), '..');

/** npm brings node-gyp along. */
function nodeGyp(): string | undefined {
  const folders = [
    runIn(root, 'npm', ['root', '--global']).output.trim(),
    path.join(nodePrefix, 'lib', 'node_modules'),
  ];
  return folders
    .map((folder) => path.join(folder, 'npm', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js'))
    .find(existsSync);
}

describe('binding.gyp', () => {
  let folder: string;
  let gyp: string | undefined;

  before(function () {
    if (!existsSync(path.join(nodePrefix, 'include', 'node', 'node.h')))
      skip(this, 'node.h is not beside node, and would have to be downloaded');
    gyp = nodeGyp();
    if (!gyp) skip(this, 'npm came without node-gyp');
    if (runIn(root, 'python3', ['--version']).status !== 0) skip(this, 'node-gyp needs Python');
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    for (const entry of ['native', 'binding.gyp', 'package.json'])
      cpSync(path.join(root, entry), path.join(folder, entry), { recursive: true });
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  });
  after(() => folder && rmSync(folder, { recursive: true }));

  const build = (environment: Record<string, string>) =>
    runIn(folder, process.execPath, [gyp ?? '', 'rebuild', `--nodedir=${nodePrefix}`], environment);

  it('says that OpenCV is missing, and how to install it', () => {
    const { status, output } = build({ PKG_CONFIG_PATH: '', PKG_CONFIG_LIBDIR: '/nowhere' });
    expect(status).to.equal(1);
    expect(output).to.match(
      /^OpenCV 4, Highway or a library of pictures was not found.*apt-get install -y pkg-config libopencv-dev libhwy-dev libjpeg-dev.*brew install pkg-config opencv@4 highway jpeg-turbo libpng libtiff webp && export PKG_CONFIG_PATH=/m,
    );
  }).timeout(120_000);

  it('builds the addon for those who have only node-gyp', () => {
    const { status, output } = build({ JOBS: 'max' });
    expect(status, output).to.equal(0);
    const addon = path.join(folder, 'build', 'Release', 'opencv_face_detector.node');
    const printed = runWell(folder, process.execPath, ['-p', `require(${JSON.stringify(addon)}).opencvVersion`]);
    expect(printed).to.match(/^4\.\d+\.\d+\n$/);
  }).timeout(900_000);
});
