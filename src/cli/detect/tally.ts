import { printable } from '../printable.js';
import type { ImageRecord } from './record.js';

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;

/** What a run has done, for its last line and its status. */
export class Tally {
  readonly #started = performance.now();
  readonly #skipped: number;
  #images = 0;
  #faces = 0;
  #failed = 0;
  #failedBefore: number;

  /** `skipped` images have a result of an earlier run, `failedBefore` of them an error. */
  constructor(skipped: number, failedBefore: number) {
    this.#skipped = skipped;
    this.#failedBefore = failedBefore;
  }

  add(record: ImageRecord): void {
    this.#images++;
    if ('error' in record) this.#failed++;
    else this.#faces += record.faces.length;
  }

  /** Images that failed, in this run or before. */
  get failed(): number {
    return this.#failed + this.#failedBefore;
  }

  summary(): string {
    const seconds = (performance.now() - this.#started) / 1000;
    const parts = [plural(this.#images, 'image'), plural(this.#faces, 'face')];
    if (this.#failed > 0) parts.push(`${this.#failed} failed`);
    if (this.#skipped > 0) parts.push(`${this.#skipped} done before`);
    return `${parts.join(', ')}; ${seconds.toFixed(1)} s, ${(this.#images / seconds).toFixed(1)} images/s\n`;
  }

  /** For an end before all `total` images were done; `output` is the results file. */
  interrupted(total: number, output: string | undefined): string {
    const done = `interrupted: ${this.#skipped + this.#images} of ${total} images are done`;
    return output ? `${done}; their results are in ${printable(output)}, go on with --resume\n` : `${done}\n`;
  }
}
