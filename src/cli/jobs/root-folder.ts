import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { cutPath } from '../../library/cut-path.js';
import { readWhole } from '../../library/read-file.js';
import { JobError, tooLarge } from './job-error.js';

const isBelow = (root: string, file: string) => file.startsWith(root.endsWith(path.sep) ? root : `${root}${path.sep}`);

/**
 * The path of `file`, resolved against `root`, relative to it. Throws JobError OUTSIDE_ROOT if it leads elsewhere; does
 * not touch the file system.
 */
export function pathBelow(root: string, file: string): string {
  const resolved = path.resolve(root, file);
  if (!isBelow(path.resolve(root), resolved))
    throw new JobError('OUTSIDE_ROOT', `${cutPath(file)} is not below the root`);
  return path.relative(root, resolved);
}

/** Rewords a file system error in terms of the job: whoever added it must not see paths of this machine. */
export function rewordError(name: string, error: NodeJS.ErrnoException): Error {
  if (error.code === undefined || error instanceof JobError) return error;
  const reason = /^\w+: [^,]+/.exec(error.message)?.[0] ?? error.code;
  return Object.assign(new Error(`${reason}: ${cutPath(name)}`), { code: error.code });
}

async function realFile(root: string, name: string): Promise<{ file: string; bytes: number }> {
  const file = await realpath(path.join(root, pathBelow(root, name)));
  if (!isBelow(root, file))
    throw new JobError('OUTSIDE_ROOT', `${cutPath(name)} is a link to something that is not below the root`);
  const kind = await stat(file);
  if (!kind.isFile()) throw new JobError('NOT_A_FILE', `${cutPath(name)} is not a file`);
  return { file, bytes: kind.size };
}

/**
 * The real path of the file `name` below `root`, a real path. Rejects with JobError OUTSIDE_ROOT if `..` or a symbolic
 * link leads out of it, NOT_A_FILE for a folder, a device or a pipe, which may never end, and with errors that have the
 * file system's codes; messages contain no path but `name`.
 */
export async function fileBelow(root: string, name: string): Promise<string> {
  try {
    return (await realFile(root, name)).file;
  } catch (error) {
    throw rewordError(name, error as NodeJS.ErrnoException);
  }
}

/** Reads the file `name` below `root`. Rejects like `fileBelow`, and with JobError FILE_TOO_LARGE above `maxBytes`. */
export async function readBelow(root: string, name: string, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  try {
    const { file, bytes } = await realFile(root, name);
    if (bytes > maxBytes) throw tooLarge(name, bytes, maxBytes);
    return await readWhole(file, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw rewordError(name, error as NodeJS.ErrnoException);
  }
}
