/** Side of a square of the box's area, in pixels. */
export const sideOf = ({ width, height }) => Math.sqrt(width * height);

/** COCO's classes of size, whose limits are areas of 32 x 32 and 96 x 96 pixels. */
export const sizes = ['small', 'medium', 'large'];

export function sizeOf(box) {
  const side = sideOf(box);
  return side < 32 ? 'small' : side < 96 ? 'medium' : 'large';
}
