import { isBarShown, terminalBar } from '../terminal-bar.js';

/** How far something has come. */
export interface Reading {
  done: number;
  total: number;
  /** Shown after the numbers. */
  text: string;
}

export interface Gauge {
  /** Calls `write`, which may print lines to the terminal, with the bar cleared. */
  around(write: () => void): void;
  stop(): void;
}

const drawMs = 500;
const lineMs = 10_000;
// Rates are averaged over this time.
const windowMs = 10_000;

/** Items per second, over the last `windowMs`. */
class Rate {
  readonly #samples: { at: number; done: number }[] = [];

  add(done: number): string {
    const at = performance.now();
    this.#samples.push({ at, done });
    while ((this.#samples[1]?.at ?? at) < at - windowMs) this.#samples.shift();
    const [first] = this.#samples as [{ at: number; done: number }];
    return `${((1000 * (done - first.done)) / Math.max(at - first.at, 1)).toFixed(1)}/s`;
  }
}

/**
 * Shows the progress that `read` returns until stopped: as a bar if standard error is a terminal, otherwise as a line
 * every 10 s if something has changed. Rejections of `read` are ignored: the connection may be lost for a while.
 */
export function gauge(read: () => Promise<Reading>, isQuiet: boolean): Gauge {
  if (isQuiet) return { around: (write) => write(), stop: () => {} };
  const { stderr } = process;
  const isTerminal = isBarShown();
  const bar = terminalBar('{bar} {percentage}%  {value} of {total}  {rate}  {text}', 20);
  const rate = new Rate();
  let shown = '';
  let isStarted = false;
  let isReading = false;
  const show = async () => {
    if (isReading) return;
    isReading = true;
    const reading = await read().catch(() => undefined);
    isReading = false;
    if (!reading || reading.total === 0 || timer === undefined) return;
    const { done, total, text } = reading;
    const perSecond = rate.add(done);
    if (isTerminal) {
      if (!isStarted) bar.start(total, done, { rate: perSecond, text });
      isStarted = true;
      bar.setTotal(total);
      bar.update(done, { rate: perSecond, text });
      return;
    }
    const line = `${done} of ${total}, ${perSecond}, ${text}\n`;
    if (line !== shown) stderr.write(line);
    shown = line;
  };
  let timer: NodeJS.Timeout | undefined = setInterval(() => void show(), isTerminal ? drawMs : lineMs);
  void show();
  const clear = () => {
    if (isStarted) bar.stop();
    isStarted = false;
  };
  return {
    around(write) {
      clear(); // the next reading redraws it below
      write();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
      clear();
    },
  };
}
