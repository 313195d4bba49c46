// npm test: the set-up, then the tests of the core (doctest) and of everything above it (mocha), at the same time.
// npm run test:all: these, then what takes minutes: the files *.slow.test.mts, which compile, lint, soak or wait, and the fuzz targets
// on files. Both end with the counts.
//
//   npm test -- --grep TEXT          only mocha tests of that title
//   npm test -- --without-setup      everything is built already, as in the image's build
//   npm test -- --without-core       only mocha tests
//   npm run test:all -- --rest       only what npm test has left out; the counts are those of both
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { nativeTarget, setUpOrExit } from './setup.mjs';
import { orExit, root } from './steps.mjs';
import { replayFuzzTargets, runCore, runCoreWithoutAvx } from './test/core.mjs';
import { countsIn, judged, nothing, sum, summary } from './test/counts.mjs';
import { testEnvironment } from './test-environment.mjs';

const at = (...parts) => path.join(root, ...parts);
const seeds = at('build', 'fuzz', 'seeds');
const quickCounts = at('build', 'test-counts.json'); // what npm test leaves for --rest

const own = ['--without-setup', '--without-core', '--all', '--rest'].filter((flag) => process.argv.includes(flag));
const is = (flag) => own.includes(flag);
const mochaArgs = process.argv.slice(2).filter((arg) => !own.includes(arg));
const isFiltered = mochaArgs.some((arg) => /^(-g|-f|--grep|--fgrep)/.test(arg)); // then some files may have no test to run
if (!is('--rest')) rmSync(quickCounts, { force: true });
if (!is('--without-setup')) await setUpOrExit({ withTests: true });

const environment = testEnvironment();
const { FACES_DRAWN: drawn } = environment;

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
  rmSync(at('build', 'test'), { recursive: true, force: true }); // or tests that have been renamed would run as well
  orFail(
    'compiling the tests',
    run(process.execPath, [at('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'test/tsconfig.json']),
  );
  mkdirSync(drawn, { recursive: true });
  orFail(
    'drawing the test pictures',
    run(process.execPath, [at('build', 'test', 'fixtures', 'write-drawn-faces.mjs'), drawn]),
  );
  orFail('writing the fuzz seeds', run(process.execPath, [at('build', 'test', 'fuzz', 'write-seeds.mjs'), seeds]));
}

/** Runs mocha on files; what it prints comes as it goes. */
async function runMocha(title, ...files) {
  console.log(`\n${title}`);
  const countsFile = at('build', 'mocha-counts.json');
  rmSync(countsFile, { force: true });
  const args = [
    at('node_modules', 'mocha', 'bin', 'mocha.js'),
    '--reporter',
    'test/reporter.cjs',
    '--timeout',
    '120000',
    '--exit', // what a test leaves open must not keep the counts from whoever waits for them
    ...files,
    // Those with the real @u4/opencv4nodejs need minutes to compile it: tools/opencv4nodejs.mjs runs them.
    '--ignore',
    'build/test/opencv4nodejs/**',
    ...mochaArgs,
  ];
  const env = { ...environment, COUNTS_FILE: countsFile };
  const [status, signal] = await once(spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' }), 'close');
  return judged('mocha', signal ?? status, countsIn(countsFile), isFiltered);
}

const slow = 'build/test/**/*.slow.test.mjs';

/** npm test. */
async function runQuick() {
  const atOnce = ['--parallel', '--jobs', String(Math.max(availableParallelism(), 2))];
  const parts = [
    runMocha('Library, command line and service', 'build/test/**/*.test.mjs', '--ignore', slow, ...atOnce),
  ];
  if (!is('--without-core')) parts.push(runCore(environment), runCoreWithoutAvx('quick', environment));
  const counts = sum(await Promise.all(parts));
  writeFileSync(quickCounts, JSON.stringify(counts));
  return counts;
}

/** What npm test leaves out, one after the other: some of it takes all cores, or compiles anew what others use. */
async function runRest() {
  const parts = [];
  if (!is('--without-core')) {
    if (!is('--without-setup')) await orExit(() => nativeTarget('fuzz_replays'));
    parts.push(await replayFuzzTargets(environment, seeds), await runCoreWithoutAvx('slow', environment));
  }
  parts.push(await runMocha('What compiles, lints, soaks or waits', slow));
  return sum(parts);
}

/** What npm test has come to before. */
function quickResult() {
  if (existsSync(quickCounts)) return countsIn(quickCounts);
  console.error('--rest: npm test has left no counts: run it first');
  return { ...nothing(), failed: 1 };
}

prepare();
const quick = is('--rest') ? quickResult() : await runQuick();
const rest = is('--rest') || is('--all') ? await runRest() : nothing();
const total = sum([quick, rest]);
if (total.passed + total.failed === 0) {
  console.error('no test has run');
  total.failed = 1;
}
console.log(`\n${summary(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
