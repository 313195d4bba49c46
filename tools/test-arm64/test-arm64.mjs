// What the core, the addon and the service do on Linux arm64, cross-compiled and run under QEMU.
//
//   npm run tools -- test-arm64 [--built] [PART ...]
//     core       all tests of the core
//     node       tests of the addon, the library and the service that other instructions could change, in Node.js for arm64
//     quick      what the image's build has time for: the core's kernels and boxes, and a few tests of the addon
//     answers    how far both engines' answers are from this machine's, on drawn pictures and on the photographs that there are
//     --built    takes what is in build/Release, as the image's build does; by default it compiles what is missing
//
// Without PART all of them but the quick one, which they include: hours. Ends as npm test does, with the counts; without a compiler or QEMU all is skipped.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { prebuildTarget } from '../../scripts/prebuild-target.mjs';
import { buildStatic, missingTools } from '../../scripts/static-build.mjs';
import { root } from '../../scripts/steps.mjs';
import { runCoreByFolder } from '../../scripts/test/core.mjs';
import { nothing, skippedFor, sum, summary } from '../../scripts/test/counts.mjs';
import { testEnvironment } from '../../scripts/test-environment.mjs';
import { compareAnswers, summarize } from './compare-answers.mjs';
import { allFiles, fewFiles, printedInNode, testInNode } from './emulated-node.mjs';
import { emulator, emulatorArgs } from './emulator.mjs';

const { cross } = prebuildTarget(['--platform', 'linux-arm64'], { platform: 'linux', arch: 'x64' });

const isBuilt = process.argv.includes('--built');
const { FACES_DRAWN: drawn } = testEnvironment();

function run(command, args, environment = {}) {
  console.log(`[test-arm64] ${path.basename(command)} ${args.join(' ')}`);
  const env = { ...process.env, ...environment };
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env });
  if (status === 0) return;
  console.error(`[test-arm64] ${command} failed; the reason stands above`);
  process.exit(1);
}

/** Why nothing can be tested here; undefined where all can. */
function obstacle() {
  if (process.platform !== 'linux' || process.arch === 'arm64')
    return 'arm64 is emulated on Linux of another kind only';
  if (spawnSync(emulator, ['--version']).status !== 0) return `${emulator} is missing. Run: apt-get install qemu-user`;
  return isBuilt ? undefined : missingTools(cross);
}

// QEMU's user mode does not hold a program to its limits of memory.
const notUnderQemu = ['--test-case-exclude=where the system gives no more threads*'];

/** Of these folders of test/native; by default of all. */
function testCore(folders) {
  const release = isBuilt ? path.join(root, 'build', 'Release') : buildStatic({ cross, withTests: true, run }).release;
  const program = path.join(release, 'faces_tests');
  return runCoreByFolder(
    'Core on arm64 (QEMU)',
    testEnvironment(),
    emulator,
    [...emulatorArgs, program, ...notUnderQemu],
    folders,
  );
}

/** The loader takes it where the addon in build/Release is another machine's. */
function makeAddon() {
  if (!isBuilt) run(process.execPath, ['scripts/prebuild.mjs', '--platform', 'linux-arm64', '--without-docker']);
}

/** With the pictures that they draw. */
function compileTests() {
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'test/tsconfig.json']);
  mkdirSync(drawn, { recursive: true });
  run(process.execPath, ['build/test/fixtures/write-drawn-faces.mjs', drawn]);
}

function testNode(files = allFiles) {
  makeAddon();
  compileTests();
  return testInNode(testEnvironment(), files);
}

async function testQuick() {
  return sum([await testCore(['kernels', 'detection']), testNode(fewFiles)]);
}

/** One test for each engine and picture. */
function testAnswers() {
  makeAddon();
  compileTests();
  const filesIn = (folder) => (existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : []);
  const photographs = path.join(root, '..', 'shared', 'images');
  const files = [...filesIn(path.join(drawn, 'answered')), ...filesIn(photographs)];
  const script = path.join(import.meta.dirname, 'answers.mjs');
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'inherit'] };
  const own = JSON.parse(spawnSync(process.execPath, [script, ...files], options).stdout);
  const rows = compareAnswers(own, JSON.parse(printedInNode(testEnvironment(), script, files)));
  console.log(`\nAnswers of arm64 and ${own.arch}\n${summarize(rows).join('\n')}`);
  const beyond = rows.filter(({ isWithin }) => !isWithin);
  for (const row of beyond) console.error(JSON.stringify(row));
  return { ...nothing(), passed: rows.length - beyond.length, failed: beyond.length };
}

const parts = { core: () => testCore(), node: () => testNode(), answers: testAnswers, quick: testQuick };
const byDefault = ['core', 'node', 'answers'];
const named = process.argv.slice(2).filter((argument) => argument !== '--built');
const unknown = named.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) {
  console.error(`test-arm64: there is no part "${unknown}"; the parts are ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}

const reason = obstacle();
const results = [];
for (const name of named.length > 0 ? named : byDefault)
  results.push(reason ? skippedFor(reason) : await parts[name]());
const total = sum(results);
console.log(`\n${summary(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
