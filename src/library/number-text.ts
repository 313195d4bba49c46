// Numbers as JSON and other languages write them: 8e-1, +.5, 40.
const number = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** The number that a text is, white space around it aside; undefined if it is none. */
export function numberOf(text: string): number | undefined {
  const trimmed = text.trim();
  return number.test(trimmed) ? Number(trimmed) : undefined;
}
