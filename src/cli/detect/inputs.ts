import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { glob, hasMagic } from 'glob';
import { refuseImageText } from '../../library/image-path.js';
import { readWhole } from '../../library/read-file.js';
import { fileExists } from '../../system/package-root.js';

/** An input file, by the name in its result. */
export interface Input {
  name: string;
  /**
   * Path of its pictures below their folder: its path below the folder or the fixed part of the glob that it was found
   * by.
   */
  relative: string;
  /** Reads its bytes. Rejects if they cannot be read, and after an abort. */
  read(signal: AbortSignal): Promise<Uint8Array>;
}

// Formats that are read; a file that is named explicitly, or matched by a glob, is tried whatever its
// extension.
export const extensions: ReadonlySet<string> = new Set([
  '.jpg',
  '.jpeg',
  '.jpe',
  '.jfif',
  '.png',
  '.webp',
  '.bmp',
  '.tif',
  '.tiff',
  '.pbm',
  '.pgm',
  '.ppm',
  '.pam',
  '.heic',
  '.heif',
  '.hif',
  '.avif',
  '.gif',
]);

const errorWithCode = (code: string, why: string) => Object.assign(new Error(why), { code });

function file(name: string, relative: string): Input {
  return { name, relative, read: (signal) => readWhole(name, signal) };
}

/** A file that was found, not named by the user: pipes and devices are refused, since they may never end. */
function foundFile(name: string, relative: string): Input {
  const read = async (signal: AbortSignal) => {
    if (!(await stat(name)).isFile()) throw errorWithCode('NOT_A_FILE', 'neither a file nor a folder');
    return readWhole(name, signal);
  };
  return { name, relative, read };
}

function standardInput(): Input {
  const read = async (signal: AbortSignal) => {
    const stop = () => process.stdin.destroy();
    signal.addEventListener('abort', stop);
    try {
      return await buffer(process.stdin);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  };
  return { name: '-', relative: 'stdin', read };
}

/** An input that does not exist: its result is the error. */
function failedInput(name: string, error: unknown): Input {
  return { name, relative: name, read: () => Promise.reject(error) };
}

function noImages(name: string, why: string): Input {
  return failedInput(name, errorWithCode('NO_IMAGES', why));
}

const byName = <T>(key: (item: T) => string) => {
  return (a: T, b: T) => (key(a) < key(b) ? -1 : Number(key(a) > key(b))); // not localeCompare: the order of a resumed list must not depend on the locale
};

/** The images below a folder, sorted by name. Links to folders are not followed, as they may form loops. */
async function* walk(folder: string, relative: string, leftOut: ReadonlySet<string>): AsyncGenerator<Input> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => error as Error);
  if (entries instanceof Error) {
    yield failedInput(folder, entries);
    return;
  }
  for (const entry of entries.sort(byName(({ name }) => name))) {
    if (entry.name.startsWith('.')) continue; // also "._photo.jpg", which macOS leaves behind
    const name = path.join(folder, entry.name);
    const below = path.join(relative, entry.name);
    if (entry.isDirectory()) {
      if (!leftOut.has(await realpath(name))) yield* walk(name, below, leftOut);
    } else if (extensions.has(path.extname(entry.name).toLowerCase())) {
      const isFolder = entry.isSymbolicLink() && (await stat(name).catch(() => undefined))?.isDirectory();
      if (!isFolder) yield foundFile(name, below);
    }
  }
}

async function isIn(folders: ReadonlySet<string>, name: string): Promise<boolean> {
  if (folders.size === 0) return false;
  const folder = await realpath(path.dirname(name));
  return [...folders].some((one) => folder === one || folder.startsWith(`${one}/`));
}

// The limit of the glob package.
const maxPatternLength = 65_536;
const isPattern = (text: string) => text.length <= maxPatternLength && hasMagic(text, { magicalBraces: true });

/** The files that match a pattern, sorted by name. */
async function* matches(pattern: string, leftOut: ReadonlySet<string>): AsyncGenerator<Input> {
  const segments = pattern.split('/');
  const fixed = segments.findIndex((segment) => isPattern(segment));
  const base = segments.slice(0, fixed).join('/') || (pattern.startsWith('/') ? '/' : '');
  const matched = await glob(segments.slice(fixed).join('/'), {
    cwd: base || '.',
    nodir: true,
  });
  let count = 0;
  for (const below of matched.sort(byName((name) => name))) {
    const name = path.join(base, below);
    if (await isIn(leftOut, name)) continue;
    count++;
    yield foundFile(name, below);
  }
  if (count === 0) yield noImages(pattern, 'no file matches');
}

async function* find(argument: string, leftOut: ReadonlySet<string>): AsyncGenerator<Input> {
  refuseImageText(argument);
  if (argument === '-') {
    yield standardInput();
  } else if (!fileExists(argument) && isPattern(argument)) {
    yield* matches(argument, leftOut);
  } else if ((await stat(argument).catch(() => undefined))?.isDirectory()) {
    let count = 0;
    for await (const input of walk(argument, '', leftOut)) {
      count++;
      yield input;
    }
    if (count === 0) yield noImages(argument, `no images in this folder (${[...extensions].join(' ')})`);
  } else {
    yield file(argument, path.basename(argument));
  }
}

/**
 * All images that the arguments stand for, in order, without duplicates. A missing file or an empty folder is an input
 * whose reading fails. Folders and globs skip the folders in `leftOut` (real paths), so that pictures of an earlier run
 * are not searched. Rejects with INVALID_OPTION for an image passed as text, and with the signal's reason after an
 * abort.
 */
export async function findInputs(
  args: readonly string[],
  leftOut: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<Input[]> {
  const inputs = new Map<string, Input>();
  for (const argument of args) {
    for await (const input of find(argument, leftOut)) {
      signal?.throwIfAborted();
      const key = input.name === '-' ? '-' : path.resolve(input.name);
      if (!inputs.has(key)) inputs.set(key, input);
    }
  }
  return [...inputs.values()];
}
