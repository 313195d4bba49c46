import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../usage-error.js';

/** What a collection has come to. */
export interface Collected {
  images: number;
  /** How many of the images have an error as their result. */
  failed: number;
  /** Lines that were left out since their image has one already. */
  doubles: number;
}

/** The whole lines of a file: what follows the last line break is what a killed worker has left of one. */
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

/** Ids seen before. A Set of JavaScript holds 2^24 at most: here each last letter has one. */
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

/** Ids mean something within one queue only. Workers begin the names of their files with it. */
function checkOneQueue(folder: string, names: readonly string[]): void {
  const queues = new Set(names.filter((name) => name.includes('@')).map((name) => name.slice(0, name.indexOf('@'))));
  if (queues.size > 1)
    throw new UsageError(
      `${folder} holds results of several queues, ${[...queues].join(', ')}: give each a folder of its own`,
    );
}

/**
 * One line for each job in the files of workers in `folder`: a worker that is killed between writing and telling the queue leaves
 * another worker to write the line again. Faces come before errors, so that of a job that failed and was tried again with success
 * the success stands. Counts into `collected`. Throws UsageError where a line is no result, and where there are
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
        if (!record) throw new UsageError(`${path.join(folder, name)}: line ${number} is no result`);
        if ('error' in record !== wantsErrors) continue;
        if (!ids.add(record.id)) {
          collected.doubles++;
          continue;
        }
        collected.images++;
        if (wantsErrors) collected.failed++;
        yield line;
      }
    }
  }
}
