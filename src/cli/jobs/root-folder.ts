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
function rewordError(name: string, error: NodeJS.ErrnoException): Error {
  if (error.code === undefined || error instanceof JobError) return error;
  const reason = /^\w+: [^,]+/.exec(error.message)?.[0] ?? error.code;
  return Object.assign(new Error(`${reason}: ${cutPath(name)}`), { code: error.code });
}

/**
 * Reads the file `name` below `root`, a real path. Rejects with JobError OUTSIDE_ROOT if `..` or a symbolic link leads
 * out of it, NOT_A_FILE for a folder, a device or a pipe, which may never end, FILE_TOO_LARGE above `maxBytes`, and
 * with errors that have the file system's codes; messages contain no path but `name`.
 */
export async function readBelow(root: string, name: string, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  try {
    const real = await realpath(path.join(root, pathBelow(root, name)));
    if (!isBelow(root, real))
      throw new JobError('OUTSIDE_ROOT', `${cutPath(name)} is a link to something that is not below the root`);
    const kind = await stat(real);
    if (!kind.isFile()) throw new JobError('NOT_A_FILE', `${cutPath(name)} is not a file`);
    if (kind.size > maxBytes) throw tooLarge(name, kind.size, maxBytes);
    return await readWhole(real, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw rewordError(name, error as NodeJS.ErrnoException);
  }
}
