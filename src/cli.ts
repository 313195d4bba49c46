#!/usr/bin/env node
import { program } from './cli/command.js';
import { commands } from './cli/commands.js';
import { endInterruption } from './cli/detect/interruption.js';
import { commandHelp, overview } from './cli/help.js';
import { printable } from './cli/printable.js';
import { UsageError } from './cli/usage-error.js';
import { cutWords } from './library/cut-path.js';
import { FaceDetectorError } from './library/face-detector-error.js';
import { withMissingFlag } from './library/permission.js';
import { allowedCores } from './system/cores.js';
import { version } from './system/version.js';

/**
 * Gives Node's pool a thread for each core to search on, and two to read files meanwhile. The pool is created on first
 * use, which is loading a command, so this must run before. The service does the same for its workers.
 */
function widenPool(): void {
  process.env['UV_THREADPOOL_SIZE'] ??= String(Math.max(4, allowedCores() + 2));
}

async function run([name, ...args]: string[]): Promise<number> {
  if (name === '--version' || name === '-v') {
    console.log(version());
    return 0;
  }
  if (name === '--help' || name === '-h' || (name === 'help' && args.length === 0)) {
    process.stdout.write(overview(commands));
    return 0;
  }
  if (name === undefined) throw new UsageError('a command is needed');
  const isHelp = name === 'help' || args.some((arg) => arg === '--help' || arg === '-h');
  const asked = name === 'help' ? args[0] : name;
  const command = commands.find((candidate) => candidate.name === asked);
  if (!command) throw new UsageError(`there is no command ${JSON.stringify(asked)}`);
  if (isHelp) {
    process.stdout.write(commandHelp(command, process.stdout.columns));
    return 0;
  }
  if (['detect', 'bench', 'worker'].includes(name)) widenPool();
  return command.run(args).catch((error: unknown) => {
    const isUsage =
      error instanceof UsageError || (error instanceof FaceDetectorError && error.code === 'INVALID_OPTION');
    throw isUsage ? new UsageError(error.message, { cause: command }) : error;
  });
}

function explain(error: unknown): number {
  if (error instanceof UsageError) {
    const command = commands.find((candidate) => candidate === error.cause);
    const way = command ? `${program} ${command.name} --help says more.\n` : overview(commands);
    process.stderr.write(`${program}: ${printable(cutWords(error.message))}\n\n${way}`);
    return 2;
  }
  // A stack only helps with our own defects.
  const isKnown = error instanceof FaceDetectorError || (error as NodeJS.ErrnoException)?.code !== undefined;
  const { message, stack } = Object(withMissingFlag(error)) as Error;
  const text = String(isKnown ? message : stack);
  process.stderr.write(`${program}: ${cutWords(text).split('\n').map(printable).join('\n')}\n`); // reasons may have several lines
  return 1;
}

/**
 * Ignores a broken pipe (`| head`), which is not a failure; a command that writes only to that pipe has its own
 * listener, and ends.
 */
function ignoreBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && stream.listenerCount('error') === 1) throw error;
    });
}

ignoreBrokenPipe();
void run(process.argv.slice(2))
  .catch(explain)
  .then((status) => {
    process.exitCode = status;
    endInterruption(status);
  });
