// Makes a fresh checkout ready: system packages, npm packages, TypeScript, native addon, weights. Each step is skipped when its
// result is there and up to date. Runs before node_modules exists, so it has no dependencies.
//
//   node scripts/setup.mjs [--tests]     --tests adds what only the tests need
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fetchKustomize } from './kustomize.mjs';
import { withLock } from './lock.mjs';
import { fingerprint, unlessDone } from './stamps.mjs';
import { logFile, orExit, root, run, SetupError, say } from './steps.mjs';
import { installMissing, needs, testNeeds } from './system-packages.mjs';

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
  const print = fingerprint(['src', 'tsconfig.json', 'scripts/compile.mjs', 'scripts/vendor.mjs', 'package-lock.json']);
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
    // For a test that is skipped without it. On a machine that is somebody's own it takes what there is.
    if (withTests && process.env.CI) await fetchKustomize();
    await nativeAddon(withTests);
    await weights();
  });
}

export const setUpOrExit = (setting) => orExit(() => setUp(setting));

if (process.argv[1] === fileURLToPath(import.meta.url))
  await setUpOrExit({ withTests: process.argv.includes('--tests') });
