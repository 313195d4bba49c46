// Whether the packed packages, of which one has the prebuilt addon, install and run in bare containers.
//
// These have no compiler and no OpenCV. Installs with npm 11, npm 12 and pnpm 10, on Debian 12 and 13; then, without any network, uses it
// there. Needs Docker and npm run prebuild. IMAGES names other images, with commas. Ends with status 1 where one of them fails.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ownOf, packAll } from '../scripts/pack.mjs';
import { root } from '../scripts/steps.mjs';

const images = (process.env.IMAGES ?? 'node:24-bookworm-slim,node:24-trixie-slim').split(',');
const managers = {
  'npm 11': { get: 'npm install -g npm@11', install: 'npm install --no-audit --no-fund' },
  'npm 12': { get: 'npm install -g npm@12', install: 'npm install --no-audit --no-fund' },
  'pnpm 10': { get: 'npm install -g pnpm@10', install: 'pnpm add' },
};

function docker(...args) {
  const { status, stdout, stderr } = spawnSync('docker', args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  return { isWell: status === 0, output: `${stdout ?? ''}${stderr ?? ''}`.trim() };
}

/** A folder with the tarballs, the script that uses it, and the drawn faces that test/ makes. */
function prepare() {
  const folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
  const own = ownOf(packAll(root, folder));
  for (const { filename } of own) cpSync(path.join(folder, filename), path.join(folder, 'packages', filename));
  mkdirSync(path.join(folder, 'project'));
  cpSync(path.join(root, 'test', 'package', 'installed.mjs'), path.join(folder, 'project', 'installed.mjs'));
  cpSync(path.join(root, 'build', 'fixtures', 'faces.png'), path.join(folder, 'project', 'faces.png'));
  writeFileSync(path.join(folder, 'project', 'package.json'), '{ "name": "project", "private": true }\n');
  for (const { filename, size } of own) console.log(JSON.stringify({ packed: filename, megabytes: size / 1e6 }));
  return folder;
}

/** What runs in the container with a network, then without. The package alone is timed; sharp is only for the check. */
function scripts({ get, install }) {
  const withNetwork = `set -e
    ! command -v cc c++ g++ gcc clang cmake make
    ! ls /usr/lib/*/libopencv* 2> /dev/null
    ${get} > /dev/null 2>&1
    cp -r /given/project /project && cd /project
    start=$(date +%s%N)
    ${install} /given/packages/*.tgz
    echo "SECONDS $(( ($(date +%s%N) - start) / 1000000 ))e-3"
    echo "KILOBYTES $(du -sk node_modules | cut -f1)"
    ${install} sharp`;
  return { withNetwork, without: 'cd /project && node installed.mjs && npx --no opencv-face-detector models verify' };
}

function verify(folder, image, manager) {
  const name = `faces-verify-${process.pid}`;
  const { withNetwork, without } = scripts(managers[manager]);
  try {
    const installed = docker('run', '--name', name, '-v', `${folder}:/given:ro`, image, 'sh', '-c', withNetwork);
    if (!installed.isWell) return { failed: installed.output };
    docker('commit', name, name);
    const used = docker('run', '--rm', '--network', 'none', name, 'sh', '-c', without);
    if (!used.isWell) return { failed: used.output };
    const [, seconds] = /^SECONDS (\S+)$/m.exec(installed.output);
    const [, kilobytes] = /^KILOBYTES (\d+)$/m.exec(installed.output);
    return {
      seconds: Number(seconds),
      megabytes: Number(kilobytes) / 1000,
      ...JSON.parse(/^\{.*\}$/m.exec(used.output)),
    };
  } finally {
    docker('rm', '-f', name);
    docker('rmi', '-f', name);
  }
}

const folder = prepare();
for (const image of images) {
  for (const manager of Object.keys(managers)) {
    const result = verify(folder, image, manager);
    if (result.failed) process.exitCode = 1;
    console.log(JSON.stringify({ image, manager, ...result }));
  }
}
rmSync(folder, { recursive: true });
