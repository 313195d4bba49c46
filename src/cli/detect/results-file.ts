import { closeSync, createReadStream, fdatasync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { UsageError } from '../usage-error.js';

/** The complete lines of a results file. */
interface Contents {
  /** Names of the images that have a result. */
  done: Set<string>;
  /** How many of them failed. */
  failed: number;
  /** Length of the lines in bytes. */
  bytes: number;
}

const flush = promisify(fdatasync);

// How JSON.stringify begins each line.
const linePrefix = Buffer.from('{"file":"');

/** Whether an incomplete last line may be part of a record, left by a killed process. */
function mayBePartial(line: Buffer): boolean {
  const length = Math.min(line.length, linePrefix.length);
  return line.subarray(0, length).equals(linePrefix.subarray(0, length));
}

async function readContents(file: string): Promise<Contents> {
  const contents: Contents = { done: new Set(), failed: 0, bytes: 0 };
  let rest = Buffer.alloc(0);
  const notAResult = () =>
    new UsageError(`${file}: line ${contents.done.size + 1} is not a result: the file is left as it is`);
  const take = (line: Buffer) => {
    const result = parse(line.toString('utf8'));
    if (!result) throw notAResult();
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
  if (!mayBePartial(rest)) throw notAResult();
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
 * Results as NDJSON, each line appended at once: a killed process leaves all earlier lines, and at worst an incomplete
 * last one, which the next run cuts off.
 */
export class ResultsFile {
  readonly #descriptor: number;
  /** Contents at linePrefix. */
  readonly before: Readonly<Contents>;

  private constructor(descriptor: number, before: Contents) {
    this.#descriptor = descriptor;
    this.before = before;
  }

  /**
   * Creates the file, or with `resume` continues an existing one. Throws UsageError if it exists otherwise, or contains
   * anything but results, and the file system's errors.
   */
  static async open(file: string, resume: boolean): Promise<ResultsFile> {
    const descriptor = openSync(file, 'a');
    try {
      const kind = fstatSync(descriptor);
      if (!resume && kind.size > 0) {
        throw new UsageError(`${file} already exists: continue it with --resume, or remove it first`);
      }
      // A device has no earlier results to read, and may never end.
      if (!resume || !kind.isFile()) return new ResultsFile(descriptor, { done: new Set(), failed: 0, bytes: 0 });
      const before = await readContents(file);
      ftruncateSync(descriptor, before.bytes);
      return new ResultsFile(descriptor, before);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  append(record: { file: string }): void {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    // A full disk may write only part of it; the next call then reports the error.
    for (let at = 0; at < line.length; ) at += writeSync(this.#descriptor, line, at);
  }

  /** Resolves when everything appended is on disk and survives a power failure. */
  sync(): Promise<void> {
    return flush(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
