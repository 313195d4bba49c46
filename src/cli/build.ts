import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installLines } from '../library/build-needs.js';
import { packageManifest, packageRoot } from '../system/package-root.js';
import type { Command } from './command.js';
import { parseFlags } from './flags.js';
import { UsageError } from './usage-error.js';

/** The folder of node_modules with cmake-js and node-addon-api: a clone has them, the package fetches them once. */
function toolsFolder(): string {
  try {
    return path.join(path.dirname(require.resolve('cmake-js/package.json')), '..');
  } catch {
    const folder = path.join(packageRoot, 'build', 'tools');
    fetchTools(folder);
    return path.join(folder, 'node_modules');
  }
}

function fetchTools(folder: string): void {
  const { devDependencies: versions } = packageManifest();
  const packages = ['cmake-js', 'node-addon-api'].map((name) => `${name}@${versions[name]}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages];
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    const message = `${packages.join(' and ')}, which compile the addon, could not be installed into ${folder}: the reason is above`;
    throw Object.assign(new Error(message), { code: 'ADDON_MISSING' });
  }
}

/** Compiles the addon into build/Release with cmake-js, which prints to the terminal. Resolves to the exit status. */
function build(): Promise<number> {
  const tools = toolsFolder();
  const cmakeJs = path.join(tools, 'cmake-js', 'bin', 'cmake-js');
  const child = spawn(process.execPath, [cmakeJs, 'compile', '--directory', packageRoot], {
    cwd: packageRoot,
    env: { ...process.env, NODE_PATH: tools }, // where CMakeLists.txt finds node-addon-api
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) {
        console.log('opencv-face-detector: the native addon is built');
      } else {
        console.error(
          'opencv-face-detector: the native addon was not built; the reason is above. It needs a C++ compiler, CMake, OpenCV and Highway:\n' +
            `  Debian, Ubuntu:  ${installLines.debian}\n  macOS:           ${installLines.macOs}`,
        );
      }
      resolve(code === 0 ? 0 : 1);
    });
  });
}

export const buildCommand: Command = {
  name: 'build',
  summary: 'compile the native addon',
  synopsis: [''],
  about:
    'Compiles the native addon for this machine into build/Release of the package. It needs a C++ compiler, CMake, OpenCV and Highway, and says how to get them; `doctor` says what is missing.',
  flags: {},
  completes: [],
  examples: [],
  async run(args) {
    const { rest } = parseFlags(args, {});
    if (rest.length > 0) throw new UsageError(`build takes no arguments, got ${rest.join(' ')}`);
    return build();
  },
};
