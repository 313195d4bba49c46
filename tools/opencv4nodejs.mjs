// Tests with Mats of the real @u4/opencv4nodejs, both addons in one process.
//
//   npm run tools -- opencv4nodejs [--without-setup] [mocha's options]
//
// Installs and compiles that package into build/opencv4nodejs, which takes some minutes the first time. Each of our addons that is there
// is tested, the one in prebuilds/ and the one compiled here, with either side loaded first.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { libraryVersions, setUp } from '../scripts/setup.mjs';
import { unlessDone } from '../scripts/stamps.mjs';
import { root, run, SetupError } from '../scripts/steps.mjs';
import { nodeHeaders } from './bench-install/trial.mjs';

const version = '7.1.2';
const scratch = path.join(root, 'build', 'opencv4nodejs');
const drawn = path.join('build', 'fixtures');
// Wanted when it is compiled and when it is loaded, or it looks for an OpenCV that it has compiled.
const systemOpenCV = { OPENCV4NODEJS_DISABLE_AUTOBUILD: '1' };
const built = path.join('build', 'Release', 'opencv_face_detector.node');

async function compileTheirs() {
  const folder = path.join(scratch, 'node_modules', '@u4', 'opencv4nodejs');
  const addon = path.join('build', 'Release', 'opencv4nodejs.node');
  const print = [version, process.versions.modules, process.arch, libraryVersions()].join(' ');
  await unlessDone('opencv4nodejs', path.relative(root, path.join(folder, addon)), print, async () => {
    if (spawnSync('python3', ['--version']).status !== 0)
      throw new SetupError('missing: Python, which node-gyp needs. Run: sudo apt-get install -y python3');
    mkdirSync(scratch, { recursive: true });
    writeFileSync(path.join(scratch, 'package.json'), '{ "private": true }\n');
    // Without its install script, which some versions of npm refuse to run; what that would do is the second step.
    const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', `@u4/opencv4nodejs@${version}`];
    if (!(await run('@u4/opencv4nodejs: install', 'npm', install, {}, scratch)))
      throw new SetupError('@u4/opencv4nodejs could not be installed: is there a network?');
    const nodeGyp = path.join(scratch, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
    const environment = { ...systemOpenCV, JOBS: String(availableParallelism()), ...nodeHeaders() };
    if (!(await run('@u4/opencv4nodejs: compile', process.execPath, [nodeGyp, 'rebuild'], environment, folder)))
      throw new SetupError('@u4/opencv4nodejs did not compile; the whole output is in .setup/log');
  });
}

/** Makes a project with our package as it is installed, with one addon in it, beside which theirs is found. */
function makeProject(name, addon) {
  const project = path.join(scratch, name);
  const installed = path.join(project, 'node_modules', 'opencv-face-detector');
  rmSync(project, { recursive: true, force: true });
  for (const part of ['package.json', 'dist', 'models', addon])
    cpSync(path.join(root, part), path.join(installed, part), { recursive: true });
  cpSync(path.join(root, 'examples', 'opencv4nodejs', 'mark-faces.mjs'), path.join(project, 'mark-faces.mjs'));
  return project;
}

/** Paths of our addons, from the root: prebuilds/<this platform>/... and build/Release/... */
function ourAddons() {
  const folder = path.join(root, 'prebuilds');
  const prebuilt = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(target)) : [];
  return [...prebuilt.map((name) => path.join('prebuilds', name, path.basename(built))), built];
}
const target = `${process.platform}-${process.arch}`;

/** Runs the tests in a process of their own; answers whether they passed. */
function test(addon, first, mochaArgs) {
  const holdsTheSystems = readFileSync(path.join(root, addon)).includes('libopencv_core');
  console.log(
    `\n${addon}, ${first} loaded first; ${holdsTheSystems ? "both on the system's OpenCV" : 'OpenCV linked in'}`,
  );
  const environment = {
    ...systemOpenCV,
    // Its count of memory, which it hands to V8 while that collects garbage, ends the process under concurrent work, without us as well.
    OPENCV4NODEJS_DISABLE_EXTERNAL_MEM_TRACKING: '1',
    FACES_DRAWN: drawn,
    MATS_PROJECT: makeProject(addon.startsWith('prebuilds') ? 'prebuilt' : 'built', addon),
    MATS_FIRST: first,
    MATS_SHARED_OPENCV: holdsTheSystems ? '1' : '0',
  };
  const mocha = ['node_modules/mocha/bin/mocha.js', '--timeout', '120000', 'build/test/opencv4nodejs/*.test.mjs'];
  const { status } = spawnSync(process.execPath, [...mocha, ...mochaArgs], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  return status === 0;
}

function compileTests() {
  const tsc = path.join('node_modules', 'typescript', 'bin', 'tsc');
  mkdirSync(path.join(root, drawn), { recursive: true });
  const steps = [
    [tsc, '-p', 'test/tsconfig.json'],
    ['build/test/fixtures/write-drawn-faces.mjs', drawn],
  ];
  for (const args of steps) {
    if (spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status !== 0)
      throw new SetupError('the tests did not compile');
  }
}

const args = process.argv.slice(2);
const mochaArgs = args.filter((arg) => arg !== '--without-setup');
try {
  if (!args.includes('--without-setup')) await setUp();
  await compileTheirs();
  compileTests();
  const runs = ourAddons().flatMap((addon) => ['theirs', 'ours'].map((first) => test(addon, first, mochaArgs)));
  console.log(`\n${runs.filter(Boolean).length} of ${runs.length} runs passed`);
  process.exitCode = runs.every(Boolean) ? 0 : 1;
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`[setup] ${error.message}`);
  process.exitCode = 1;
}
