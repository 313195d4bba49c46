import type { Box } from './detection.js';
import { numberOf } from './number-text.js';

/** A face by its index in `faces`, or a box that is about where it is. */
export type FaceOrBox = number | Box;

/**
 * An option that is a list of boxes. As text, items are separated by `;` and numbers by `,`, or it is JSON:
 * `[{"x": 10, "y": 20, "width": 30, "height": 40}]`.
 */
export interface BoxListRule {
  kind: 'boxes';
  /** The most items. */
  max: number;
  /** Whether an item may also be the index of a face. */
  orFaces?: boolean;
  /** What a text calls the first face, if not 0. */
  firstFace?: number;
  default?: never;
}

/** Such as `up to 100 boxes in pixels, "x,y,width,height" separated by ";"`. */
export function expectedBoxes({ max, orFaces, firstFace = 0 }: BoxListRule): string {
  const faces = orFaces ? `faces by number, from ${firstFace}, or ` : '';
  return `up to ${max} ${faces}boxes in pixels, "x,y,width,height", separated by ";"`;
}

function parseItem(text: string): FaceOrBox | undefined {
  const numbers = text.split(',').map(numberOf);
  if (numbers.some((value) => value === undefined)) return undefined;
  const [x = 0, y = 0, width = 0, height = 0] = numbers;
  if (numbers.length === 1) return x;
  return numbers.length === 4 ? { x, y, width, height } : undefined;
}

function parseItems(text: string): unknown {
  if (!text.trim().startsWith('[')) return text.split(';').map(parseItem);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Parses the text of such an option; a text that is none is returned as it is, for `fitsBoxes` to reject. */
export function parseBoxes(rule: BoxListRule, text: string): unknown {
  const { firstFace = 0 } = rule;
  const parsed = parseItems(text);
  if (!Array.isArray(parsed)) return text;
  const items = parsed.map((item: unknown) => (typeof item === 'number' ? item - firstFace : item));
  return fitsBoxes(rule, items) ? items : text;
}

function isBox(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { x, y, width, height } = value as Box;
  return [x, y, width, height].every(Number.isFinite) && width > 0 && height > 0;
}

export function fitsBoxes({ max, orFaces = false }: BoxListRule, value: unknown): boolean {
  const isIndex = (item: unknown) => orFaces && Number.isInteger(item) && (item as number) >= 0;
  // Not by the array itself, whose `every` passes over holes.
  return Array.isArray(value) && value.length <= max && Array.from(value).every((item) => isIndex(item) || isBox(item));
}

/** The same list with nothing else in it, which its owner cannot change meanwhile. */
export function copyOf<Item extends FaceOrBox>(items: readonly Item[]): Item[] {
  return items.map((item) => {
    if (typeof item === 'number') return item;
    const { x, y, width, height } = item;
    return { x, y, width, height } as Item;
  });
}
