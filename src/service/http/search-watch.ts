import { createHash } from 'node:crypto';
import { quarantineHours } from '../../library/quarantine-policy.js';
import type { WorkerMessage } from '../worker-messages.js';
import { RequestError } from './request-error.js';

/** The primary must know of an image before native code gets it: after a crash nothing can be told. */
export class SearchWatch {
  readonly #tell: (message: WorkerMessage) => void;
  #refused = new Set<string>();

  /** `tell` should hand a message to the system before it returns; node does where the primary reads its messages in time. */
  constructor(tell: (message: WorkerMessage) => void) {
    this.#tell = tell;
  }

  /** Those, and no others, are refused from now on. */
  refuse(images: readonly string[]): void {
    this.#refused = new Set(images);
  }

  /**
   * `begin` is to be called when native code gets the image, `end` when it is done with it, or will not get it;
   * `isWhole` where it came to the end of the search.
   * `how` is what the request wants of the image: its route and options.
   * Throws RequestError IMAGE_QUARANTINED where workers have crashed over the image.
   */
  admit(bytes: Buffer, how: string): { begin: () => void; end: (isWhole: boolean) => void } {
    const image = createHash('sha256').update(bytes).digest('hex');
    if (this.#refused.has(image)) {
      const what = `worker processes have crashed while they searched this image; it is not tried again for ${quarantineHours} h`;
      throw new RequestError('IMAGE_QUARANTINED', what);
    }
    let isBegun = false;
    return {
      begin: () => {
        isBegun = true;
        this.#tell({ type: 'searching', image, how });
      },
      end: (isWhole) => {
        if (isBegun) this.#tell({ type: 'searched', image, how, isWhole });
      },
    };
  }
}
