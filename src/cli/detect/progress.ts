import { isBarShown, terminalBar } from '../terminal-bar.js';

/** Shows progress on standard error if that is a terminal. */
export interface Progress {
  /** One more image is done. */
  step(): void;
  /** Calls `write`, which may print lines to the terminal, with the bar cleared. */
  around(write: () => void): void;
  stop(): void;
}

const none: Progress = { step: () => {}, around: (write) => write(), stop: () => {} };

/** Such as "3 min 20 s". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-';
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.round(seconds)} s`;
}

/**
 * A bar with rate and remaining time for `total` images; nothing if standard error is not a terminal, or for one image.
 */
export function progress(total: number, isQuiet: boolean): Progress {
  if (isQuiet || !isBarShown() || total < 2) return none;
  const bar = terminalBar('{bar} {percentage}%  {value} of {total}  {rate}  {left} left', 24);
  const started = performance.now();
  let done = 0;
  const figures = () => {
    const perSecond = (1000 * done) / (performance.now() - started);
    return { rate: `${perSecond.toFixed(1)}/s`, left: duration((total - done) / perSecond) };
  };
  bar.start(total, done, figures());
  return {
    step: () => bar.update(++done, figures()),
    around(write) {
      bar.stop(); // moves the cursor to the start of the bar, which restarts below the new lines
      write();
      bar.start(total, done, figures());
    },
    stop: () => bar.stop(),
  };
}
