#!/usr/bin/env node
import { FaceDetectorError } from './errors.js';
import { UsageError } from './usage.js';

const usage = `opencv-face-detector: finds faces on images

Usage:
  opencv-face-detector serve [--print-config]   start the HTTP service (POST /face), or show its settings
  opencv-face-detector health                   ask the service here whether it takes requests, for a container's health check
  opencv-face-detector models fetch [MODEL ...] put verified weights into the models folder
  opencv-face-detector models verify [MODEL ...] check the weights that are there
  opencv-face-detector models list              what there is, with licence and origin
  opencv-face-detector build                    compile the native addon (needs a C++ compiler, CMake, OpenCV)
  opencv-face-detector --version | --help

Settings of the service are environment variables; the README lists them.
Exit status: 0 done, 1 failed (the reason is on standard error), 2 wrong usage.
`;

// A command's code is loaded only when it is asked for: `build` must work before the addon exists.
async function run(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  switch (command) {
    case 'serve':
      return (await import('./server/main.js')).serve(rest);
    case 'health':
      return (await import('./cli/health.js')).health(rest);
    case 'models':
      return (await import('./cli/models.js')).models(rest);
    case 'build':
      return (await import('./cli/build.js')).build();
    case '--version':
    case '-v':
      console.log((await import('./cli/version.js')).version());
      return 0;
    case undefined:
      throw new UsageError('a command is needed');
    case '--help':
    case '-h':
    case 'help':
      process.stdout.write(usage);
      return 0;
    default:
      throw new UsageError(`there is no command ${JSON.stringify(command)}`);
  }
}

function explain(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`opencv-face-detector: ${error.message}\n\n${usage}`);
    return 2;
  }
  // A stack helps with a defect of ours only.
  const isKnown = error instanceof FaceDetectorError || (error as NodeJS.ErrnoException)?.code !== undefined;
  process.stderr.write(`opencv-face-detector: ${isKnown ? (error as Error).message : (error as Error)?.stack}\n`);
  return 1;
}

run(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    process.exitCode = explain(error);
  },
);
