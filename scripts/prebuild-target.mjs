// What npm run prebuild makes an addon for: this machine, or another one with Linux and glibc that this one can compile for.
import { parseArgs } from 'node:util';

// Platforms that another machine with Linux compiles for, as native/static/build.sh calls them.
const crossCompiled = { 'linux-arm64': { targetArch: 'arm64', triplet: 'aarch64-linux-gnu' } };

const options = {
  platform: { type: 'string' },
  musl: { type: 'boolean', default: false },
  'without-docker': { type: 'boolean', default: false },
};

/**
 * Reads `args`, those of npm run prebuild. `name` is the folder in prebuilds/, such as linux-arm64-glibc; `cross` has Debian's name of the
 * machine and the prefix of its compiler where it is another one than this. Throws an Error that says what may be given.
 */
export function prebuildTarget(args, { platform, arch } = process) {
  const { values } = parseArgs({ args, options });
  const own = `${platform}-${arch}`;
  const wanted = values.platform ?? own;
  const libc = values.musl ? 'musl' : 'glibc';
  const known = [own, ...Object.keys(crossCompiled).filter((name) => platform === 'linux' && name !== own)];
  if (!known.includes(wanted)) throw new Error(`--platform must be ${known.join(' or ')} here, got "${wanted}"`);
  if (values.musl && platform !== 'linux') throw new Error('--musl is for Linux');
  return {
    name: platform === 'linux' ? `${wanted}-${libc}` : wanted,
    libc,
    withoutDocker: values['without-docker'],
    cross: wanted === own ? undefined : crossCompiled[wanted],
  };
}
