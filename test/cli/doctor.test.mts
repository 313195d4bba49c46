import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { Check } from '#dist/cli/doctor/checks.js';
import { needWeights } from '../fixtures/available.mjs';
import { cli } from '../fixtures/command-line.mjs';
import { packageFolder } from '../fixtures/package-folder.mjs';

describe('doctor', () => {
  let folder: string;
  before(() => {
    // Without the addon as well.
    folder = packageFolder(['package.json', 'node_modules']);
  });
  after(() => rmSync(folder, { recursive: true }));

  function examine(environment: Record<string, string> = {}): { status: number | null; checks: Check[] } {
    const { status, stdout } = spawnSync(process.execPath, [path.join(folder, 'dist', 'cli.js'), 'doctor', '--json'], {
      encoding: 'utf8',
      env: { ...process.env, ...environment },
    });
    return { status, checks: JSON.parse(stdout) as Check[] };
  }
  const statusOf = (checks: Check[], subject: string) => checks.find((check) => check.subject === subject)?.status;

  it('finds nothing missing where all is there', function () {
    needWeights(this);
    const { status, stdout, stderr } = cli(['doctor']);
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    for (const line of [
      /^ok +Node.js +v\d+/m,
      /^ok +native addon +loads on .*, with OpenCV \d/m,
      /^ok +weights +mtcnn: 6 files/m,
      /^(ok|advice) +engine +(fused|opencv)/m,
      /^ok +search +a drawn face is found/m,
    ])
      expect(stdout).to.match(line);
    expect(stdout).not.to.match(/^missing/m);
  });

  it('names without addon and weights what is missing, and what mends it, with status 1', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(folder, 'dist', 'cli.js'), 'doctor'], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).to.deep.equal({ status: 1, stderr: '' });
    expect(stdout).to.match(
      /^missing +native addon +there is no prebuilt addon for .*\n +-> npx opencv-face-detector build$/m,
    );
    expect(stdout).to.match(
      /^missing +weights +weights mtcnn\/det1.prototxt: not there.*\n +-> npx opencv-face-detector models fetch$/m,
    );
    expect(stdout.match(/^(missing|advice)/gm)).to.have.length((stdout.match(/^ +-> \S/gm) ?? []).length);
  });

  it('tells which build tool is missing', () => {
    const { status, checks } = examine({ PATH: folder });
    expect(status).to.equal(1);
    expect(checks.find(({ subject }) => subject === 'CMake')).to.deep.include({
      status: 'missing',
      found: 'not there, to build the addon',
    });
    expect(statusOf(checks, 'C++ compiler')).to.equal('missing');
  });

  it('sees an addon that does not load, and weights that are not the published ones', () => {
    const addon = path.join(folder, 'build', 'Release');
    mkdirSync(addon, { recursive: true });
    writeFileSync(path.join(addon, 'opencv_face_detector.node'), 'no addon');
    mkdirSync(path.join(folder, 'models', 'mtcnn'));
    writeFileSync(path.join(folder, 'models', 'mtcnn', 'det1.prototxt'), 'no weights');
    const { checks } = examine();
    expect(checks.find(({ subject }) => subject === 'native addon')?.found).to.match(/does not load on/);
    expect(checks.find(({ subject }) => subject === 'weights')?.found).to.match(/det1.prototxt: 10 bytes instead of/);
  });

  it('advises against a pool too small for the cores', () => {
    const { checks } = examine({ UV_THREADPOOL_SIZE: '1' });
    expect(checks.find(({ subject }) => subject === 'thread pool')).to.include({
      status: 'advice',
      fix: 'unset UV_THREADPOOL_SIZE',
    });
  });
});
