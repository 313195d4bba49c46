import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { needWeights, root, skip } from '../fixtures/available.mjs';
import { isOffline, runIn, runWell } from '../fixtures/commands.mjs';
import { standardPng } from '../fixtures/drawn-faces.mjs';
import { type Packed, pack } from '../fixtures/packed.mjs';

const { version: sharpVersion } = JSON.parse(
  readFileSync(path.join(root, 'node_modules', 'sharp', 'package.json'), 'utf8'),
) as { version: string };

const commonJs = `
const { FaceDetector } = require('opencv-face-detector');
FaceDetector.create().then(async (detector) => {
  const { faces } = await detector.detect('faces.png');
  await detector.close();
  console.log(faces.length);
});
`;

describe('the npm package', () => {
  let packed: Packed;
  let project: string;
  let installed: string;

  before(function () {
    this.timeout(600_000);
    needWeights(this);
    packed = pack();
    project = path.join(packed.folder, 'project');
    installed = path.join(project, 'node_modules', 'opencv-face-detector');
    mkdirSync(project);
    writeFileSync(path.join(project, 'package.json'), '{ "name": "project", "private": true }');
    writeFileSync(path.join(project, 'faces.png'), standardPng());
    writeFileSync(path.join(project, 'b.cjs'), commonJs);
    cpSync(path.join(root, 'test', 'package', 'installed.mjs'), path.join(project, 'installed.mjs'));
    const { status, output } = runIn(project, 'npm', [
      'install',
      '--no-audit',
      '--no-fund',
      packed.main.file,
      packed.platform.file,
      `sharp@${sharpVersion}`,
    ]);
    if (isOffline(output)) skip(this, 'the npm registry cannot be reached');
    if (status !== 0) throw new Error(output);
  });

  it('holds the addon, the weights, the licences of both, and what builds the addon elsewhere', () => {
    const ofPlatform = ['opencv_face_detector.node', 'NOTICE', 'LICENSE', 'sbom.cdx.json', 'package.json', 'README.md'];
    expect(packed.platform.listing).to.have.members(ofPlatform);
    expect(packed.main.listing).to.include.members([
      'models/manifest.json',
      'models/LICENSE-mtcnn',
      'models/mtcnn/LICENSE',
      'models/mtcnn/det1.onnx',
      'models/mtcnn/det2.onnx',
      'models/mtcnn/det3.onnx',
      'CMakeLists.txt',
      'native/CMakeLists.txt',
      'native/core/detector.cc',
      'native/addon/addon.cc',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/index.mjs',
      'dist/index.d.mts',
      'dist/cli.js',
      'dist/vendor/express.js',
      'dist/vendor/LICENSES.txt',
      'dist/swagger-ui/swagger-ui-bundle.js',
      'dist/swagger-ui/LICENSE',
      'dist/web/index.html',
      'dist/web/main.mjs',
      'README.md',
      'LICENSE',
      'NOTICE',
    ]);
    const unwanted =
      /^(test|build|scripts|tools|prebuilds|native\/static|\.)|\.node$|\.(caffemodel|prototxt|jpg|map)$|stamp|^models\/(?!mtcnn\/|manifest|README|LICENSE)/;
    expect(packed.main.listing.filter((file) => unwanted.test(file))).to.deep.equal([]);
    expect(packed.main.size).to.be.below(4_000_000);
    expect(packed.platform.size).to.be.below(8_000_000);
  });

  it('has nothing that npm or pnpm would run, or make an install script of', () => {
    expect(packed.main.listing.filter((file) => file.endsWith('.gyp'))).to.deep.equal([]);
    const { scripts, gypfile } = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8'));
    expect(gypfile).to.equal(false);
    expect(Object.keys(scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).to.deep.equal([]);
  });

  // Swagger UI's package brought one in, at which npm 12 and pnpm warned.
  it('brings no dependency with an install script either', () => {
    const lock = JSON.parse(readFileSync(path.join(project, 'node_modules', '.package-lock.json'), 'utf8'));
    const packages = Object.entries(lock.packages) as [string, { hasInstallScript?: boolean }][];
    const ours = Object.keys(lock.packages).filter((name) => !/sharp|@img|detect-libc|semver|@emnapi/.test(name));
    expect(ours).to.have.members([
      'node_modules/opencv-face-detector',
      `node_modules/opencv-face-detector-linux-${process.arch}`,
    ]);
    expect(packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([name]) => name)).to.deep.equal([]);
  });

  it('finds faces as it is installed: import, require, worker threads, and beside sharp', () => {
    expect(existsSync(path.join(installed, 'build'))).to.equal(false);
    expect(runWell(project, process.execPath, ['installed.mjs'])).to.match(/^{"faces":4,/);
    expect(runWell(project, process.execPath, ['b.cjs'])).to.equal('4\n');
  }).timeout(120_000);

  describe('without the package of its platform', () => {
    before(() => rmSync(path.join(project, 'node_modules', packed.platform.name), { recursive: true }));

    it('names that package, what brings it, and how to build', () => {
      const { status, output } = runIn(project, process.execPath, ['-e', commonJs]);
      expect(status).to.equal(1);
      expect(output)
        .to.match(/ADDON_MISSING/)
        .and.to.match(new RegExp(`the package opencv-face-detector-linux-${process.arch}, .* is not installed`))
        .and.to.match(/npm install --include=optional opencv-face-detector\./)
        .and.to.match(/npx opencv-face-detector build/);
    });

    it('says that node_modules is of another system where it has the package of one', () => {
      const other = path.join(project, 'node_modules', 'opencv-face-detector-darwin-x64');
      mkdirSync(other);
      const { output } = runIn(project, process.execPath, ['-e', commonJs]);
      expect(output).to.match(
        /node_modules was installed for another system: it has opencv-face-detector-darwin-x64.*Delete node_modules and install here/,
      );
      rmSync(other, { recursive: true });
    });

    it('says that OpenCV is missing, and how to install it, where the build does not find it', () => {
      const toolchain = path.join(packed.folder, 'hide.cmake');
      writeFileSync(toolchain, 'set(CMAKE_DISABLE_FIND_PACKAGE_OpenCV TRUE)\n');
      const hidden = { CMAKE_FIND_USE_CMAKE_SYSTEM_PATH: 'x', OpenCV_DIR: '/nowhere', CMAKE_TOOLCHAIN_FILE: toolchain };
      const { status, output } = runIn(project, 'npx', ['opencv-face-detector', 'build'], hidden);
      expect(status).to.equal(1);
      expect(output)
        .to.match(/OpenCV 4 was not found/)
        .and.to.match(/sudo apt-get install -y libopencv-dev/)
        .and.to.match(/brew install opencv@4\n.*export OpenCV_DIR=/);
      rmSync(path.join(installed, 'build'), { recursive: true });
    }).timeout(240_000);

    it('builds once by its own command', () => {
      expect(runWell(project, 'npx', ['opencv-face-detector', 'build'])).to.match(/the native addon is built/);
      expect(runWell(project, process.execPath, ['b.cjs'])).to.equal('4\n');
    }).timeout(900_000);
  });
});
