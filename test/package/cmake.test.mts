import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { root, skip } from '../fixtures/available.mjs';
import { runIn } from '../fixtures/commands.mjs';

// What Homebrew calls opencv became version 5, and the advice to install that could not help.
describe('the configuring of the addon', () => {
  let folder: string;
  before(function () {
    if (runIn(root, 'cmake', ['--version']).status !== 0) skip(this, 'CMake is not installed');
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
  });
  after(() => folder && rmSync(folder, { recursive: true }));

  const configure = (name: string, ...settings: string[]) =>
    runIn(root, 'cmake', ['-S', root, '-B', path.join(folder, name), ...settings]);
  const brewLines = /brew install opencv@4\n *export OpenCV_DIR="\$\(brew --prefix opencv@4\)\/lib\/cmake\/opencv4"\n/;

  it('refuses OpenCV 5, and says which one to install', () => {
    writeFileSync(path.join(folder, 'OpenCVConfig.cmake'), 'set(OpenCV_VERSION 5.0.0)\n');
    const { status, output } = configure('new', `-DOpenCV_DIR=${folder}`);
    expect(status).to.equal(1);
    expect(output)
      .to.match(/OpenCV 5\.0\.0 was found in .*versions 4\.5 to 4\.x work/s)
      .and.to.match(brewLines);
  });

  it('says what to install where there is no OpenCV', () => {
    const { status, output } = configure('none', '-DCMAKE_DISABLE_FIND_PACKAGE_OpenCV=TRUE');
    expect(status).to.equal(1);
    expect(output)
      .to.match(/OpenCV 4 was not found/)
      .and.to.match(brewLines);
  });
});
