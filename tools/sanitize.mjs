// The core's tests, the fuzz targets on their corpora, and the addon in Node.js under Clang's sanitizers.
//
//   npm run tools -- sanitize [address] [thread] [addon]     all, unless told
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { setUpOrExit } from '../scripts/setup.mjs';
import { orExit, root } from '../scripts/steps.mjs';
import { coreFuzzTargets } from '../scripts/test/core.mjs';
import { testEnvironment } from '../scripts/test-environment.mjs';
import { addressFlags, clangFile, compile, compileWatched, runtime, setUpClang } from './lib/clang.mjs';
import { corpora, writeSeeds } from './lib/fuzz-files.mjs';

const at = (...parts) => path.join(root, ...parts);
const sanitizers = {
  // As in production, an allocation that cannot be had is an error, not the end.
  ASAN_OPTIONS: 'allocator_may_return_null=1:detect_stack_use_after_return=1',
  UBSAN_OPTIONS: 'print_stacktrace=1',
  TSAN_OPTIONS: `suppressions=${at('test', 'fuzz', 'thread-suppressions.txt')}:history_size=4`,
};

/** Runs a program; what a sanitizer says comes on standard error, and the status is not 0. */
function check(title, command, args, more = {}) {
  const started = Date.now();
  const { status, signal, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    env: { ...testEnvironment(), ...sanitizers, ...more },
    encoding: 'utf8',
    maxBuffer: 2 ** 29,
  });
  const seconds = Math.round((Date.now() - started) / 1000);
  const counts = /test cases:.*|\d+ passing|\d+ files/.exec(stdout ?? '')?.[0] ?? '';
  console.log(`${status === 0 ? 'sound' : 'FAILED'}  ${title}, ${seconds} s  ${counts}`);
  if (status === 0) return;
  const reports = (stderr ?? '').split('\n').filter((line) => !/^\[ WARN|^libpng|^TIFF|^Corrupt/.test(line));
  console.error(`${(stdout ?? '').slice(-4000)}\n${reports.slice(0, 80).join('\n')}\nended with ${signal ?? status}`);
  process.exitCode = 1;
}

// Photographs by each instruction set: the slowest would need an hour here, and smaller pictures go through every one as well.
const leftOut = ['--test-case-exclude=*photograph*every instruction set'];

/** Memory and arithmetic: the tests of the core, and every corpus, those of images on decoders that are watched too. */
async function address() {
  const programs = await compileWatched('replay', coreFuzzTargets, ['faces_tests']);
  check('core tests under ASan and UBSan', programs.faces_tests, leftOut);
  for (const target of coreFuzzTargets)
    check(`${target} corpus under ASan and UBSan`, programs[`replay_${target}`], corpora(target));
}

// Those with more than one thread.
const threaded = ['thread_pool', 'level_candidates', 'batches', 'pnet', 'cascade', 'detector', 'fused_net', 'level'];
const threadedTargets = ['cascade', 'yunet'];

/** Threads: the tests that have several. */
async function thread() {
  const flags = '-O1 -g -fno-omit-frame-pointer -fsanitize=thread';
  const folder = await compile('thread', {
    flags,
    targets: ['faces_tests', ...threadedTargets.map((name) => `replay_${name}`)],
    settings: ['-DFACES_TESTS=ON'],
  });
  const files = threaded.map((name) => `*/${name}_test.cc`).join(',');
  check('threaded core tests under TSan', path.join(folder, 'Release', 'faces_tests'), [`--source-file=${files}`]);
  for (const name of threadedTargets)
    check(`${name} corpus under TSan`, path.join(folder, 'Release', `replay_${name}`), corpora(name));
}

// Not those that look at the file itself, or at the memory of processes.
const addonTests = ['addon/native', 'library/detector', 'library/parity'];

/** The addon in Node, which is not watched itself: the tests of the addon, in a copy of the package that holds this one. */
async function addon() {
  const folder = await compile('addon', {
    flags: `${addressFlags} -shared-libasan`,
    targets: ['opencv_face_detector'],
    settings: [`-DCMAKE_JS_INC=${at('node_modules', 'node-api-headers', 'include')}`],
  });
  const copy = path.join(folder, 'package');
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(path.join(copy, 'build', 'Release'), { recursive: true });
  for (const entry of ['package.json', 'binding.gyp', 'dist', 'build/test']) {
    cpSync(at(entry), path.join(copy, entry), { recursive: true });
  }
  for (const entry of ['models', 'node_modules', 'test']) symlinkSync(at(entry), path.join(copy, entry));
  const name = 'opencv_face_detector.node';
  cpSync(path.join(folder, 'native', name), path.join(copy, 'build', 'Release', name));
  const tests = addonTests.map((test) => path.join(copy, 'build', 'test', `${test}.test.mjs`));
  check(
    'addon under ASan and UBSan',
    process.execPath,
    [at('node_modules/mocha/bin/mocha.js'), '--timeout', '0', ...tests],
    {
      LD_PRELOAD: clangFile(runtime('asan', 'so')),
      ASAN_OPTIONS: `${sanitizers.ASAN_OPTIONS}:detect_leaks=0`, // Node does not free all that it takes
    },
  );
}

const parts = { address, thread, addon };
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts);
const unknown = wanted.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) {
  console.error(`usage: npm run tools -- sanitize [${Object.keys(parts).join('] [')}]`);
  process.exit(2);
}
await setUpOrExit({ withTests: true });
await orExit(setUpClang);
await orExit(writeSeeds);
for (const name of wanted) await orExit(parts[name]);
console.log(process.exitCode ? 'FAILED' : 'nothing found');
