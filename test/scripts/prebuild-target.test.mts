import path from 'node:path';
import { expect } from 'chai';
import { root } from '../fixtures/available.mjs';

interface Target {
  name: string;
  libc: string;
  withoutDocker: boolean;
  cross?: { targetArch: string; triplet: string };
}
const { prebuildTarget } = (await import(path.join(root, 'scripts', 'prebuild-target.mjs'))) as {
  prebuildTarget(args: string[], machine?: { platform: string; arch: string }): Target;
};

const x64 = { platform: 'linux', arch: 'x64' };
const arm64 = { platform: 'linux', arch: 'arm64' };
const mac = { platform: 'darwin', arch: 'arm64' };

describe('what npm run prebuild makes an addon for', () => {
  it('is this machine where nothing is said', () => {
    expect(prebuildTarget([], x64)).to.deep.equal({
      name: 'linux-x64-glibc',
      libc: 'glibc',
      withoutDocker: false,
      cross: undefined,
    });
    expect(prebuildTarget([], mac)).to.include({ name: 'darwin-arm64', cross: undefined });
    expect(prebuildTarget(['--musl'], arm64)).to.include({ name: 'linux-arm64-musl', libc: 'musl' });
  });

  it('is arm64 on Linux x64 as well, by a cross compiler', () => {
    expect(prebuildTarget(['--platform', 'linux-arm64', '--without-docker'], x64)).to.deep.equal({
      name: 'linux-arm64-glibc',
      libc: 'glibc',
      withoutDocker: true,
      cross: { targetArch: 'arm64', triplet: 'aarch64-linux-gnu' },
    });
  });

  it('takes no cross compiler where the machine is of that kind', () => {
    expect(prebuildTarget(['--platform=linux-arm64'], arm64)).to.include({
      name: 'linux-arm64-glibc',
      cross: undefined,
    });
    expect(prebuildTarget(['--platform=linux-x64'], x64)).to.include({ name: 'linux-x64-glibc', cross: undefined });
  });

  it('is refused where there is no way to make it, with what there is', () => {
    const refused = (args: string[], machine: typeof x64) => expect(() => prebuildTarget(args, machine));
    refused(['--platform', 'win32-x64'], x64).to.throw(
      /^--platform must be linux-x64 or linux-arm64 here, got "win32-x64"$/,
    );
    refused(['--platform', 'linux-x64'], arm64).to.throw(/must be linux-arm64 here, got "linux-x64"$/);
    refused(['--platform', 'linux-arm64'], mac).to.throw(/must be darwin-arm64 here, got "linux-arm64"$/);
    refused(['--musl'], mac).to.throw('--musl is for Linux');
    refused(['--musll'], x64).to.throw(/Unknown option '--musll'/);
  });
});
