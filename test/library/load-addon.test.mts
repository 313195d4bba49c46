import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { installLines } from '#dist/library/build-needs.js';
import { FaceDetectorError } from '#dist/library/face-detector-error.js';
import { type LoaderSetting, loadAddon } from '#dist/library/load-addon.js';
import { root as checkout } from '../fixtures/available.mjs';

const { needs } = (await import(path.join(checkout, 'scripts', 'system-packages.mjs'))) as {
  needs: { packages: string[]; isOptional?: boolean }[];
};

describe('loader of the native addon', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'faces-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const setting = (change: Partial<LoaderSetting> = {}): LoaderSetting => ({
    root,
    platform: 'linux',
    arch: 'x64',
    libc: 'glibc',
    processorFlags: () => ' fpu sse4_2 ',
    folderOf: () => undefined,
    offered: () => ['opencv-face-detector-linux-x64', 'opencv-face-detector-linux-arm64'],
    others: () => [],
    open: (file) => ({ file }),
    ...change,
  });

  function place(folder: string): string {
    mkdirSync(path.join(root, folder), { recursive: true });
    const file = path.join(root, folder, 'opencv_face_detector.node');
    writeFileSync(file, '');
    return file;
  }

  function refusal(change: Partial<LoaderSetting> = {}): string {
    try {
      loadAddon(setting(change));
    } catch (error) {
      expect(error).to.be.instanceOf(FaceDetectorError).with.property('code', 'ADDON_MISSING');
      return (error as Error).message;
    }
    throw new Error('it loaded');
  }

  const failsWith = (text: string) => () => {
    throw new Error(text);
  };

  it('takes the prebuilt file of this platform first, then the one built here', () => {
    const built = place('build/Release');
    expect(loadAddon(setting())).to.deep.equal({ file: built });
    const prebuilt = place('prebuilds/linux-x64-glibc');
    expect(loadAddon(setting())).to.deep.equal({ file: prebuilt });
    expect(loadAddon(setting({ libc: 'musl' }))).to.deep.equal({ file: built });
  });

  it('takes the package of this platform first, but in a clone what was built there', () => {
    const built = place('build/Release');
    const inPackage = place('node_modules/opencv-face-detector-linux-x64');
    const folderOf = (name: string) => path.join(root, 'node_modules', name);
    expect(loadAddon(setting({ folderOf }))).to.deep.equal({ file: inPackage });
    expect(loadAddon(setting({ folderOf, arch: 'arm64' }))).to.deep.equal({ file: built });
    writeFileSync(path.join(root, 'binding.gyp'), '');
    expect(loadAddon(setting({ folderOf }))).to.deep.equal({ file: built });
  });

  it("names the commands that bring this platform's package where it was left out", () => {
    expect(refusal()).to.match(
      /^the package opencv-face-detector-linux-x64, .* is not installed.*npm install --include=optional opencv-face-detector\. .*delete node_modules and package-lock\.json, then npm install\. .*npx opencv-face-detector build$/,
    );
    expect(refusal({ arch: 'arm64' })).to.match(/^the package opencv-face-detector-linux-arm64, /);
  });

  it('says that node_modules is of another system where it has the package of one', () => {
    const others = (own: string | undefined) => ['opencv-face-detector-linux-arm64'].filter((name) => name !== own);
    expect(refusal({ others })).to.equal(
      'node_modules was installed for another system: it has opencv-face-detector-linux-arm64, and this one needs ' +
        'opencv-face-detector-linux-x64. Delete node_modules and install here: npm install',
    );
  });

  it('takes the one built here where the prebuilt does not load', () => {
    const prebuilt = place('prebuilds/linux-x64-glibc');
    const built = place('build/Release');
    const open = (file: string) => (file === prebuilt ? failsWith('GLIBC_2.99 not found')() : { file });
    expect(loadAddon(setting({ open }))).to.deep.equal({ file: built });
  });

  // A stale prebuilt hid what had just been compiled.
  it('takes the one built here first in a clone of the project', () => {
    place('prebuilds/linux-x64-glibc');
    const built = place('build/Release');
    writeFileSync(path.join(root, 'binding.gyp'), '');
    expect(loadAddon(setting())).to.deep.equal({ file: built });
  });

  // OpenCV ended the process on a virtual machine that hid SSE4.2.
  it('does not load the prebuilt on a processor without SSE4.2', () => {
    const prebuilt = place('prebuilds/linux-x64-glibc');
    const old = { processorFlags: () => ' fpu sse4_1 ' };
    expect(refusal(old)).to.match(/needs a processor with SSE4\.2.*npx opencv-face-detector build$/);
    expect(loadAddon(setting({ processorFlags: () => '' }))).to.deep.equal({ file: prebuilt });
    const built = place('build/Release');
    expect(loadAddon(setting(old))).to.deep.equal({ file: built });
  });

  it('says which version of a library the system lacks', () => {
    place('prebuilds/linux-x64-glibc');
    const open = failsWith(
      "/lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by x.node)",
    );
    expect(refusal({ open })).to.match(
      /^linux-x64-glibc is older .* lack GLIBCXX_3\.4\.30 .*npx opencv-face-detector build$/,
    );
  });

  it('takes that of arm64 on arm64, whose processors need no check, and says which system is too old', () => {
    place('prebuilds/linux-x64-glibc');
    const arm64 = { arch: 'arm64', processorFlags: () => ' fp asimd ' };
    expect(refusal(arm64)).to.match(/^the package opencv-face-detector-linux-arm64, .*npx opencv-face-detector build$/);
    const prebuilt = place('prebuilds/linux-arm64-glibc');
    expect(loadAddon(setting(arm64))).to.deep.equal({ file: prebuilt });
    const open = failsWith("/lib/aarch64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by x.node)");
    expect(refusal({ ...arm64, open })).to.match(/^linux-arm64-glibc is older .* lack GLIBC_2\.34 /);
  });

  it('loads a prebuilt for any platform that has one', () => {
    const prebuilt = place('prebuilds/win32-x64');
    expect(loadAddon(setting({ platform: 'win32', libc: '' }))).to.deep.equal({ file: prebuilt });
  });

  it('names a platform that is not supported, and the command that helps', () => {
    expect(refusal({ platform: 'win32', libc: '' })).to.match(/^win32-x64 is not supported.*docker run .* npm start$/);
    expect(refusal({ arch: 'ia32' })).to.match(/^linux-ia32-glibc is not supported/);
  });

  it('says that nothing is there for this platform, and the command that builds it', () => {
    place('prebuilds/linux-x64-glibc');
    expect(refusal({ libc: 'musl' })).to.match(
      /no prebuilt addon for linux-x64-musl, and none has been built here.*libopencv-dev.*npx opencv-face-detector build$/,
    );
  });

  // It left the compiler out, so that the build stopped at the next thing that was missing.
  it('names all that the set-up of a clone installs, and docs/INSTALL.md', () => {
    const required = needs.filter(({ isOptional }) => !isOptional).flatMap(({ packages }) => packages);
    const line = `sudo apt-get install -y ${required.join(' ')}`;
    expect(refusal({ libc: 'musl' })).to.include(`Debian, Ubuntu: ${line};`);
    expect(installLines.debian).to.equal(line);
    const manual = path.join(checkout, 'docs', 'INSTALL.md'); // not in the build of the image
    if (existsSync(manual)) expect(readFileSync(manual, 'utf8')).to.include(`    ${line} `);
  });

  it('says that OpenCV is missing, and how to install it', () => {
    place('build/Release');
    const open = failsWith('libopencv_dnn.so.406: cannot open shared object file: No such file or directory');
    expect(refusal({ open })).to.match(
      /^OpenCV is not installed: libopencv_dnn.so.406 is missing.*apt-get install -y g\+\+ make cmake libopencv-dev/,
    );
    const onMac = failsWith('dlopen(x.node): Library not loaded: /opt/homebrew/lib/libopencv_core.412.dylib');
    expect(refusal({ open: onMac, platform: 'darwin', libc: '' })).to.match(
      /libopencv_core.412.dylib is missing.*brew install opencv@4 && export OpenCV_DIR=/,
    );
  });

  // "Build it again" was the advice, which is of no use where Node.js loads no addon at all.
  it('names what allows an addon where Node.js was told to load none', () => {
    place('build/Release');
    const open = () => {
      throw Object.assign(new Error('loading addons is disabled'), { code: 'ERR_DLOPEN_DISABLED' });
    };
    expect(refusal({ open }))
      .to.match(/--allow-addons.*--no-addons/)
      .and.not.match(/npx opencv-face-detector build/);
  });

  it('passes on any other reason, with the command that builds it again', () => {
    place('build/Release');
    expect(refusal({ open: failsWith('invalid ELF header') })).to.match(
      /does not load on linux-x64-glibc \(invalid ELF header\).*build$/,
    );
  });
});
