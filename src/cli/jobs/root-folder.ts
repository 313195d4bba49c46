import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { cutPath } from '../../library/cut-path.js';
import { readWhole } from '../../library/read-file.js';
import { JobError, tooLarge } from './job-error.js';

const isBelow = (root: string, file: string) => file.startsWith(root.endsWith(path.sep) ? root : `${root}${path.sep}`);

/** The path that `file`, taken from `root` on, has below it. Throws JobError OUTSIDE_ROOT where it leads elsewhere; looks at no file. */
export function pathBelow(root: string, file: string): string {
  const resolved = path.resolve(root, file);
  if (!isBelow(path.resolve(root), resolved))
    throw new JobError('OUTSIDE_ROOT', `${cutPath(file)} is not below the root`);
  return path.relative(root, resolved);
}

/** The file system's error in terms of the job: who asked for it has no business with the paths of this machine. */
function inTermsOf(name: string, error: NodeJS.ErrnoException): Error {
  if (error.code === undefined || error instanceof JobError) return error;
  const reason = /^\w+: [^,]+/.exec(error.message)?.[0] ?? error.code;
  return Object.assign(new Error(`${reason}: ${cutPath(name)}`), { code: error.code });
}

/**
 * Bytes of the file `name` below `root`, a real path. Rejects with JobError OUTSIDE_ROOT where `..` or a symbolic link leads out of
 * it, NOT_A_FILE for a folder, a device or a pipe, which may have no end, FILE_TOO_LARGE above `maxBytes`, and with errors of the file
 * system's codes; no message has a path but `name`.
 */
export async function readBelow(root: string, name: string, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  try {
    const real = await realpath(path.join(root, pathBelow(root, name)));
    if (!isBelow(root, real))
      throw new JobError('OUTSIDE_ROOT', `${cutPath(name)} is a link to something that is not below the root`);
    const kind = await stat(real);
    if (!kind.isFile()) throw new JobError('NOT_A_FILE', `${cutPath(name)} is no file`);
    if (kind.size > maxBytes) throw tooLarge(name, kind.size, maxBytes);
    return await readWhole(real, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw inTermsOf(name, error as NodeJS.ErrnoException);
  }
}
