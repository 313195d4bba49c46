// Makes a fresh checkout ready: system packages, npm packages, TypeScript, native addon, weights. Each step is skipped when its
// result is there and up to date. Runs before node_modules exists, so it has no dependencies.
//
//   node scripts/setup.mjs [--tests]     --tests adds what only the tests need
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { withLock } from './lock.mjs';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const logFile = path.join(root, '.setup', 'log');

/** A step that cannot be done, with what to do about it. */
export class SetupError extends Error {}

const say = (text) => console.log(`[setup] ${text}`);

/**
 * Runs a command with its output in the log; shows that it is alive, its lines that begin with "WARNING:", and the log's end where it
 * fails. Resolves to success.
 */
export async function run(title, command, args, environment = {}, cwd = root) {
  say(`${title} ...`);
  mkdirSync(path.dirname(logFile), { recursive: true });
  const started = Date.now();
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = [`\n$ ${command} ${args.join(' ')}\n`];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk.toString()));
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const lastLine = () => output.join('').trimEnd().split('\n').at(-1).slice(0, 100);
  const timer = setInterval(() => say(`${title}: ${seconds()} s, ${lastLine()}`), 15_000);
  const status = await new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', resolve);
  });
  clearInterval(timer);
  writeFileSync(logFile, output.join(''), { flag: 'a' });
  for (const [warning] of output.join('').matchAll(/^WARNING:.*/gm)) say(warning);
  if (status === 0) say(`${title}: done in ${seconds()} s`);
  else console.error(output.join('').split('\n').slice(-30).join('\n'));
  return status === 0;
}

const works = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

// ---- system packages ----

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
const testNeeds = [
  { name: 'doctest', has: () => under('include/doctest/doctest.h'), packages: ['doctest-dev'] },
  { name: 'Python, for the node-gyp test', has: () => works('python3', '-c', 'import shlex'), packages: ['python3'] },
  { name: 'curl', has: () => works('curl', '--version'), packages: ['curl'] },
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

// ---- steps whose result is kept with a stamp of what it was made from ----

function filesUnder(entry) {
  const full = path.join(root, entry);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [entry];
  return readdirSync(full)
    .sort()
    .flatMap((name) => filesUnder(path.join(entry, name)));
}

/** A hash over files (folders with all that is in them) and further texts. */
export function fingerprint(entries, ...texts) {
  const hash = createHash('sha256');
  for (const file of entries.flatMap(filesUnder))
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(path.join(root, file)));
  return hash.update(texts.join('\0')).digest('hex');
}

/** A hash over what the addon is compiled from. */
export const addonSources = () => fingerprint(['native', 'CMakeLists.txt']);

/** Runs `make` unless `stamp` says that `result` was made from just this, or from this and more. */
export async function unlessDone(stamp, result, print, make) {
  const file = path.join(root, '.setup', stamp);
  const done = existsSync(path.join(root, result)) && existsSync(file) && readFileSync(file, 'utf8').startsWith(print);
  if (done) return;
  rmSync(file, { force: true });
  await make();
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, print);
}

function npmPackages() {
  const print = fingerprint(['package-lock.json'], process.platform, process.arch);
  return unlessDone('npm-packages', 'node_modules/typescript', print, async () => {
    // No package needs its install script here, and npm 12 would block them anyway. With NODE_ENV=production npm would leave
    // the compiler out.
    const args = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
    const npm = process.env.npm_execpath;
    const done = npm
      ? await run('npm packages', process.execPath, [npm, ...args])
      : await run('npm packages', 'npm', args);
    if (!done)
      throw new SetupError(
        'npm packages could not be installed. With a network, run: npm ci --include=dev --ignore-scripts',
      );
  });
}

function typescript() {
  const print = fingerprint(['src', 'tsconfig.json', 'scripts/compile.mjs', 'package-lock.json']);
  return unlessDone('typescript', 'dist/cli.js', print, async () => {
    rmSync(path.join(root, 'dist'), { recursive: true, force: true });
    if (!(await run('TypeScript', process.execPath, [path.join('scripts', 'compile.mjs')])))
      throw new SetupError('TypeScript did not compile');
  });
}

/** Changes with OpenCV's and Highway's versions, so that a new one gets a new build. */
export function libraryVersions() {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', 'libopencv-dev', 'libhwy-dev'], {
    encoding: 'utf8',
  });
  return stdout ?? '';
}

async function cmakeJs(title, ...args) {
  if (await run(title, process.execPath, [path.join('node_modules', 'cmake-js', 'bin', 'cmake-js'), ...args])) return;
  throw new SetupError(`${title} failed; the whole output is in ${path.relative(root, logFile)}`);
}

function nativeAddon(withTests) {
  const addon = fingerprint(['native', 'CMakeLists.txt', 'package-lock.json'], process.arch, libraryVersions());
  // What is built with the tests has all that is built without, so that a start after a test has nothing to do.
  const print = withTests ? addon + fingerprint(['test/native', 'test/bench', 'test/fuzz']) : addon;
  const result = withTests ? 'build/Release/faces_tests' : 'build/Release/opencv_face_detector.node';
  return unlessDone('native-addon', result, print, async () => {
    await cmakeJs('native addon: configure', 'configure', `--CDFACES_TESTS=${withTests ? 'ON' : 'OFF'}`);
    await cmakeJs('native addon: compile', 'build', '--parallel', String(availableParallelism()));
  });
}

/** Compiles a target that is not compiled with the tests. To be called after the set-up with tests. Throws SetupError. */
export const nativeTarget = (name) =>
  cmakeJs(`compile ${name}`, 'build', '--target', name, '--parallel', String(availableParallelism()));

/** For a test that is skipped without it. On a machine that is somebody's own it takes what there is. */
async function kustomize() {
  const { fetchKustomize } = await import('./kustomize.mjs'); // which takes from this file
  await fetchKustomize();
}

/** Weights that cannot be had are no end: the service says what it does without, the tests what they leave out. */
async function weights() {
  const { fetchModel } = await import(pathToFileURL(path.join(root, 'dist', 'library', 'weights', 'fetch.js')).href);
  const own = path.join(root, 'models', 'mtcnn');
  try {
    await fetchModel(
      'mtcnn',
      {},
      {
        asked: (source) => source !== own && say(`weights: looking in ${source}`),
        done: ({ name }, source) => source !== own && say(`weights: ${name} from ${source}, verified`),
        refused: ({ name }, source, reason) => console.error(`[setup] weights: no ${name} from ${source}: ${reason}`),
      },
    );
  } catch (error) {
    console.error(
      `[setup] weights: ${error.message}\n[setup] weights: then run: npx opencv-face-detector models fetch`,
    );
  }
}

/** Awaits two steps that need nothing of each other, and fails only when both have ended. */
async function both(...steps) {
  const failed = (await Promise.allSettled(steps)).find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
}

/** Does what is left to do. Throws SetupError saying what to do by hand. */
export async function setUp({ withTests = false } = {}) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupError(`Node.js ${process.versions.node} is too old: 20.19 or later is needed`);
  }
  await withLock(path.join(root, '.setup', 'lock'), async () => {
    await both(installMissing(withTests ? [...needs, ...testNeeds] : needs), npmPackages().then(typescript));
    if (withTests && process.env.CI) await kustomize();
    await nativeAddon(withTests);
    await weights();
  });
}

/** Awaits a step; ends the process with the reason where it fails. */
export async function orExit(step) {
  try {
    return await step();
  } catch (error) {
    console.error(`[setup] ${error instanceof SetupError ? error.message : error.stack}`);
    process.exit(1);
  }
}

export const setUpOrExit = (setting) => orExit(() => setUp(setting));

if (process.argv[1] === fileURLToPath(import.meta.url))
  await setUpOrExit({ withTests: process.argv.includes('--tests') });
