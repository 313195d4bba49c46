import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';
import { FaceDetectorError } from '../face-detector-error.js';
import { withMissingFlag } from '../permission.js';

type Program = 'ffmpeg' | 'ffprobe';

/** FFMPEG_PATH or what stands beside it; without that, from PATH. */
function pathOf(name: Program): string {
  const { FFMPEG_PATH: given } = process.env;
  if (!given) return name;
  return name === 'ffmpeg' ? given : path.join(path.dirname(given), name);
}

function startError(error: unknown, name: Program): FaceDetectorError {
  const { code, message } = withMissingFlag(error as NodeJS.ErrnoException);
  if (code !== 'ENOENT')
    return new FaceDetectorError('INTERNAL', `${name} cannot be started: ${message}`, { cause: error });
  const remedy = 'sudo apt-get install -y ffmpeg, brew install ffmpeg, or FFMPEG_PATH with the path of the program';
  return new FaceDetectorError('FFMPEG_MISSING', `films need ${name}, which is not installed: ${remedy}`, {
    cause: error,
  });
}

const onlyLinux = process.platform === 'linux';

/** The command that runs `program` with so much memory at most, where the system has a limit of that kind. */
function withMemory(program: string, bytes: number | undefined): [command: string, ...args: string[]] {
  if (bytes === undefined || !onlyLinux) return [program];
  return ['/bin/sh', '-c', `ulimit -v ${Math.ceil(bytes / 1024)}; exec "$0" "$@"`, program];
}

// Has ffmpeg print the eight basic colours, by which DecoderLog tells errors; undefined takes a variable away.
const coloured = {
  AV_LOG_FORCE_COLOR: '1',
  AV_LOG_FORCE_NOCOLOR: undefined,
  AV_LOG_FORCE_256COLOR: undefined,
  NO_COLOR: undefined,
  TERM: '',
};

/**
 * Starts ffmpeg so that it prints what DecoderLog reads; on Linux with `memoryBytes` of address space at most. Rejects with
 * FaceDetectorError FFMPEG_MISSING or INTERNAL where that is not possible.
 */
export async function startFfmpeg(
  args: readonly string[],
  stdio: SpawnOptions['stdio'],
  memoryBytes?: number,
): Promise<ChildProcess> {
  try {
    const [command, ...before] = withMemory(pathOf('ffmpeg'), memoryBytes);
    const child = spawn(command, [...before, '-hide_banner', '-nostats', '-loglevel', 'level+info', ...args], {
      stdio,
      env: { ...process.env, ...coloured },
    });
    await once(child, 'spawn');
    return child;
  } catch (error) {
    throw startError(error, 'ffmpeg');
  }
}

/** Standard output and error of a program that ends by itself. Rejects like startFfmpeg, and with its own message if it fails. */
export async function output(name: Program, args: readonly string[], signal?: AbortSignal) {
  try {
    const env = { ...process.env, AV_LOG_FORCE_NOCOLOR: '1' };
    return await promisify(execFile)(pathOf(name), args, { env, maxBuffer: 2 ** 24, ...(signal && { signal }) });
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (typeof code === 'number') throw new Error(stderr?.trim() || `${name} ended with ${code}`, { cause: error });
    throw startError(error, name);
  }
}

let asTheyAre: Promise<string[]> | undefined;

/**
 * The arguments that keep each frame with its own time and size, as this ffmpeg calls them: -vsync until 5.0, which 8 no longer has; before
 * 4.4 it gives all frames the size of the first.
 */
export function keepFrames(): Promise<string[]> {
  asTheyAre ??= output('ffmpeg', ['-version']).then(({ stdout }) => {
    const [, major = '9', minor = '0'] = /^ffmpeg version n?(\d+)\.(\d+)/.exec(stdout) ?? [];
    const version = 100 * Number(major) + Number(minor);
    const sizes = version < 404 ? [] : ['-noautoscale'];
    return [version < 501 ? '-vsync' : '-fps_mode', 'passthrough', ...sizes];
  });
  asTheyAre.catch(() => {
    asTheyAre = undefined; // it may be installed later
  });
  return asTheyAre;
}
