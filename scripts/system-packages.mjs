// The packages of the system that a build needs, and apt, which brings them.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { run, SetupError, say } from './steps.mjs';

const works = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const anyExists = (...files) => files.some((file) => existsSync(file));
const prefixes = ['/usr', '/usr/local', '/opt/homebrew'];
const under = (...tails) => anyExists(...prefixes.flatMap((prefix) => tails.map((tail) => path.join(prefix, tail))));

/** Debian keeps some headers in a folder of the machine's kind. */
function hasHeader(file) {
  const folders = ['include', 'include/x86_64-linux-gnu', 'include/aarch64-linux-gnu'];
  return Boolean(process.env.CMAKE_PREFIX_PATH) || under(...folders.map((folder) => `${folder}/${file}`));
}

/** The Haar cascade for faces, which comes with OpenCV's data. Homebrew links nothing of opencv@4 into its prefix. */
export function findHaar() {
  const kegs = ['/opt/homebrew/opt/opencv@4', '/usr/local/opt/opencv@4'];
  const folders = [...prefixes, ...kegs].map((prefix) => path.join(prefix, 'share', 'opencv4', 'haarcascades'));
  return folders.map((folder) => path.join(folder, 'haarcascade_frontalface_default.xml')).find(existsSync);
}

// What is needed, how to see that it is there, and the Debian packages that bring it.
export const needs = [
  { name: 'a C++ compiler', has: () => works('c++', '--version'), packages: ['g++'] },
  { name: 'make', has: () => works('make', '--version') || works('ninja', '--version'), packages: ['make'] },
  { name: 'CMake', has: () => works('cmake', '--version'), packages: ['cmake'] },
  {
    name: 'OpenCV',
    has: () => Boolean(process.env.OpenCV_DIR) || under('include/opencv4/opencv2/dnn.hpp', 'include/opencv2/dnn.hpp'),
    packages: ['libopencv-dev'],
  },
  {
    name: 'Highway',
    has: () => under('include/hwy/highway.h'),
    packages: ['libhwy-dev'],
  },
  // What OpenCV reads pictures by, and we.
  ...[
    ['libjpeg-turbo', 'jpeglib.h', 'libjpeg-dev'],
    ['libpng', 'png.h', 'libpng-dev'],
    ['libtiff', 'tiffio.h', 'libtiff-dev'],
    ['libwebp', 'webp/decode.h', 'libwebp-dev'],
  ].map(([name, header, debian]) => ({ name, has: () => hasHeader(header), packages: [debian] })),
  {
    name: "OpenCV's Haar cascades",
    has: () => findHaar() !== undefined,
    packages: ['opencv-data'],
    isOptional: true, // the stand-in for missing weights
  },
];
/** What only the tests need. */
export const testNeeds = [
  { name: 'doctest', has: () => under('include/doctest/doctest.h'), packages: ['doctest-dev'] },
  { name: 'Python, for the node-gyp test', has: () => works('python3', '-c', 'import shlex'), packages: ['python3'] },
  { name: 'curl', has: () => works('curl', '--version'), packages: ['curl'] },
  { name: 'ffmpeg, for films', has: () => works('ffmpeg', '-version'), packages: ['ffmpeg'] },
  // Debian's package starts a server: on a machine that is somebody's own, that test is skipped instead.
  ...(process.env.CI ? [{ name: 'nginx', has: () => works('nginx', '-v'), packages: ['nginx-light'] }] : []),
  // As does this one.
  ...(process.env.CI
    ? [
        {
          name: 'Redis, for the tests of bulk jobs',
          has: () => works('redis-server', '--version') || works('valkey-server', '--version'),
          packages: ['redis-server'],
        },
      ]
    : []),
  // Large, and a browser is everybody's own choice: elsewhere than in continuous integration the page's tests take what there is.
  ...(process.env.CI
    ? [
        {
          name: "Chromium, for the demo page's tests",
          has: () => ['chromium', 'chromium-browser', 'google-chrome'].some((name) => works(name, '--version')),
          packages: ['chromium'],
        },
      ]
    : []),
  ...(process.arch === 'x64' && process.platform === 'linux'
    ? [
        {
          name: 'QEMU, for the test without AVX',
          has: () => works('qemu-x86_64', '--version'),
          packages: ['qemu-user'],
        },
      ]
    : []),
];

/** How to run apt-get here: as root, by sudo without a password, or not at all. */
function aptPrefix() {
  if (!works('apt-get', '--version')) return undefined;
  if (process.getuid() === 0) return [];
  return works('sudo', '-n', 'true') ? ['sudo', '-n'] : undefined;
}

async function install(prefix, packages, deadline) {
  const apt = (title, limit, ...args) => {
    const [command, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', ...limit, 'apt-get', ...args];
    return run(`system packages: ${title}`, command, rest);
  };
  // Only what may be stopped half way: dpkg would have to be repaired by hand.
  const limit = () => (deadline ? ['timeout', String(Math.max(deadline - Date.now(), 1) / 1000)] : []);
  const what = ['install', '-y', '-q', '--no-install-recommends', ...packages];
  return (
    (await apt('list', limit(), 'update', '-qq')) &&
    (!deadline || (await apt('download', limit(), '--download-only', ...what))) &&
    (await apt(packages.join(' '), [], ...what))
  );
}

/**
 * Installs by apt what of `all` is missing. Throws SetupError, saying how to, where that cannot be done, or not downloaded until
 * `deadline`, a time as Date.now() tells it.
 */
export async function installMissing(all, deadline) {
  const missing = all.filter(({ has }) => !has());
  if (missing.length === 0) return;
  const packages = missing.flatMap((need) => need.packages);
  const prefix = aptPrefix();
  if (prefix && (await install(prefix, packages, deadline))) return;
  const names = missing.map(({ name }) => name).join(', ');
  const message =
    `missing: ${names}. ${prefix ? 'They could not be installed (is there a network?).' : 'Installing them needs root and apt.'} ` +
    `Run this, then start again:\n\n  sudo sh -c "apt-get update && apt-get install -y ${packages.join(' ')}"\n\n` +
    'On macOS: brew install cmake highway doctest opencv@4 && export OpenCV_DIR="$(brew --prefix opencv@4)/lib/cmake/opencv4". ' +
    'Elsewhere: the packages of these names.';
  if (missing.some(({ isOptional }) => !isOptional)) throw new SetupError(message);
  say(`${message}\n[setup] going on without`);
}
