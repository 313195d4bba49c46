import { closeSync, createReadStream, fdatasync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { UsageError } from '../usage-error.js';
import type { ImageRecord } from './record.js';

/** What the whole lines of a results file say. */
interface Contents {
  /** Names of the images that have a result. */
  done: Set<string>;
  /** How many of these failed. */
  failed: number;
  /** Length of these lines. */
  bytes: number;
}

const flush = promisify(fdatasync);

// How each line begins that JSON.stringify makes of an ImageRecord.
const opening = Buffer.from('{"file":"');

/** Whether a line without its end may be what a killed process has left of a record. */
function mayBeTorn(line: Buffer): boolean {
  const length = Math.min(line.length, opening.length);
  return line.subarray(0, length).equals(opening.subarray(0, length));
}

async function readContents(file: string): Promise<Contents> {
  const contents: Contents = { done: new Set(), failed: 0, bytes: 0 };
  let rest = Buffer.alloc(0);
  const foreign = () =>
    new UsageError(`${file}: line ${contents.done.size + 1} is no result: the file is left as it is`);
  const take = (line: Buffer) => {
    const result = parse(line.toString('utf8'));
    if (!result) throw foreign();
    contents.done.add(result.file);
    if (result.error) contents.failed++;
    contents.bytes += line.length + 1;
  };
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
      take(rest.subarray(start, end));
      start = end + 1;
    }
    rest = rest.subarray(start);
  }
  if (!mayBeTorn(rest)) throw foreign();
  return contents;
}

function parse(line: string): { file: string; error?: unknown } | undefined {
  try {
    const result = JSON.parse(line) as { file?: unknown; error?: unknown } | null;
    return typeof result?.file === 'string' ? { ...result, file: result.file } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Results as NDJSON, appended a whole line at a time, at once: a process that is killed leaves every line before, and at worst a
 * last one without its end, which the next run cuts off.
 */
export class ResultsFile {
  readonly #descriptor: number;
  /** What was in it before. */
  readonly before: Readonly<Contents>;

  private constructor(descriptor: number, before: Contents) {
    this.#descriptor = descriptor;
    this.before = before;
  }

  /**
   * Makes the file; with `resume` goes on with one that is there. Throws UsageError where it is there otherwise, or holds
   * something else than results, and the file system's errors.
   */
  static async open(file: string, resume: boolean): Promise<ResultsFile> {
    const descriptor = openSync(file, 'a');
    try {
      const kind = fstatSync(descriptor);
      if (!resume && kind.size > 0) {
        throw new UsageError(`${file} is there already: go on with it by --resume, or remove it first`);
      }
      // A device has nothing of ours to read, and may have no end.
      if (!resume || !kind.isFile()) return new ResultsFile(descriptor, { done: new Set(), failed: 0, bytes: 0 });
      const before = await readContents(file);
      ftruncateSync(descriptor, before.bytes);
      return new ResultsFile(descriptor, before);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  append(record: ImageRecord): void {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    // A full disk may take a part only; the next call then says so.
    for (let at = 0; at < line.length; ) at += writeSync(this.#descriptor, line, at);
  }

  /** Resolves when what was appended is on the disk, where a loss of power leaves it. */
  sync(): Promise<void> {
    return flush(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
