import type { Face } from './face-service.mjs';

const namespace = 'http://www.w3.org/2000/svg';

function shape(tag: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

const overlap = (a: Area, b: Area) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

// In CSS pixels. The score would hide a narrower face.
const label = { width: 46, height: 20, minFace: 34 };
// On a narrower face the points would hide everything else.
const minFaceWithPoints = 16;

/** Where to put a face's score: above its box, within the picture. */
function labelArea(box: Area, width: number): Area {
  const x = Math.min(Math.max(box.x - 1, 0), Math.max(width - label.width, 0));
  return { x, y: Math.max(box.y - label.height - 1, 0), width: label.width, height: label.height };
}

/** The score of a face, or the number of one that is followed. */
function score({ x, y, width, height }: Area, { confidence, id }: Face): SVGElement[] {
  const text = shape('text', { class: 'score', x: x + width / 2, y: y + height / 2 });
  text.textContent = id === undefined ? confidence.toFixed(confidence >= 0.9995 ? 2 : 3) : `#${id}`;
  return [shape('rect', { class: 'label', x, y, width, height, rx: 5 }), text];
}

/**
 * Draws boxes, points and scores into `svg`, whose unit is a CSS pixel; `scale`: CSS pixels per pixel of the picture,
 * `width`: of the whole in CSS pixels. The most confident faces get their score first; one without room gets none.
 */
export function drawFaces(svg: SVGSVGElement, faces: readonly Face[], scale: number, width: number): void {
  const shapes: SVGElement[] = [];
  const labels: SVGElement[] = [];
  const taken: Area[] = [];
  for (const face of faces) {
    const { box, landmarks, isPredicted = false } = face;
    const area = { x: box.x * scale, y: box.y * scale, width: box.width * scale, height: box.height * scale };
    const radius = Math.min(Math.max(area.width / 34, 1.2), 3.5);
    for (const kind of ['under', isPredicted ? 'box predicted' : 'box'])
      shapes.push(shape('rect', { class: kind, ...area, rx: Math.min(6, area.width / 8) }));
    for (const { x, y } of Object.values(area.width < minFaceWithPoints ? {} : (landmarks ?? {})))
      shapes.push(shape('circle', { class: 'point', cx: x * scale, cy: y * scale, r: radius }));
    const place = labelArea(area, width);
    if (area.width < label.minFace || taken.some((other) => overlap(other, place))) continue;
    taken.push(place);
    labels.push(...score(place, face));
  }
  svg.replaceChildren(...shapes, ...labels);
}
