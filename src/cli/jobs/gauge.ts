import { isBarShown, terminalBar } from '../terminal-bar.js';

/** How far something is. */
export interface Reading {
  done: number;
  total: number;
  /** What else there is to say. */
  text: string;
}

export interface Gauge {
  /** Calls `write`, which may write lines on the terminal, with the bar out of its way. */
  around(write: () => void): void;
  stop(): void;
}

const drawMs = 500;
const lineMs = 10_000;
// Rates are those of this time.
const windowMs = 10_000;

/** What has been done in a second, lately. */
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
 * Shows what `read` says until it is stopped: as a bar where standard error is a terminal, else as a line every 10 s in which
 * something has changed. What `read` rejects with is left out: the connection may be lost for a while.
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
      clear(); // the next reading draws it again, below
      write();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
      clear();
    },
  };
}
