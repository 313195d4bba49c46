import type { TrackedFrame } from '../../library/films/face-tracker.js';

/** When one face of a film was there. */
export interface Visit {
  id: number;
  /** Seconds since the beginning, of the first frame in which it was found, and of the last. */
  from: number;
  to: number;
  /** In how many frames it was found, of those in which it was followed. */
  found: number;
  frames: number;
}

/** Sums up frames by face. */
export class Visits {
  readonly #here = new Map<number, Visit>();

  /** The faces that have gone by this frame. */
  add({ time, faces }: Pick<TrackedFrame, 'time' | 'faces'>): Visit[] {
    for (const { id, isPredicted } of faces) {
      const visit = this.#here.get(id) ?? { id, from: time, to: time, found: 0, frames: 0 };
      visit.frames++;
      if (!isPredicted) {
        visit.found++;
        visit.to = time;
      }
      this.#here.set(id, visit);
    }
    const still = new Set(faces.map(({ id }) => id));
    return this.#take((id) => !still.has(id));
  }

  /** Those that are still there when the film is over. */
  end(): Visit[] {
    return this.#take(() => true);
  }

  #take(isOver: (id: number) => boolean): Visit[] {
    const over = [...this.#here.values()].filter(({ id }) => isOver(id));
    for (const { id } of over) this.#here.delete(id);
    return over;
  }
}
