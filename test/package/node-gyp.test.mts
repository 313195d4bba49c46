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
  it('builds the addon for those who have only node-gyp', function () {
    this.timeout(900_000);
    if (!existsSync(path.join(nodePrefix, 'include', 'node', 'node.h')))
      skip(this, 'node.h is not beside node, and would have to be downloaded');
    const gyp = nodeGyp();
    if (!gyp) skip(this, 'npm came without node-gyp');
    if (runIn(root, 'python3', ['--version']).status !== 0) skip(this, 'node-gyp needs Python');
    const folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    try {
      for (const entry of ['native', 'binding.gyp', 'package.json'])
        cpSync(path.join(root, entry), path.join(folder, entry), { recursive: true });
      symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
      runWell(folder, process.execPath, [gyp, 'rebuild', `--nodedir=${nodePrefix}`], { JOBS: 'max' });
      const addon = path.join(folder, 'build', 'Release', 'opencv_face_detector.node');
      const printed = runWell(folder, process.execPath, ['-p', `require(${JSON.stringify(addon)}).opencvVersion`]);
      expect(printed).to.match(/^4\.\d+\.\d+\n$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
