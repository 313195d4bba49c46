import { FaceDetector } from '../../library/detector.js';
import { FaceTracker } from '../../library/films/face-tracker.js';
import { untilInterrupted } from '../detect/interruption.js';
import { share } from '../detect/run.js';
import { printable } from '../printable.js';
import type { TrackSettings } from './settings.js';
import { type Visit, Visits } from './visits.js';

/** Resolves when the reader has taken it, or has gone. */
const print = (text: string) => new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));

const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(2).padStart(5, '0')}`;

/** When faces came and went, for a person. */
const linesOf = (visits: readonly Visit[]) =>
  visits
    .map(({ id, from, to, found, frames }) => {
      return `face ${id}  ${clock(from)} to ${clock(to)}  found in ${found} of ${frames} frames\n`;
    })
    .join('');

async function track(settings: TrackSettings, signal: AbortSignal): Promise<number> {
  const { film, create, tracking, isNdjson, isQuiet } = settings;
  const detector = await FaceDetector.create({ ...create, slots: share(Number.POSITIVE_INFINITY).slots });
  let status = 0;
  const onDamage = (messages: readonly string[]) => {
    status = 3;
    process.stderr.write(printable(`damaged: ${messages.join('; ')}`).concat('\n'));
  };
  const visits = new Visits();
  let frames = 0;
  try {
    const source = film === '-' ? process.stdin : film;
    for await (const frame of new FaceTracker(detector, tracking).track(source, { signal, onDamage })) {
      frames++;
      const text = isNdjson ? `${JSON.stringify(frame)}\n` : linesOf(visits.add(frame));
      if (text) await print(text);
    }
  } finally {
    if (!isNdjson) await print(linesOf(visits.end()));
    await detector.close();
  }
  if (!isNdjson && !isQuiet) process.stderr.write(`${frames} frames\n`);
  return status;
}

/** Runs `track` with validated arguments. Resolves to the exit status. */
export const run = (settings: TrackSettings): Promise<number> => untilInterrupted((signal) => track(settings, signal));
