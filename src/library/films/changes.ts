import type { NativePixels } from '../native.js';

// Points that are compared each way: a face of a twelfth of the picture's width has some of them.
const across = 32;

// Levels of 8 bits: above the noise of cameras, averaged over the pixels around a point.
const changedBy = 8;
// Where the average point differs by so much, the picture shows another place.
const cutBy = 40;

/** The brightness of a grid of points, each the mean of 16 pixels around it. */
function gridOf({ data, width, height, channels }: NativePixels): Float64Array {
  const grid = new Float64Array(across * across);
  for (let i = 0; i < grid.length; i++) {
    const left = Math.floor((((i % across) + 0.5) * width) / across);
    const top = Math.floor(((Math.floor(i / across) + 0.5) * height) / across);
    let sum = 0;
    for (let k = 0; k < 16; k++) {
      const x = Math.min(left + (k & 3), width - 1);
      const y = Math.min(top + (k >> 2), height - 1);
      sum += data[(y * width + x) * channels + (channels === 1 ? 0 : 1)] as number; // green is most of the brightness
    }
    grid[i] = sum / 16;
  }
  return grid;
}

/** Compares pictures with earlier ones, in microseconds. */
export class Changes {
  #searched: Float64Array | undefined;
  #last: Float64Array | undefined;

  /** Takes the next picture. Returns whether the film was cut just before it. */
  look(pixels: NativePixels): boolean {
    const grid = gridOf(pixels);
    const isCut = this.#last !== undefined && mean(apart(grid, this.#last)) > cutBy;
    this.#last = grid;
    return isCut;
  }

  /** Whether the last picture differs from the last one that was searched. */
  get isChanged(): boolean {
    if (!this.#last || !this.#searched) return true;
    return apart(this.#last, this.#searched).some((difference) => difference > changedBy);
  }

  /** The last picture that was looked at is searched. */
  searched(): void {
    this.#searched = this.#last;
  }
}

const apart = (a: Float64Array, b: Float64Array) => a.map((value, i) => Math.abs(value - (b[i] as number)));
const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
