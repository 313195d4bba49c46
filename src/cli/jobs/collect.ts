import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../usage-error.js';

/** Counts of a collection. */
export interface Collected {
  images: number;
  /** Images whose result is an error. */
  failed: number;
  /** Lines skipped because their image already has one. */
  duplicates: number;
}

/** The complete lines of a file; an incomplete last line is left by a killed worker. */
async function* wholeLines(file: string): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
      yield rest.subarray(start, end + 1);
      start = end + 1;
    }
    rest = rest.subarray(start);
  }
}

/** Ids seen before. One Set per last letter, since a JavaScript Set holds 2^24 elements at most. */
class Ids {
  readonly #sets = new Map<string, Set<string>>();

  /** Whether `id` is new. */
  add(id: string): boolean {
    const letter = id.slice(-1);
    const set = this.#sets.get(letter) ?? new Set();
    this.#sets.set(letter, set);
    return set.size < set.add(id).size;
  }
}

function parse(line: Buffer): { id: string; error?: unknown } | undefined {
  try {
    const record = JSON.parse(line.toString('utf8')) as { id?: unknown; error?: unknown } | null;
    return typeof record?.id === 'string' ? { ...record, id: record.id } : undefined;
  } catch {
    return undefined;
  }
}

/** Ids are unique within one queue only. Workers' file names begin with the queue's name. */
function checkOneQueue(folder: string, names: readonly string[]): void {
  const queues = new Set(names.filter((name) => name.includes('@')).map((name) => name.slice(0, name.indexOf('@'))));
  if (queues.size > 1)
    throw new UsageError(
      `${folder} holds results of several queues, ${[...queues].join(', ')}: give each a folder of its own`,
    );
}

/**
 * Yields one line per job from the files of workers in `folder`: if a worker is killed between writing a line and
 * reporting to the queue, another worker writes the line again. Faces come before errors, so that a successful retry
 * wins over an earlier failure. Counts into `collected`. Throws UsageError if a line is not a result, or if there are
 * results of several queues.
 */
export async function* collect(folder: string, collected: Collected): AsyncGenerator<Buffer> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ndjson')).sort();
  checkOneQueue(folder, names);
  const ids = new Ids();
  for (const wantsErrors of [false, true]) {
    for (const name of names) {
      let number = 0;
      for await (const line of wholeLines(path.join(folder, name))) {
        number++;
        const record = parse(line);
        if (!record) throw new UsageError(`${path.join(folder, name)}: line ${number} is not a result`);
        if ('error' in record !== wantsErrors) continue;
        if (!ids.add(record.id)) {
          collected.duplicates++;
          continue;
        }
        collected.images++;
        if (wantsErrors) collected.failed++;
        yield line;
      }
    }
  }
}
