import { crashesToQuarantine, quarantineHours } from '../../library/quarantine-policy.js';
import type { Search } from '../worker-messages.js';

const quarantineMs = quarantineHours * 3_600_000;
/** Above this, the oldest is forgotten, starting with those that are not quarantined. */
const maxSuspects = 1000;

interface Suspect {
  crashes: number;
  /** The request at the last crash. */
  requestKey: string;
  /** When the last crash happened, in milliseconds of performance.now(). */
  at: number;
}

/**
 * Which images, by SHA-256, were in native code when their worker crashed. Whatever bug an image triggers in a library,
 * a client that keeps sending it must not take the service down. After the second crash within an hour an image is
 * refused for an hour, unless the same request has meanwhile been searched to the end.
 */
export class Quarantine {
  readonly #searched = new Map<number, Search[]>();
  readonly #suspects = new Map<string, Suspect>();

  /** `worker` passes the image to native code. */
  searching(worker: number, { image, requestKey }: Search): void {
    this.#searched.set(worker, [...(this.#searched.get(worker) ?? []), { image, requestKey }]);
  }

  /**
   * `worker` is done with the image, which is cleared if the search completed, that is, was not stopped or refused on
   * the way.
   */
  searched(worker: number, { image, requestKey }: Search, isComplete: boolean): void {
    const searches = this.#searched.get(worker) ?? [];
    const index = searches.findIndex((search) => search.image === image && search.requestKey === requestKey);
    if (index >= 0) searches.splice(index, 1);
    const suspect = this.#suspects.get(image);
    if (isComplete && suspect?.crashes === 1 && suspect.requestKey === requestKey) this.#suspects.delete(image);
  }

  /**
   * `worker` exited; if it crashed, the images it was searching become suspects. Returns those quarantined from now on.
   */
  ended(worker: number, isCrash: boolean): string[] {
    const searches = isCrash ? (this.#searched.get(worker) ?? []) : [];
    this.#searched.delete(worker);
    this.forget();
    const requestKeyOf = new Map(searches.map(({ image, requestKey }) => [image, requestKey]));
    return [...requestKeyOf]
      .filter(([image, requestKey]) => this.#suspect({ image, requestKey }))
      .map(([image]) => image);
  }

  /** Forgets crashes older than an hour; returns whether any image left quarantine. */
  forget(): boolean {
    const since = performance.now() - quarantineMs;
    let isAnyFree = false;
    for (const [image, { crashes, at }] of this.#suspects) {
      if (at > since) continue;
      this.#suspects.delete(image);
      isAnyFree ||= crashes >= crashesToQuarantine;
    }
    return isAnyFree;
  }

  /** Images in quarantine, by SHA-256. */
  get images(): string[] {
    return [...this.#suspects].filter(([, { crashes }]) => crashes >= crashesToQuarantine).map(([image]) => image);
  }

  #suspect({ image, requestKey }: Search): boolean {
    const crashes = (this.#suspects.get(image)?.crashes ?? 0) + 1;
    this.#suspects.delete(image); // keeps the map in order of the last crash
    this.#suspects.set(image, { crashes, requestKey, at: performance.now() });
    if (this.#suspects.size > maxSuspects) {
      const [oldest] =
        [...this.#suspects].find(([, suspect]) => suspect.crashes < crashesToQuarantine) ??
        [...this.#suspects][0] ??
        [];
      this.#suspects.delete(oldest as string);
    }
    return crashes === crashesToQuarantine;
  }
}
