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

/** Starts ffmpeg. Rejects with FaceDetectorError FFMPEG_MISSING or INTERNAL where that is not possible. */
export async function startFfmpeg(args: readonly string[], stdio: SpawnOptions['stdio']): Promise<ChildProcess> {
  try {
    const child = spawn(pathOf('ffmpeg'), ['-hide_banner', '-nostats', '-loglevel', 'level+info', ...args], { stdio });
    await once(child, 'spawn');
    return child;
  } catch (error) {
    throw startError(error, 'ffmpeg');
  }
}

/** Standard output and error of a program that ends by itself. Rejects like startFfmpeg, and with its own message if it fails. */
export async function output(name: Program, args: readonly string[], signal?: AbortSignal) {
  try {
    return await promisify(execFile)(pathOf(name), args, { maxBuffer: 2 ** 24, ...(signal && { signal }) });
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (typeof code === 'number') throw new Error(stderr?.trim() || `${name} ended with ${code}`, { cause: error });
    throw startError(error, name);
  }
}

let passthrough: Promise<string[]> | undefined;

/** The arguments that keep each frame with its own time, as this ffmpeg calls them: -vsync until 5.0, which 8 no longer has. */
export function keepTimes(): Promise<string[]> {
  passthrough ??= output('ffmpeg', ['-version']).then(({ stdout }) => {
    const [, major = '9', minor = '0'] = /^ffmpeg version n?(\d+)\.(\d+)/.exec(stdout) ?? [];
    const isOld = Number(major) < 5 || (Number(major) === 5 && Number(minor) < 1);
    return [isOld ? '-vsync' : '-fps_mode', 'passthrough'];
  });
  return passthrough;
}
