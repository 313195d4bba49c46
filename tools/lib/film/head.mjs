// Where a drawn head is, in halves of the face's height from the face's centre: x to the right, y down. drawFaces draws it so.

// Where its hair and its skin end.
const outlines = [
  { y: -0.12, rx: 0.86, ry: 1.08, softness: 0.08 },
  { y: 0.1, rx: 0.7, ry: 0.95, softness: 0.1 },
];
// What the face is laid on.
const skull = { y: -0.08, rx: 0.86, ry: 1.14 };

/** The head from the top of its hair to its chin. */
const headExtent = { left: -0.86, top: -1.2, right: 0.86, bottom: 1.05 };
/** What a face is recognised by: from the brows to the mouth, between the outer corners of the eyes. */
const coreExtent = { left: -0.42, top: -0.27, right: 0.42, bottom: 0.63 };

/** How opaque the head is at a point, 0 to 1: 0.5 on its outline. */
export function headOpacity(x, y) {
  let through = 1;
  for (const { y: centre, rx, ry, softness } of outlines) {
    const distance = Math.sqrt((x / rx) ** 2 + ((y - centre) / ry) ** 2);
    const t = (1 + softness - distance) / (2 * softness);
    if (t >= 1) return 1;
    if (t > 0) through *= 1 - t * t * (3 - 2 * t);
  }
  return 1 - through;
}

/** Which x of the face a head turned by `yaw` degrees shows at `x`; undefined where it shows its back. */
export function unturned(x, y, yaw) {
  if (yaw === 0) return x;
  const reach = skull.rx * Math.sqrt(Math.max(1 - ((y - skull.y) / skull.ry) ** 2, 0));
  const angle = Math.asin(Math.min(Math.max(x / Math.max(reach, 1e-9), -1), 1)) - (yaw * Math.PI) / 180;
  return Math.cos(angle) > 0 ? reach * Math.sin(angle) : undefined;
}

/** Where a head turned by `yaw` degrees, -180 to 180, shows the face's `x`: on the head's edge once that is on the back. */
function turned(x, yaw) {
  const angle = Math.asin(x / skull.rx) + (yaw * Math.PI) / 180;
  return skull.rx * Math.sin(Math.min(Math.max(angle, -Math.PI / 2), Math.PI / 2));
}

function placed({ left, top, right, bottom }, { x, y, height }) {
  const unit = height / 2;
  return { x: x + left * unit, y: y + top * unit, width: (right - left) * unit, height: (bottom - top) * unit };
}

/** The box of a head that drawHead draws, in pixels; the same however it is turned. */
export const headBox = (head) => placed(headExtent, head);

/** The box of eyes, brows and mouth on a head that drawHead draws, in pixels; without width where they are on the back. */
export function coreBox(head) {
  const { yaw = 0 } = head;
  const [left, right] = [turned(coreExtent.left, yaw), turned(coreExtent.right, yaw)];
  return placed({ ...coreExtent, left, right }, head);
}
