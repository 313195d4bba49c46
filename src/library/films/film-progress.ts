// Only types that need no @types/node: they are published.
export interface FilmProgress {
  /** A stream is written only. */
  step: 'search' | 'write';
  /** Frames done in this step, and in all: in the first step estimated from the film's length, or unknown. */
  frames: number;
  of: number | undefined;
}
