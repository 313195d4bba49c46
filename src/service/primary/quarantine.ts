import { crashesToQuarantine, quarantineHours } from '../../library/quarantine-policy.js';
import type { Search } from '../worker-messages.js';

const quarantineMs = quarantineHours * 3_600_000;
/** Beyond so many the oldest is forgotten, first of those that are not refused. */
const maxSuspects = 1000;

interface Suspect {
  crashes: number;
  /** The search at the last one. */
  how: string;
  /** Of the last one. */
  at: number;
}

/**
 * The primary's memory of images, known by their SHA-256, that were in native code when their worker crashed: whatever it is in a
 * library that they trigger, a client that sends one again and again must not keep the service down. After the second crash
 * within an hour an image is refused for an hour, unless native code has got through with the same search of it between.
 */
export class Quarantine {
  readonly #searched = new Map<number, Search[]>();
  readonly #suspects = new Map<string, Suspect>();

  /** Native code of `worker` gets the image. */
  searching(worker: number, { image, how }: Search): void {
    this.#searched.set(worker, [...(this.#searched.get(worker) ?? []), { image, how }]);
  }

  /** Native code of `worker` is done with the image, which is cleared if that was `isWhole`: not stopped or refused on the way. */
  searched(worker: number, { image, how }: Search, isWhole: boolean): void {
    const searches = this.#searched.get(worker) ?? [];
    const index = searches.findIndex((search) => search.image === image && search.how === how);
    if (index >= 0) searches.splice(index, 1);
    const suspect = this.#suspects.get(image);
    if (isWhole && suspect?.crashes === 1 && suspect.how === how) this.#suspects.delete(image);
  }

  /** `worker` has ended, by what it searched if that `isCrash`. Answers which images are refused from now on. */
  ended(worker: number, isCrash: boolean): string[] {
    const searches = isCrash ? (this.#searched.get(worker) ?? []) : [];
    this.#searched.delete(worker);
    this.forget();
    const howOf = new Map(searches.map(({ image, how }) => [image, how]));
    return [...howOf].filter(([image, how]) => this.#suspect({ image, how })).map(([image]) => image);
  }

  /** Forgets what lies an hour back; answers whether any image that was refused is not any more. */
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

  /** Those that are refused now. */
  get images(): string[] {
    return [...this.#suspects].filter(([, { crashes }]) => crashes >= crashesToQuarantine).map(([image]) => image);
  }

  #suspect({ image, how }: Search): boolean {
    const crashes = (this.#suspects.get(image)?.crashes ?? 0) + 1;
    this.#suspects.delete(image); // the order is that of the last crashes
    this.#suspects.set(image, { crashes, how, at: performance.now() });
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
