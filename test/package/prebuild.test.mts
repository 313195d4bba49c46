import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { root, skip } from '../fixtures/available.mjs';
import { runIn } from '../fixtures/commands.mjs';

const { addonSources } = (await import(path.join(root, 'scripts', 'stamps.mjs'))) as { addonSources(): string };
const { sbomOf } = (await import(path.join(root, 'scripts', 'linked-libraries.mjs'))) as {
  sbomOf(libraries: object[], about: { version: string; target: string; sources: string }): string;
};

/** An ELF file without anything in it, which so needs nothing (64 bits, little-endian, a shared object for x64). */
const emptyElf = Buffer.alloc(64);
emptyElf.write('\x7fELF\x02\x01\x01', 'latin1');
emptyElf.set([3, 0, 62, 0, 1], 16);
emptyElf.set([64], 52);

describe('making the package', () => {
  let folder: string;
  const at = (...parts: string[]) => path.join(folder, ...parts);
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    cpSync(path.join(root, 'scripts'), at('scripts'), { recursive: true });
    mkdirSync(at('models', 'mtcnn'), { recursive: true });
    cpSync(path.join(root, 'models', 'manifest.json'), at('models', 'manifest.json'));
    for (const name of ['native', 'CMakeLists.txt', 'package.json', 'node_modules'])
      symlinkSync(path.join(root, name), at(name));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const prebuild = (args: string[] = [], environment = {}) =>
    runIn(folder, process.execPath, ['scripts/prebuild.mjs', ...args], environment);

  function putAddon(target: string, sources = addonSources()) {
    mkdirSync(at('prebuilds', target), { recursive: true });
    writeFileSync(at('prebuilds', target, 'opencv_face_detector.node'), emptyElf);
    writeFileSync(at('prebuilds', target, 'NOTICE'), '');
    writeFileSync(at('prebuilds', target, 'sbom.cdx.json'), sbomOf([], { version: '1.0.0', target, sources }));
  }
  function putWeights() {
    const { models } = JSON.parse(readFileSync(at('models', 'manifest.json'), 'utf8'));
    for (const { name } of models.find((model: { name: string }) => model.name === 'mtcnn').files)
      writeFileSync(at('models', 'mtcnn', name), '');
  }

  // It was made without a word, and did not work where it was installed.
  it('by npm pack is refused, with the command that makes all packages', () => {
    const { status, output } = runIn(folder, 'npm', ['pack', '--dry-run']);
    expect(status).to.not.equal(0);
    expect(output).to.match(/a package without an addon: run npm run pack/);
    expect(runIn(folder, 'npm', ['pack', '--dry-run', '--ignore-scripts'])).to.include({ status: 0 });
  });

  it('is refused without a prebuilt addon, with the command that makes one', () => {
    putWeights();
    const { status, output } = runIn(folder, process.execPath, ['scripts/pack.mjs', at('packages')]);
    expect(status).to.not.equal(0);
    expect(output).to.match(
      /the package would not work: there is no prebuilt addon\. Run npm run prebuild .*--without-docker/,
    );
    expect(existsSync(at('packages'))).to.equal(false);
  });

  it('takes the addon of any platform that is whole and of these sources, and the weights', () => {
    putAddon('linux-arm64-glibc');
    expect(prebuild(['--check']).output).to.match(/models\/mtcnn has no .*\. Run npm start/);
    putWeights();
    expect(prebuild(['--check'])).to.deep.equal({ status: 0, output: '' });
    expect(prebuild(['--check', 'linux-x64-glibc']).output).to.match(
      /prebuilds\/linux-x64-glibc has no opencv_face_det/,
    );
    putAddon('linux-x64-glibc', 'of yesterday');
    expect(prebuild(['--check']).output).to.match(/native\/ has changed since prebuilds\/linux-x64-glibc was made/);
    putAddon('linux-x64-glibc');
    expect(prebuild(['--check', 'linux-x64-glibc'])).to.deep.equal({ status: 0, output: '' });
    rmSync(at('prebuilds', 'linux-x64-glibc', 'NOTICE'));
    expect(prebuild(['--check'])).to.deep.equal({
      status: 1,
      output: prebuild(['--check', 'linux-x64-glibc']).output,
    });
  });

  it('is refused for publishing, not for packing, where the addon needs what other systems lack', function () {
    if (process.platform !== 'linux') skip(this, 'the addon built here is no ELF file');
    putWeights();
    putAddon('linux-x64-glibc');
    const built = path.join(root, 'build', 'Release', 'opencv_face_detector.node');
    cpSync(built, at('prebuilds', 'linux-x64-glibc', 'opencv_face_detector.node'));
    expect(prebuild(['--check'])).to.deep.equal({ status: 0, output: '' });
    expect(prebuild(['--check', 'linux-x64-glibc']).output).to.match(
      /prebuilds\/linux-x64-glibc needs .*libopencv_core.*, which other systems lack\. Run npm run prebuild, with Docker/,
    );
  });

  // Docker's own words name a component, not what to do without it.
  it('names --without-docker where Docker has no buildx, or fails', function () {
    if (process.platform !== 'linux') skip(this, 'Docker makes the addon for Linux only');
    mkdirSync(at('bin'));
    const docker = (script: string) => {
      writeFileSync(at('bin', 'docker'), `#!/bin/sh\n${script}\n`);
      chmodSync(at('bin', 'docker'), 0o755);
      return prebuild([], { PATH: `${at('bin')}:${process.env.PATH}` });
    };
    const without = docker('[ "$1" = version ]');
    expect(without.status).to.equal(1);
    expect(without.output).to.match(/no buildx.*docker-buildx.*npm run prebuild -- --without-docker/);
    const failing = docker('[ "$1" != build ]');
    expect(failing.status).to.equal(1);
    expect(failing.output).to.match(/docker failed; the reason stands above\..*npm run prebuild -- --without-docker/);
  });

  // The build ended at the first library that wanted one, whose log spoke of CMake.
  it('names without Docker each program that is missing, and the packages that bring them', function () {
    if (process.platform !== 'linux') skip(this, 'vcpkg brings the libraries');
    mkdirSync(at('bin'));
    const missing = (...args: string[]) => prebuild(['--without-docker', ...args], { PATH: at('bin') }).output.trim();
    const all = missing();
    expect(all).to.match(
      /^\[prebuild\] missing: c\+\+, .*ninja, .*\. Run: sudo apt-get install -y g\+\+ .* ninja-build /,
    );
    const [, packages = ''] = all.split('install -y ');
    const image = readFileSync(path.join(root, 'Dockerfile'), 'utf8');
    const [, installed = ''] = /install -y --no-install-recommends (.*) \\$/m.exec(image) ?? [];
    const unneeded = ['protobuf-compiler', ...(process.arch === 'x64' ? [] : ['nasm'])];
    expect(installed.split(' ').filter((name) => !unneeded.includes(name))).to.have.members(packages.split(' '));
    for (const name of all.replace(/^.*missing: |\. Run.*$/g, '').split(', ')) {
      writeFileSync(at('bin', name), '#!/bin/sh\n');
      chmodSync(at('bin', name), 0o755);
    }
    if (process.arch !== 'arm64')
      expect(missing('--platform', 'linux-arm64')).to.equal(
        '[prebuild] missing: aarch64-linux-gnu-g++, protoc. Run: sudo apt-get install -y crossbuild-essential-arm64 protobuf-compiler',
      );
  });
});
