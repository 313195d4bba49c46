import { create, element } from './element.mjs';
import type { Face } from './face-service.mjs';

const table = element('quality', HTMLTableElement);

/** Shows how usable each face is, if the service was asked; the score says which face it is on the picture. */
export function showQuality(faces: readonly Face[]): void {
  const rows = faces.flatMap(({ confidence, quality }, i) => {
    if (!quality) return [];
    const { roll, yaw, pitch, sharpness, brightness, size } = quality;
    const texts = [
      confidence.toFixed(3),
      ...[roll, yaw, pitch].map((angle) => `${Math.round(angle)}°`),
      ...[sharpness, brightness].map((value) => value.toFixed(0)),
      `${size.toFixed(0)} px`,
    ];
    const cells = texts.map((text) => create('td', {}, text.replace('-', '\u2212')));
    return [create('tr', {}, create('th', { scope: 'row' }, `Face ${i + 1}`), ...cells)];
  });
  table.tBodies[0]?.replaceChildren(...rows);
  table.parentElement?.toggleAttribute('hidden', rows.length === 0);
}
