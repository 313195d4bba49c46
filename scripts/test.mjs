// npm test: the set-up, then every test of the core (doctest) and of everything above it (mocha). Ends with the counts.
//
//   npm test -- --grep TEXT          only mocha tests of that title
//   npm test -- --without-setup      everything is built already, as in the image's build
//   npm test -- --without-core       only mocha tests
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, setUpOrExit } from './setup.mjs';
import { testEnvironment } from './test-environment.mjs';

const at = (...parts) => path.join(root, ...parts);
const seeds = at('build', 'fuzz', 'seeds');

const own = ['--without-setup', '--without-core'].filter((flag) => process.argv.includes(flag));
const mochaArgs = process.argv.slice(2).filter((arg) => !own.includes(arg));
if (!own.includes('--without-setup')) await setUpOrExit({ withTests: true });

const environment = testEnvironment();
const { FACES_WEIGHTS: weights, FACES_DRAWN: drawn, FACES_SHARED: shared } = environment;

/** Runs a command in the checkout; answers its status. */
function run(command, args, options = {}) {
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) console.error(error.message);
  return signal ?? status ?? 127;
}

function orFail(title, status) {
  if (status === 0) return;
  console.error(`${title} failed (${status})`);
  console.log('0 passed, 1 failed');
  process.exit(1);
}

function prepare() {
  orFail(
    'compiling the tests',
    run(process.execPath, [at('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'test/tsconfig.json']),
  );
  mkdirSync(drawn, { recursive: true });
  orFail(
    'drawing the test picture',
    run(process.execPath, [at('build', 'test', 'fixtures', 'write-drawn-faces.mjs'), drawn]),
  );
  orFail('writing the fuzz seeds', run(process.execPath, [at('build', 'test', 'fuzz', 'write-seeds.mjs'), seeds]));
}

/** Test suites of the core that cannot run here, by name, with the reason. Where the shared folder exists all must run. */
function missingSuites() {
  if (existsSync(shared)) return [];
  const missing = [];
  if (!existsSync(path.join(weights, 'det3.onnx')))
    missing.push(['weights', 'no weights: npx opencv-face-detector models fetch']);
  missing.push(['photographs', 'no photographs: they are not part of the project']);
  if (!environment.FACES_HAAR) missing.push(['haar', "no Haar cascade: it comes with OpenCV's data package"]);
  return missing;
}

/** A program that ends badly although no test of it failed, or that has run no test at all, has failed as well. */
function judged(title, status, counts) {
  if (counts.failed > 0 || (status === 0 && counts.passed > 0)) return counts;
  console.error(`${title}: ended with ${status}, ${counts.passed} tests passed`);
  return { ...counts, failed: 1 };
}

/** Runs doctest cases and reads their counts off its last lines. */
function runCore(title, command, args) {
  console.log(`\n${title}`);
  const leftOut = missingSuites();
  const filter = leftOut.length > 0 ? [`--test-suite-exclude=${leftOut.map(([name]) => name).join(',')}`] : [];
  // Decoders write about every damaged test image on standard error; what failed stands on standard output.
  const log = at('.setup', 'core-tests.log');
  const { stdout, stderr, status, signal } = spawnSync(command, [...args, ...filter], {
    cwd: root,
    env: environment,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  mkdirSync(path.dirname(log), { recursive: true });
  writeFileSync(log, stderr ?? '');
  process.stdout.write(stdout ?? '');
  const [, passed = 0, failed = 0] = /test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed/.exec(stdout ?? '') ?? [];
  const skipped = leftOut.map(([name, reason]) => `core tests of suite "${name}" (${reason})`);
  const counts = { passed: Number(passed), failed: Number(failed), skipped };
  return judged(`${title} (its standard error is in ${path.relative(root, log)})`, signal ?? status, counts);
}

const coreTests = at('build', 'Release', 'faces_tests');

/** The core on a processor of 2010, which has neither AVX nor FMA. */
function runCoreWithoutAvx() {
  const title = 'Core without AVX (QEMU, Westmere)';
  const skip = (reason) => ({ passed: 0, failed: 0, skipped: [`${title}: ${reason}`] });
  if (process.arch !== 'x64' || process.platform !== 'linux') return skip('only on x64 Linux');
  if (spawnSync('qemu-x86_64', ['--version']).status !== 0) return skip('qemu-x86_64 is not installed');
  const cases =
    'the four drawn faces*,tiles give what*,auto takes*,maximum pools*,suppression equals*,every bit is*,a crop of its own*,lossless formats*,each instruction set*,the instruction sets*';
  return runCore(title, 'qemu-x86_64', ['-cpu', 'Westmere', coreTests, `--test-case=${cases}`]);
}

/** Each fuzz target of the core on its seeds and on what has been found: a test each, in seconds. npm run fuzz looks for more. */
function replayFuzzTargets() {
  console.log('\nFuzz targets on their seeds and finds');
  const results = ['header', 'decode', 'nms', 'cascade', 'render'].map((target) => {
    const title = `replay_${target}`;
    if (target === 'cascade' && !existsSync(weights))
      return { passed: 0, failed: 0, skipped: [`${title}: no weights`] };
    const corpora = [path.join(seeds, target), at('test', 'fuzz', 'corpus', target)].filter(existsSync);
    const { stdout, stderr, status, signal } = spawnSync(at('build', 'Release', title), corpora, {
      env: environment,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    console.log(`  ${target}: ${stdout?.trim() || 'broken'}`);
    // The last lines name the file, and the promise that it broke.
    if (status !== 0) console.error((stderr ?? '').split('\n').slice(-12).join('\n'));
    return judged(title, signal ?? status, { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: [] });
  });
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: results.flatMap(({ skipped }) => skipped) };
}

function runMocha() {
  console.log('\nLibrary, command line and service');
  const countsFile = at('build', 'mocha-counts.json');
  rmSync(countsFile, { force: true });
  const args = [
    at('node_modules', 'mocha', 'bin', 'mocha.js'),
    '--reporter',
    'test/reporter.cjs',
    '--timeout',
    '120000',
    '--exit', // what a test leaves open must not keep the counts from whoever waits for them
  ];
  // Those with the real @u4/opencv4nodejs need minutes to compile it: npm run test:opencv4nodejs.
  const tests = ['build/test/**/*.test.mjs', '--ignore', 'build/test/opencv4nodejs/**'];
  const status = run(process.execPath, [...args, ...tests, ...mochaArgs], {
    env: { ...environment, COUNTS_FILE: countsFile },
  });
  const counts = existsSync(countsFile)
    ? JSON.parse(readFileSync(countsFile, 'utf8'))
    : { passed: 0, failed: 0, skipped: [] };
  return judged('mocha', status, counts);
}

prepare();
const core = own.includes('--without-core')
  ? []
  : [runCore('Core', coreTests, []), runCoreWithoutAvx(), replayFuzzTargets()];
const results = [...core, runMocha()];
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
const skipped = results.flatMap((result) => result.skipped);
if (skipped.length > 0) console.log(`\nSkipped:\n${skipped.map((title) => `  - ${title}`).join('\n')}`);
const rest = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed${rest}`);
process.exitCode = sum('failed') > 0 ? 1 : 0;
