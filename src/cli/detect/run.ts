import { statSync } from 'node:fs';
import { FaceDetector } from '../../library/detector.js';
import { Slots } from '../../library/slots.js';
import { allowedCores } from '../../system/cores.js';
import { inOrder } from './in-order.js';
import { findInputs, type Input } from './inputs.js';
import { Interruption, interruption } from './interruption.js';
import { makePictures } from './make-pictures.js';
import { lockOutput } from './output-lock.js';
import { checkTargets, pictureFolders, pictureStems } from './picture-paths.js';
import { progress } from './progress.js';
import { failure, type ImageRecord } from './record.js';
import { ResultsFile } from './results-file.js';
import type { DetectSettings } from './settings.js';
import { sink } from './sink.js';
import { Tally } from './tally.js';

// Results that may wait for an earlier one: a large image delays others only after this many are done.
const window = 256;
// Files read ahead while others are searched.
const readAhead = 2;

/** Images searched at once, and threads for each: a single image gets all cores. */
export function share(images: number, jobs = Number.POSITIVE_INFINITY): { slots: number; threads: number } {
  const cores = allowedCores();
  const pool = Number(process.env['UV_THREADPOOL_SIZE']) || 4;
  const slots = Math.max(1, Math.min(images, jobs, cores, pool - 1));
  return { slots, threads: Math.max(1, Math.floor(cores / slots)) };
}

/** Searches `inputs` and writes their records as the settings say, until all are done or `signal` aborts. */
async function searchAll(
  inputs: readonly Input[],
  stems: ReadonlyMap<Input, string> | undefined,
  settings: DetectSettings,
  results: ResultsFile | undefined,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const { slots, threads } = share(inputs.length, settings.jobs);
  const detector = await FaceDetector.create({ ...settings.create, slots, threads });
  const bar = progress(inputs.length, settings.isQuiet);
  const names = inputs.map(({ name }) => name);
  const out = sink(settings, results, names, bar, signal);
  const readers = new Slots(slots + readAhead);

  const search = async (input: Input): Promise<ImageRecord> => {
    const bytes = await input.read(signal);
    const stem = stems?.get(input);
    if (stem === undefined) return { file: input.name, ...(await detector.detect(bytes, { signal })) };
    const { detection, ...made } = await makePictures(detector, bytes, input, stem, settings.pictures, signal);
    return { file: input.name, ...detection, ...made };
  };
  const work = async (input: Input): Promise<ImageRecord> => {
    try {
      return await readers.run(() => search(input), signal);
    } catch (error) {
      signal.throwIfAborted();
      return failure(input.name, error);
    } finally {
      bar.step();
    }
  };

  try {
    for await (const record of inOrder(inputs, window, work)) {
      await out.take(record);
      tally.add(record);
    }
  } finally {
    out.end();
    bar.stop();
    await detector.close();
  }
}

/** Runs with the output locked. Resolves to the exit status; rejects with the signal's reason after an abort. */
async function runAll(args: readonly string[], settings: DetectSettings, signal: AbortSignal): Promise<number> {
  const unlock = settings.output ? lockOutput(settings.output) : undefined;
  try {
    return await runLocked(args, settings, signal);
  } finally {
    unlock?.();
  }
}

async function runLocked(args: readonly string[], settings: DetectSettings, signal: AbortSignal): Promise<number> {
  const folders = await pictureFolders(settings.pictures);
  const inputs = await findInputs(args, folders, signal);
  const stems = folders.size > 0 ? pictureStems(inputs) : undefined;
  if (stems) await checkTargets(settings.pictures, stems);
  const results = settings.output ? await ResultsFile.open(settings.output, settings.resume) : undefined;
  const left = inputs.filter(({ name }) => !results?.before.done.has(name));
  const { done, failed } = results?.before ?? { done: { size: 0 }, failed: 0 };
  const tally = new Tally(inputs.length - left.length, { done: done.size, failed });
  try {
    if (left.length > 0) await searchAll(left, stems, settings, results, tally, signal);
  } catch (error) {
    const isStopped = error instanceof Interruption && error.status > 0;
    if (isStopped) process.stderr.write(tally.interrupted(inputs.length, settings.output));
    throw error;
  } finally {
    results?.close();
  }
  const isForPerson = !settings.format || process.stderr.isTTY;
  if (isForPerson && !settings.isQuiet) process.stderr.write(tally.summary());
  return tally.status;
}

/** Whether the output is a pipe: writing may then block this thread, and signal handlers would not run. */
function isPipe(file: string | undefined): boolean {
  return file !== undefined && (statSync(file, { throwIfNoEntry: false })?.isFIFO() ?? false);
}

/** Runs `detect` with validated arguments. Resolves to the exit status. */
export async function run(args: readonly string[], settings: DetectSettings): Promise<number> {
  try {
    // Without handlers, signals end the process whatever it waits for; a pipe could not be resumed anyway.
    const signal = isPipe(settings.output) ? new AbortController().signal : interruption();
    return await runAll(args, settings, signal);
  } catch (error) {
    if (error instanceof Interruption) return error.status;
    throw error;
  }
}
