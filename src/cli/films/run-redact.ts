import { FaceDetector } from '../../library/detector.js';
import { encodedFilm } from '../../library/films/encoded-film.js';
import type { FilmProgress } from '../../library/films/film-progress.js';
import { redactFilm } from '../../library/films/redact-film.js';
import { untilInterrupted } from '../detect/interruption.js';
import { duration } from '../detect/progress.js';
import { share } from '../detect/run.js';
import { plural } from '../plural.js';
import { printable } from '../printable.js';
import { isBarShown, terminalBar } from '../terminal-bar.js';
import type { RedactSettings } from './settings.js';

/** A bar for each of the two passes, on a terminal. */
function filmBar(isQuiet: boolean): { update: (progress: FilmProgress) => void; stop: () => void } {
  if (isQuiet || !isBarShown()) return { update: () => undefined, stop: () => undefined };
  const bar = terminalBar('{what} {bar} {percentage}%  {rate}  {left} left', 24);
  let step: FilmProgress['step'] | undefined;
  let started = 0;
  return {
    update({ step: now, frames, of = frames }) {
      const total = Math.max(of, frames);
      if (now !== step) {
        bar.stop();
        started = performance.now();
        bar.start(total, 0, { what: now === 'search' ? 'searching' : 'writing', rate: '', left: '-' });
        step = now;
      }
      const perSecond = (1000 * frames) / (performance.now() - started);
      bar.setTotal(total);
      bar.update(frames, { rate: `${perSecond.toFixed(1)}/s`, left: duration((total - frames) / perSecond) });
    },
    stop: () => bar.stop(),
  };
}

async function redact(settings: RedactSettings, signal: AbortSignal): Promise<number> {
  const { film, output, create, redact: options, listsMoments, isQuiet } = settings;
  const detector = await FaceDetector.create({ ...create, slots: share(Number.POSITIVE_INFINITY).slots });
  const bar = filmBar(isQuiet);
  try {
    const source = film === '-' ? process.stdin : film;
    const stop = encodedFilm(source)?.isLive ? { until: signal } : { signal };
    const made = await redactFilm(detector, source, output, { ...options, ...stop, onProgress: bar.update });
    bar.stop();
    if (listsMoments) for (const moment of made.moments) process.stdout.write(`${JSON.stringify(moment)}\n`);
    if (made.damage.length > 0) process.stderr.write(`${printable(`damaged: ${made.damage.join('; ')}`)}\n`);
    const toCheck = `${made.moments.length} to check${listsMoments ? '' : ' (--moments)'}`;
    if (!isQuiet)
      process.stderr.write(`${plural(made.frames, 'frame')}, ${plural(made.faces, 'face')} hidden, ${toCheck}\n`);
    return made.damage.length > 0 ? 3 : 0;
  } finally {
    bar.stop();
    await detector.close();
  }
}

/** Runs `redact` with validated arguments. Resolves to the exit status. */
export const run = (settings: RedactSettings): Promise<number> =>
  untilInterrupted((signal) => redact(settings, signal));
