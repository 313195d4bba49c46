import { createHash } from 'node:crypto';
import { quarantineHours } from '../../library/quarantine-policy.js';
import type { WorkerMessage } from '../worker-messages.js';
import { RequestError } from './request-error.js';

/** To be told when native code has the bytes. */
export interface Watched {
  begin: () => void;
  /** `isComplete`: searched to the end. */
  end: (isComplete: boolean) => void;
}

/**
 * Refuses quarantined images, and reports every other to the primary before native code gets it: after a crash it is
 * too late.
 */
export class SearchWatch {
  readonly #tell: (message: WorkerMessage) => void;
  #refused = new Set<string>();

  /**
   * `tell` should hand the message to the system before it returns; Node does unless the primary falls behind in
   * reading.
   */
  constructor(tell: (message: WorkerMessage) => void) {
    this.#tell = tell;
  }

  /** Replaces the list of refused images (SHA-256). */
  refuse(images: readonly string[]): void {
    this.#refused = new Set(images);
  }

  /**
   * Call `begin` when native code gets the image, and `end` when it is done with it or will not get it; `isComplete`:
   * searched to the end.
   * `requestKey` identifies the request: its route and options.
   * Throws RequestError IMAGE_QUARANTINED if workers have crashed on the image.
   */
  admit(bytes: Buffer, requestKey: string): Watched {
    return this.admitHash(createHash('sha256').update(bytes).digest('hex'), requestKey);
  }

  /** The same for bytes of this SHA-256. */
  admitHash(image: string, requestKey: string): Watched {
    if (this.#refused.has(image)) {
      const what = `worker processes have crashed while they searched this image; it is not tried again for ${quarantineHours} h`;
      throw new RequestError('IMAGE_QUARANTINED', what);
    }
    let isBegun = false;
    return {
      begin: () => {
        isBegun = true;
        this.#tell({ type: 'searching', image, requestKey });
      },
      end: (isComplete) => {
        if (isBegun) this.#tell({ type: 'searched', image, requestKey, isComplete });
      },
    };
  }
}
