import { plural } from '../plural.js';
import { printable } from '../printable.js';
import type { ImageRecord } from './record.js';

/** Counts of a run, for its last line and its status. */
export class Tally {
  readonly #started = performance.now();
  readonly #skipped: number;
  readonly #before: { done: number; failed: number };
  #images = 0;
  #faces = 0;
  #failed = 0;

  /**
   * `skipped` images already have a result from an earlier run, which has `before` results in all, including errors.
   */
  constructor(skipped: number, before: { done: number; failed: number }) {
    this.#skipped = skipped;
    this.#before = before;
  }

  add(record: ImageRecord): void {
    this.#images++;
    if ('error' in record) this.#failed++;
    else this.#faces += record.faces.length;
  }

  /** 0 if every image was searched, in this run or before, 1 if none was, 3 if some failed. */
  get status(): number {
    const failed = this.#failed + this.#before.failed;
    if (failed === 0) return 0;
    return failed < this.#images + this.#before.done ? 3 : 1;
  }

  summary(): string {
    const seconds = (performance.now() - this.#started) / 1000;
    const parts = [plural(this.#images, 'image'), plural(this.#faces, 'face')];
    if (this.#failed > 0) parts.push(`${this.#failed} failed`);
    if (this.#skipped > 0) parts.push(`${this.#skipped} done before`);
    return `${parts.join(', ')}; ${seconds.toFixed(1)} s, ${(this.#images / seconds).toFixed(1)} images/s\n`;
  }

  /** For a run that stopped before all `total` images were done; `output` is the results file. */
  interrupted(total: number, output: string | undefined): string {
    const done = `interrupted after ${this.#skipped + this.#images} of ${plural(total, 'image')}`;
    return output ? `${done}; results are in ${printable(output)}, continue with --resume\n` : `${done}\n`;
  }
}
