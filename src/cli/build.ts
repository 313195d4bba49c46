import { spawn } from 'node:child_process';
import path from 'node:path';
import { packageRoot } from '../paths.js';
import { UsageError } from '../usage.js';
import type { Command } from './command.js';
import { parseFlags } from './flags.js';

/** Path of cmake-js, which is an optional dependency. */
function findCmakeJs(): string {
  try {
    return path.join(path.dirname(require.resolve('cmake-js/package.json')), 'bin', 'cmake-js');
  } catch {
    const message = 'cmake-js is not installed: npm install cmake-js node-addon-api';
    throw Object.assign(new Error(message), { code: 'ADDON_MISSING' });
  }
}

/** Compiles the addon into build/Release with cmake-js, whose output goes to the terminal. Resolves to the exit status. */
function build(): Promise<number> {
  const child = spawn(process.execPath, [findCmakeJs(), 'compile', '--directory', packageRoot], {
    cwd: packageRoot,
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) {
        console.log('opencv-face-detector: the native addon is built');
      } else {
        console.error(
          'opencv-face-detector: the native addon was not built; the reason stands above. It needs a C++ compiler, CMake, OpenCV and Highway:\n' +
            '  Debian, Ubuntu:  sudo apt-get install -y g++ make cmake libopencv-dev libhwy-dev opencv-data\n' +
            '  macOS:           brew install cmake opencv highway',
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
