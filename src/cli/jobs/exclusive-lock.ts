interface Waiter {
  isAlone: boolean;
  start(): void;
}

/** Work runs beside other work, or alone, in the order that it comes. */
export class ExclusiveLock {
  #running = 0;
  #isAlone = false;
  readonly #waiting: Waiter[] = [];

  /** Runs `work` and settles as it does: alone, when all before it has ended and before any after it begins; else beside others. */
  async run<T>(isAlone: boolean, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#waiting.push({ isAlone, start });
      this.#startNext();
    });
    try {
      return await work();
    } finally {
      this.#running--;
      this.#isAlone = false;
      this.#startNext();
    }
  }

  #startNext(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      if (this.#isAlone || (next.isAlone && this.#running > 0)) return;
      this.#waiting.shift();
      this.#running++;
      this.#isAlone = next.isAlone;
      next.start();
    }
  }
}
