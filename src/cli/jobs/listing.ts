import { createReadStream } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { UsageError } from '../usage-error.js';

/** Of films that are read; one that is named in a list is tried whatever its extension. */
export const filmExtensions: ReadonlySet<string> = new Set([
  '.mp4',
  '.m4v',
  '.mov',
  '.mkv',
  '.webm',
  '.avi',
  '.wmv',
  '.flv',
  '.mpg',
  '.mpeg',
  '.ts',
  '.mts',
  '.m2ts',
  '.3gp',
  '.ogv',
]);

/**
 * Paths of the files below `folder` with one of these extensions, in the file system's order, so that nothing of the list
 * is kept in memory. Like `detect`, it skips names with a leading dot and does not follow links to folders.
 */
export async function* filesBelow(folder: string, extensions: ReadonlySet<string>): AsyncGenerator<string> {
  for await (const entry of await opendir(folder, { bufferSize: 1024 })) {
    if (entry.name.startsWith('.')) continue;
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(name, extensions);
    else if (extensions.has(path.extname(name).toLowerCase())) {
      const isFolder = entry.isSymbolicLink() && (await stat(name).catch(() => undefined))?.isDirectory();
      if (!isFolder) yield name;
    }
  }
}

/**
 * The non-empty lines of a text file, or of standard input for `-`. Throws UsageError at a NUL, which means an image,
 * UTF-16, or the output of `find -print0`.
 */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const name = number++ === 0 ? line.replace(/^\uFEFF/, '') : line;
    if (name.includes('\0'))
      throw new UsageError(`${file}: line ${number} is not a path: a list is text, UTF-8, with a path on each line`);
    if (name) yield name;
  }
}

/** Groups items into arrays of `size`; the last one may be shorter. */
export async function* chunks<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const item of items) {
    if (chunk.push(item) < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
