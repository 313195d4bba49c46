/** Contents by a name that says what is special. */
export type Seeds = Record<string, Buffer>;

/** Numbers that repeat from run to run: Numerical Recipes' congruential generator. */
export function randomBytes(count: number, seed: number): Buffer {
  const bytes = Buffer.alloc(count);
  let state = seed;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
