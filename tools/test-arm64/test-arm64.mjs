// Runs on another Linux what is compiled for Linux arm64: the core's tests, the addon and the service, under QEMU.
//
//   npm run tools -- test-arm64 [core] [node]     core: all tests of the core; node: those of the addon, library and service that other
//                                                 instructions could change, in Node.js for arm64. By default both
//
// It compiles what is missing, as npm run prebuild -- --platform linux-arm64 --without-docker does, whose addon the second part takes.
// Emulation makes it slow: an hour on two cores. Ends as npm test does, with the counts; without a compiler or QEMU everything is skipped.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { prebuildTarget } from '../../scripts/prebuild-target.mjs';
import { buildStatic, missingCompiler } from '../../scripts/static-build.mjs';
import { runCoreByFolder } from '../../scripts/test/core.mjs';
import { skippedFor, sum, summary } from '../../scripts/test/counts.mjs';
import { testEnvironment } from '../../scripts/test-environment.mjs';
import { testInNode } from './emulated-node.mjs';
import { emulator, emulatorArgs } from './emulator.mjs';

const root = path.join(import.meta.dirname, '..', '..');
const { cross } = prebuildTarget(['--platform', 'linux-arm64'], { platform: 'linux', arch: 'x64' });

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
  if (process.platform !== 'linux') return 'arm64 is emulated on Linux only';
  if (spawnSync(emulator, ['--version']).status !== 0) return `${emulator} is missing. Run: apt-get install qemu-user`;
  return missingCompiler(cross);
}

async function testCore() {
  const { release } = buildStatic({ cross, withTests: true, run });
  return runCoreByFolder('Core on arm64 (QEMU)', testEnvironment(), emulator, [
    ...emulatorArgs,
    path.join(release, 'faces_tests'),
  ]);
}

function testNode() {
  run(process.execPath, ['scripts/prebuild.mjs', '--platform', 'linux-arm64', '--without-docker']);
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'test/tsconfig.json']);
  return testInNode(testEnvironment());
}

const parts = { core: testCore, node: testNode };
const named = process.argv.slice(2);
const unknown = named.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) {
  console.error(`test-arm64: there is no part "${unknown}"; the parts are ${Object.keys(parts).join(' and ')}`);
  process.exit(2);
}

const reason = obstacle();
const results = [];
for (const name of named.length > 0 ? named : Object.keys(parts))
  results.push(reason ? skippedFor(reason) : await parts[name]());
const total = sum(results);
console.log(`\n${summary(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
