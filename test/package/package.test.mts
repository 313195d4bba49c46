import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { needWeights, root, skip } from '../fixtures/available.mjs';
import { isOffline, runIn, runWell, tsc } from '../fixtures/commands.mjs';
import { standardPng } from '../fixtures/drawn-faces.mjs';

const esm = `
import { FaceDetector, FaceDetectorError } from 'opencv-face-detector';
import { createRequire } from 'node:module';
const required = createRequire(import.meta.url)('opencv-face-detector');
if (required.FaceDetector !== FaceDetector || required.FaceDetectorError !== FaceDetectorError) throw new Error('two implementations');
const detector = await FaceDetector.create();
const { faces } = await detector.detect('faces.png');
await detector.close();
console.log(faces.length);
`;

const commonJs = `
const { FaceDetector } = require('opencv-face-detector');
FaceDetector.create().then(async (detector) => {
  const { faces } = await detector.detect('faces.png');
  await detector.close();
  console.log(faces.length);
});
`;

const typeScript = `
import { type Detection, type DetectOptions, FaceDetector, FaceDetectorError, type ImageInput } from 'opencv-face-detector';
const options: DetectOptions = { minFaceSize: 40, sort: 'area', maxFaces: undefined };
const input: ImageInput = 'faces.png';
async function main(): Promise<void> {
  await using detector = await FaceDetector.create(options);
  const signal: AbortSignal | undefined = options.clip ? undefined : AbortSignal.timeout(60_000);
  const found: Detection = await detector.detect(input, { signal });
  const x: number | undefined = found.faces[0]?.landmarks?.leftEye.x;
  const redacted: Uint8Array = (await detector.redact(input, { mode: 'fill', format: 'jpeg', signal })).data;
  if (redacted[0] !== 0xff) throw new Error('no JPEG');
  try {
    await detector.detect(new Uint8Array(0));
  } catch (error) {
    if (error instanceof FaceDetectorError && error.code === 'EMPTY_IMAGE') console.log(found.faces.length, typeof x);
  }
}
// @ts-expect-error there is no such option
const wrong: DetectOptions = { minFacesize: 40 };
void main().then(() => wrong);
`;

describe('the npm package', () => {
  let folder: string;
  let project: string;
  let tarball: string;
  let listing: string[];

  before(function () {
    this.timeout(600_000);
    needWeights(this);
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    const packed = runWell(root, 'npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]);
    const [{ filename, files }] = JSON.parse(packed.slice(packed.indexOf('['), packed.lastIndexOf(']') + 1)) as [
      { filename: string; files: { path: string }[] },
    ];
    tarball = path.join(folder, filename);
    listing = files.map((file) => file.path);
    project = path.join(folder, 'project');
    runWell(folder, 'mkdir', ['project']);
    writeFileSync(path.join(project, 'package.json'), '{ "name": "project", "private": true }');
    writeFileSync(path.join(project, 'faces.png'), standardPng());
    const installed = runIn(project, 'npm', ['install', '--no-audit', '--no-fund', tarball]);
    if (isOffline(installed.output)) skip(this, 'the npm registry cannot be reached');
    if (installed.status !== 0) throw new Error(installed.output);
  });
  after(() => folder && rmSync(folder, { recursive: true }));

  it('holds the sources of the addon, the library and the manifest, and nothing that npm would make an install script of', () => {
    expect(listing).to.include.members([
      'CMakeLists.txt',
      'native/CMakeLists.txt',
      'native/core/detector.cc',
      'native/addon/addon.cc',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/index.mjs',
      'dist/index.d.mts',
      'dist/cli.js',
      'models/manifest.json',
      'README.md',
      'LICENSE',
      'NOTICE',
    ]);
    expect(listing).to.not.include('binding.gyp');
    expect(
      listing.filter((file) => /^(test|build|scripts|\.)|\.(caffemodel|onnx|jpg|map)$|stamp/.test(file)),
    ).to.deep.equal([]);
  });

  it('installs without compiling anything, and says how to build', () => {
    expect(existsSync(path.join(project, 'node_modules', 'opencv-face-detector', 'build'))).to.equal(false);
    const { status, output } = runIn(project, process.execPath, ['-e', commonJs]);
    expect(status).to.equal(1);
    expect(output)
      .to.match(/ADDON_MISSING/)
      .and.to.match(/npx opencv-face-detector build/);
  });

  it('says that OpenCV is missing, and how to install it, where the build does not find it', () => {
    // CMake looks for packages in no folder at all.
    const hidden = {
      CMAKE_FIND_USE_CMAKE_SYSTEM_PATH: 'x',
      OpenCV_DIR: '/nowhere',
      CMAKE_TOOLCHAIN_FILE: path.join(folder, 'hide.cmake'),
    };
    writeFileSync(hidden.CMAKE_TOOLCHAIN_FILE, 'set(CMAKE_DISABLE_FIND_PACKAGE_OpenCV TRUE)\n');
    const { status, output } = runIn(project, 'npx', ['opencv-face-detector', 'build'], hidden);
    expect(status).to.equal(1);
    expect(output)
      .to.match(/OpenCV 4 was not found/)
      .and.to.match(/sudo apt-get install -y libopencv-dev/)
      .and.to.match(/brew install opencv/);
    rmSync(path.join(project, 'node_modules', 'opencv-face-detector', 'build'), { recursive: true });
  }).timeout(120_000);

  it('builds once by its own command, and fetches its weights', () => {
    expect(runWell(project, 'npx', ['opencv-face-detector', 'build'])).to.match(/the native addon is built/);
    const fetched = runWell(project, 'npx', ['opencv-face-detector', 'models', 'fetch'], {
      MODELS_SOURCE: path.join(root, 'models'),
    });
    expect(fetched).to.match(/mtcnn\/det3.caffemodel: verified/);
  }).timeout(900_000);

  it('detects by import and by require, which give one class', () => {
    writeFileSync(path.join(project, 'a.mjs'), esm);
    writeFileSync(path.join(project, 'b.cjs'), commonJs);
    expect(runWell(project, process.execPath, ['a.mjs'])).to.equal('4\n');
    expect(runWell(project, process.execPath, ['b.cjs'])).to.equal('4\n');
  });

  // Optional properties could not be undefined, and names were used that ES2020 or a project without @types/node has not.
  it('is typed for both module systems, at ES2020, with and without @types/node, as strictly as can be', () => {
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--module', 'nodenext', '--target', 'es2020'];
    const node = ['--lib', 'es2020', '--typeRoots', path.join(root, 'node_modules', '@types'), '--types', 'node'];
    for (const ending of ['mts', 'cts']) {
      writeFileSync(path.join(project, `c.${ending}`), typeScript);
      for (const types of [[], node]) {
        const compile = [tsc, ...strict, ...types, `c.${ending}`];
        expect(runIn(project, process.execPath, compile)).to.deep.equal({ status: 0, output: '' });
      }
      expect(runWell(project, process.execPath, [`c.${ending.replace('t', 'j')}`])).to.match(/^[1-4] number\n$/);
    }
  }).timeout(120_000);
});
