import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { Check } from '#dist/cli/doctor/checks.js';
import { needWeights } from '../fixtures/available.mjs';
import { cli, cliFile } from '../fixtures/command-line.mjs';
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
      /^ok +settings +those in the environment are valid$/m,
      /^ok +weights +mtcnn: there, SHA-256 verified/m,
      /^(ok|advice) +engine +mtcnn by (fused|opencv)/m,
      /^ok +search +mtcnn finds a drawn face/m,
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
      /^missing +weights +weights mtcnn\/det1.onnx: not there.*\n +-> npx opencv-face-detector models fetch mtcnn$/m,
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
    writeFileSync(path.join(folder, 'models', 'mtcnn', 'det1.onnx'), 'no weights');
    const { checks } = examine();
    expect(checks.find(({ subject }) => subject === 'native addon')?.found).to.match(/does not load on/);
    expect(checks.find(({ subject }) => subject === 'weights')?.found).to.match(/det1.onnx: 10 bytes instead of/);
  });

  // It looked at mtcnn in the package's folder only, whatever the service was told to load.
  it('looks at the models and in the folder that the settings name', () => {
    const { status, checks } = examine({ MODELS: 'yunet,haar', MODELS_DIR: '/nowhere' });
    expect(status).to.equal(1);
    expect(checks.filter(({ subject }) => subject === 'weights')).to.have.length(1);
    expect(checks.find(({ subject }) => subject === 'weights')).to.include({
      status: 'missing',
      fix: 'npx opencv-face-detector models fetch yunet --models-dir /nowhere',
    });
  });

  it('searches with each of the models', function () {
    needWeights(this);
    const { stdout } = spawnSync(process.execPath, [cliFile, 'doctor'], {
      encoding: 'utf8',
      env: { ...process.env, MODELS: 'haar,mtcnn' },
    });
    for (const model of ['haar', 'mtcnn']) expect(stdout).to.match(new RegExp(`^ok +search +${model} finds`, 'm'));
  });

  it('names a setting that is not valid', () => {
    const { status, checks } = examine({ MIN_FACE_SIZE: 'tiny' });
    expect(status).to.equal(1);
    const check = checks.find(({ subject }) => subject === 'settings');
    expect(check?.status).to.equal('missing');
    expect(check?.found).to.match(/^MIN_FACE_SIZE must be an integer/);
  });

  it('advises against a pool too small for the cores', () => {
    const { checks } = examine({ UV_THREADPOOL_SIZE: '1' });
    expect(checks.find(({ subject }) => subject === 'thread pool')).to.include({
      status: 'advice',
      fix: 'unset UV_THREADPOOL_SIZE',
    });
  });
});
