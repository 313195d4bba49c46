interface Waiter {
  isAlone: boolean;
  start(): void;
}

/** A lock with shared and exclusive holders, served in order of arrival. */
export class ExclusiveLock {
  #running = 0;
  #isAlone = false;
  readonly #waiting: Waiter[] = [];

  /**
   * Runs `work` and settles like it. If `isAlone`, starts after all earlier work has ended and before any later work;
   * otherwise runs beside other work.
   */
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
